"""What changes while clients listen: a reload tells of what changed and of nothing else, streams outlive
silence, and a door that is replaced ends them in order."""

import json
import shutil
import signal
import time

import pytest
from websockets.exceptions import ConnectionClosed

from harness.admin import Admin
from harness.conformance import TASKS, LegacyClient, ModernClient
from harness.doors import EventSource, Stdio, WebSocket, wait_for
from harness.mcp import MODERN, PREFIX
from harness.process import FIXTURE

TOOL = """
[[tools]]
name = "added"
description = "Came later."
[tools.mock]
strategy = "static"
content = "new"
"""
PROMPT = """
[[prompts]]
name = "added"
description = "Came later."
[prompts.mock]
strategy = "static"
text = "new"
"""
RESOURCE = """
[[resources]]
uri = "memo://added"
name = "added"
description = "Came later."
[resources.mock]
strategy = "static"
text = "new"
"""


@pytest.fixture
def config(tmp_path):
    target = tmp_path / "protocol.toml"
    shutil.copy(FIXTURE / "protocol.toml", target)
    return target


def listen(client, **filters):
    stream = client.open("subscriptions/listen", {"notifications": filters})
    assert stream.message()["method"] == "notifications/subscriptions/acknowledged"
    return stream


@pytest.mark.parametrize(
    ("text", "list"),
    [(TOOL, "tools"), (PROMPT, "prompts"), (RESOURCE, "resources")],
    ids=["tool", "prompt", "resource"],
)
def test_a_reload_tells_of_what_changed(fresh, config, text, list):
    host = fresh(config=config).ready()
    modern, legacy = ModernClient(host.port), LegacyClient(host.port)
    everything = {
        "toolsListChanged": True, "promptsListChanged": True, "resourcesListChanged": True,
    }  # fmt: skip
    with listen(modern, **everything) as stream, legacy.listen() as get:
        wanted = f"notifications/{list}/list_changed"
        with config.open("a") as file:
            file.write(text)
        host.signal(signal.SIGHUP)
        message = stream.message()
        assert message["method"] == wanted
        assert message["params"]["_meta"][PREFIX + "subscriptionId"] == modern.id
        assert get.message()["method"] == wanted
        # The same file once more: nothing has changed, and nobody hears of it.
        host.signal(signal.SIGHUP)
        assert stream.silent(0.4) and get.silent(0.1)
    names, cursor = [], None
    while True:
        page = modern.call(f"{list}/list", {"cursor": cursor} if cursor else {})
        names += [entry["name"] for entry in page[list]]
        if (cursor := page.get("nextCursor")) is None:
            break
    assert names[-1] == "added"


def test_a_bad_file_changes_nothing(fresh, config):
    host = fresh(config=config).ready()
    client = ModernClient(host.port)
    with listen(client, toolsListChanged=True) as stream:
        with config.open("a") as file:
            file.write('\n[[tools]]\nname = "broken"\nmock = { strategy = 5 }\n')
        answer = Admin(host).send("POST", "/reload")
        assert 400 <= answer.status < 500
        assert str(config) in answer.json["detail"] and "mock.strategy: found" in answer.json["detail"]
        assert stream.silent(0.3)
    assert client.tool("hello")["content"][0]["text"] == "hello from metis"


def test_a_reload_reaches_stdio(config):
    with Stdio(config, "2025-11-25").begin() as it:
        assert it.ask("ping")[-1]["result"] == {}
        with config.open("a") as file:
            file.write(TOOL)
        it.process.send_signal(signal.SIGHUP)
        assert it.receive(5)["method"] == "notifications/tools/list_changed"


def test_calls_under_way_outlive_a_reload(fresh, config):
    host = fresh(config=config).ready()
    client = ModernClient(host.port, {"elicitation": {}})
    with client.open("tools/call", {"name": "count", "arguments": {"n": 30, "pause": 10},
                                    "_meta": {"progressToken": 1}}) as stream:
        steps = [stream.message()["params"]["progress"]]
        first = client.tool("provision", {"name": "x"})
        with config.open("a") as file:
            file.write(TOOL)
        host.signal(signal.SIGHUP)
        *rest, last = stream.messages()
        steps += [message["params"]["progress"] for message in rest]
        assert steps == list(range(1, 31))
        assert last["result"]["content"][0]["text"] == "counted to 30"
    # A question that was asked before the reload may be answered after it.
    answer = {"region": {"action": "accept", "content": {"region": "eu"}}}
    result = client.tool("provision", {"name": "x"}, answer, first["requestState"])
    assert result["content"][0]["text"] == "Provisioned x in eu"


# MARK: Silence


def test_keep_alive(fresh, tmp_path):
    overlay = tmp_path / "alive.toml"
    overlay.write_text("[server.streams]\nkeep_alive_sec = 0.1\n")
    arguments = ("--config", str(overlay))
    host = fresh(config=FIXTURE / "protocol.toml", arguments=arguments).ready()
    modern, legacy = ModernClient(host.port), LegacyClient(host.port)
    with listen(modern, toolsListChanged=True) as one, legacy.listen() as two:
        # The GET stream begins with an event that has an id and no data.
        assert not two.next().data
        with EventSource(host.port, "2024-11-05").begin() as three:
            for stream in (one, two, three.stream):
                assert stream.silent(0.6)
                assert len(stream.comments) >= 2, "comments keep a silent stream alive"


def test_a_stream_that_nobody_reads_is_closed(fresh, tmp_path):
    """The stream ends after `stall_timeout_sec`, its connection `write_timeout_ms` later."""
    overlay = tmp_path / "brief.toml"
    overlay.write_text(
        "[server.streams]\nstall_timeout_sec = 0.5\n"
        "[server.transport.http]\nwrite_timeout_ms = 1500\n"
    )
    arguments = ("--config", str(overlay))
    host = fresh(config=FIXTURE / "protocol.toml", arguments=arguments).ready()
    client = ModernClient(host.port)
    client.tool("hello")
    before = host.open_files()
    params = {"name": "count", "arguments": {"n": 100_000}, "_meta": {"progressToken": 1}}
    streams = [client.open("tools/call", params) for _ in range(4)]
    time.sleep(0.3)
    assert host.open_files() > before, "a reader may be slow for a while"
    wait_for(lambda: host.open_files() <= before, "they are closed", 5)
    assert any("stall_timeout_sec" in line for line in host.lines)
    for stream in streams:
        stream.close()


# MARK: A door that is replaced


def test_a_swapped_transport_ends_streams_in_order(fresh):
    host = fresh(config=FIXTURE / "protocol.toml").ready()
    admin = Admin(host)
    modern, legacy = ModernClient(host.port), LegacyClient(host.port)
    with WebSocket(host.port, MODERN) as socket, listen(modern, toolsListChanged=True) as stream:
        get = legacy.listen()
        assert socket.ask("tools/list")[-1]["result"]["tools"]
        admin.swap(admin.plugin_id("http"))
        last = stream.messages()[-1]
        assert last["id"] == modern.id and last["result"]["resultType"] == "complete"
        while get.next() is not None:
            pass
        with pytest.raises(ConnectionClosed):
            socket.socket.recv(timeout=5)
        assert socket.socket.close_code == 1001
    # Sessions are the host's: they go on behind the new door.
    assert legacy.call("ping")["result"] == {}
    with legacy.listen() as again:
        legacy.tool("touch", {"what": "tools"})
        assert again.message()["method"] == "notifications/tools/list_changed"


def test_a_swapped_strategy_finishes_what_it_began(fresh):
    host = fresh(config=FIXTURE / "protocol.toml").ready()
    admin, client = Admin(host), ModernClient(host.port)
    params = {
        "name": "count", "arguments": {"n": 40, "pause": 10}, "_meta": {"progressToken": 1},
    }  # fmt: skip
    with client.open("tools/call", params) as stream:
        assert stream.message()["params"]["progress"] == 1
        state = client.tool("provision", {"name": "x"})["requestState"]
        admin.swap(admin.plugin_id("interaction"))
        assert stream.messages()[-1]["result"]["content"][0]["text"] == "counted to 40"
    answer = {"region": {"action": "accept", "content": {"region": "eu"}}}
    result = client.tool("provision", {"name": "x"}, answer, state)
    assert result["content"][0]["text"] == "Provisioned x in eu"


# MARK: Tasks


def test_listening_to_tasks(protocol):
    client = ModernClient(protocol.port, {"elicitation": {}, "extensions": {TASKS: {}}})
    task = client.tool("job", {"ms": 300})["taskId"]
    with listen(client, taskIds=[task]) as stream:
        seen = []
        while not seen or seen[-1] != "completed":
            message = stream.message()
            assert message["method"] == "notifications/tasks"
            assert message["params"]["taskId"] == task
            seen.append(message["params"]["status"])
    assert json.dumps(seen)


def test_states_that_may_be_used_again(fresh, tmp_path):
    """`single_use = false`: a retry that got lost may be sent once more."""
    overlay = tmp_path / "again.toml"
    overlay.write_text("[server.input]\nsingle_use = false\n")
    arguments = ("--config", str(overlay))
    host = fresh(config=FIXTURE / "protocol.toml", arguments=arguments).ready()
    client = ModernClient(host.port)
    state = client.tool("provision", {"name": "x"})["requestState"]
    answer = {"region": {"action": "accept", "content": {"region": "eu"}}}
    for _ in range(3):
        result = client.tool("provision", {"name": "x"}, answer, state)
        assert result["content"][0]["text"] == "Provisioned x in eu"


def test_resuming_what_is_long_gone(fresh, tmp_path):
    """More happened than is kept: the client is not given a stream with a hole in it."""
    overlay = tmp_path / "little.toml"
    overlay.write_text("[server.streams]\nreplay_events = 3\n")
    arguments = ("--config", str(overlay))
    host = fresh(config=FIXTURE / "protocol.toml", arguments=arguments).ready()
    client = LegacyClient(host.port)
    params = {
        "name": "count", "arguments": {"n": 30, "pause": 5}, "_meta": {"progressToken": 1},
    }  # fmt: skip
    with client.open("tools/call", params) as stream:
        event = stream.next()
        while not event.data:
            event = stream.next()
    time.sleep(0.6)
    with client.listen(event.id) as stream:
        if stream.head.status == 200:
            messages = stream.messages()
            # What is kept, in order, up to the answer; never something twice.
            steps = [m["params"]["progress"] for m in messages if "method" in m]
            assert steps == sorted(set(steps)) and 1 not in steps
            assert messages[-1]["result"]["content"][0]["text"] == "counted to 30"
        else:
            assert stream.head.status in (400, 404, 410)
