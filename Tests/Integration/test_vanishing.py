"""Clients that vanish at every step. Afterwards calls, sessions, descriptors and memory are as before.

The host takes 40 calls at a time: that a hundred clients may vanish one after the other, each from a
call of a minute, shows that their calls have ended.
"""

import json
import os
import time

import pytest

from harness.admin import Admin
from harness.conformance import TASKS, LegacyClient, ModernClient
from harness.doors import EventSource, Stdio, WebSocket, wait_for
from harness.http import Connection, compose
from harness.mcp import MODERN, meta, modern_fields, request
from harness.process import FIXTURE, Host

MINUTE = {"name": "wait", "arguments": {"ms": 60_000}}
MANY = 100


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    arguments = ("--config", str(FIXTURE / "impatient.toml"), "--drain-limit", "8")
    folder = tmp_path_factory.mktemp("vanishing")
    it = Host(folder, config=FIXTURE / "protocol.toml", arguments=arguments).ready()
    yield it
    started = time.monotonic()
    assert it.stop() == 0, "\n".join(it.lines[-40:])
    # A call that was still open would have held it up until the limit.
    assert time.monotonic() - started < 5, "calls were left open"


def sessions(host):
    return Admin(host).get("/stats")["sessions"]


@pytest.fixture(autouse=True)
def as_before(host):
    """What a test leaves behind, and that the host still serves."""
    Admin(host).get("/stats")
    files, count = host.open_files(), sessions(host)
    yield
    assert host.process.poll() is None, host.lines[-40:]
    wait_for(lambda: host.open_files() <= files, f"descriptors are back to {files}")
    wait_for(lambda: sessions(host) <= count, f"sessions are back to {count}")
    assert ModernClient(host.port).tool("hello")["content"]


def memory(host, what, times, limit_kib=4096):
    """Runs `what` a few times, then `times` more, and compares the memory."""
    for _ in range(times // 4):
        what()
    before = host.resident_kib()
    for _ in range(times):
        what()
    assert host.resident_kib() - before < limit_kib


def cut(stream):
    """Ends a connection without a word: a reset where something is unread."""
    stream.connection.socket.close()


# MARK: 2026-07-28: a disconnect cancels


def post(host, params):
    """A call that is sent and whose answer nobody waits for."""
    body = json.dumps(request("tools/call", {**params, "_meta": meta()})).encode()
    fields = {"Host": f"127.0.0.1:{host.port}", **modern_fields("tools/call", params["name"])}
    connection = Connection(host.port)
    connection.send(compose("POST", "/mcp", fields, body))
    return connection


def test_before_the_answer(host):
    def vanish():
        with post(host, MINUTE):
            time.sleep(0.002)

    memory(host, vanish, MANY)


def test_half_closed(host):
    for _ in range(MANY):
        connection = post(host, MINUTE)
        connection.socket.shutdown(1)
        connection.close()


def test_during_progress(host):
    client = ModernClient(host.port)

    def vanish():
        params = {
            "name": "count", "arguments": {"n": 10_000, "pause": 5}, "_meta": {"progressToken": 1},
        }  # fmt: skip
        stream = client.open("tools/call", params)
        assert stream.message()["method"] == "notifications/progress"
        cut(stream)

    memory(host, vanish, MANY)


def test_in_the_middle_of_a_listen_stream(host):
    client = ModernClient(host.port)

    def vanish():
        stream = client.open("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
        assert stream.message()["method"] == "notifications/subscriptions/acknowledged"
        cut(stream)
        client.tool("touch", {"what": "tools"})

    memory(host, vanish, MANY)


def test_after_a_question(host):
    """The state is in the client's hands: the host keeps nothing for one that never comes back."""
    client = ModernClient(host.port)

    def vanish():
        assert client.tool("provision", {"name": "x"})["resultType"] == "input_required"

    memory(host, vanish, 400)


def test_tasks_that_nobody_fetches(host):
    client = ModernClient(host.port, {"elicitation": {}, "extensions": {TASKS: {}}})
    tasks = [client.tool("job", {"ms": 60_000})["taskId"] for _ in range(20)]
    for task in tasks:
        # Their client has gone; another one that knows the handle may end them.
        assert client.call("tasks/cancel", {"taskId": task})["resultType"] == "complete"
    for _ in range(30):
        client.tool("job", {"ms": 50})
    asking = client.tool("ask_job")["taskId"]
    time.sleep(0.3)
    # The question is still there: a task that asks waits for as long as it lives.
    found = client.call("tasks/get", {"taskId": asking})
    assert found["status"] in ("input_required", "failed")
    client.call("tasks/cancel", {"taskId": asking})


# MARK: Sessions: a disconnect does not cancel


def test_session_whose_client_vanishes_during_a_call(host):
    def vanish():
        client = LegacyClient(host.port)
        params = {"name": "count", "arguments": {"n": 5, "pause": 2}, "_meta": {"progressToken": 1}}
        stream = client.open("tools/call", params)
        assert stream.next()
        cut(stream)
        assert 200 <= client.delete().status < 300

    memory(host, vanish, MANY)


def post_to(client, params):
    """A call of a session that is sent and whose answer nobody waits for."""
    client.number += 1
    body = json.dumps(request("tools/call", params, id=client.number)).encode()
    connection = Connection(client.port)
    fields = {"Host": f"127.0.0.1:{client.port}", **client.fields()}
    connection.send(compose("POST", "/mcp", fields, body))
    return connection


def test_a_session_that_ends_takes_its_calls_along(host):
    for _ in range(MANY):
        client = LegacyClient(host.port)
        with post_to(client, MINUTE):
            time.sleep(0.005)
            assert 200 <= client.delete().status < 300


def test_cancelled_by_another_connection(host):
    client = LegacyClient(host.port)
    for _ in range(MANY):
        with post_to(client, MINUTE):
            time.sleep(0.005)
            params = {"requestId": client.number}
            note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}
            assert client.post(note).status == 202
    client.delete()


def test_during_an_elicitation(host):
    for _ in range(10):
        client = LegacyClient(host.port)
        stream = client.open("tools/call", {"name": "provision", "arguments": {"name": "x"}})
        message = stream.message()
        while message["method"] != "elicitation/create":
            message = stream.message()
        cut(stream)
        client.delete()


def test_a_client_that_never_answers(host):
    """`[server.input] timeout_sec`: the call ends in an error, and a late answer is nobody's."""
    client = LegacyClient(host.port)
    with client.open("tools/call", {"name": "provision", "arguments": {"name": "x"}}) as stream:
        question = stream.message()
        assert question["method"] == "elicitation/create"
        begin = time.monotonic()
        answer = stream.message()
        # The host withdraws its question before it answers, or just answers.
        if answer.get("method") == "notifications/cancelled":
            assert answer["params"]["requestId"] == question["id"]
            answer = stream.message()
        assert 0.3 < time.monotonic() - begin < 3
        assert answer["id"] == client.number
        assert "error" in answer or answer["result"]["isError"], answer
    late = {"action": "accept", "content": {"region": "eu"}}
    reply = client.post({"jsonrpc": "2.0", "id": question["id"], "result": late})
    assert reply.status == 202
    assert client.call("ping")["result"] == {}
    client.delete()


def test_between_the_call_and_its_resumption(host):
    def vanish():
        client = LegacyClient(host.port)
        with client.open("tools/call", {"name": "poll"}) as stream:
            while stream.next() is not None:
                pass
        client.delete()

    memory(host, vanish, 40)


def test_get_streams(host):
    client = LegacyClient(host.port)

    def vanish():
        stream = client.listen()
        assert stream.head.status == 200
        cut(stream)

    memory(host, vanish, MANY)
    client.delete()


# MARK: Connections


@pytest.mark.parametrize("revision", [MODERN, "2025-11-25"])
def test_websockets_that_are_cut(host, revision):
    def vanish():
        it = WebSocket(host.port, revision).begin()
        it.request("tools/call", MINUTE)
        it.socket.socket.close()

    for _ in range(60):
        vanish()


@pytest.mark.parametrize("revision", [MODERN, "2025-11-25"])
def test_websockets_that_close(host, revision):
    for _ in range(60):
        it = WebSocket(host.port, revision).begin()
        it.request("tools/call", MINUTE)
        it.close()


def test_websockets_during_an_elicitation(host):
    for _ in range(20):
        it = WebSocket(host.port, "2025-11-25").begin()
        it.request("tools/call", {"name": "provision", "arguments": {"name": "x"}})
        assert it.receive()["method"] == "elicitation/create"
        it.socket.socket.close()


def test_event_sources_that_are_cut(host):
    for _ in range(60):
        it = EventSource(host.port, "2024-11-05").begin()
        it.request("tools/call", MINUTE)
        it.close()


def test_posts_to_an_event_source_that_is_gone(host):
    it = EventSource(host.port, "2024-11-05").begin()
    it.close()
    message = json.dumps(request("ping", id=1))
    wait_for(lambda: it.post(message).status == 404, "the endpoint is forgotten")


def test_stdio_whose_client_is_gone(host):
    """End of input ends the process at once: there is nobody left to answer."""
    for question in (MINUTE, {"name": "provision", "arguments": {"name": "x"}}):
        it = Stdio(FIXTURE / "protocol.toml", "2025-11-25").begin()
        it.request("tools/call", question)
        time.sleep(0.05)
        begin = time.monotonic()
        it.process.stdin.close()
        assert it.process.wait(10) == 0
        assert time.monotonic() - begin < 5
        it.reader.join(5)
        it.process.stdout.close()


def test_stdio_whose_reader_is_gone(host):
    """A closed pipe is the end of the client as well, not a signal that kills."""
    it = Stdio(FIXTURE / "protocol.toml", MODERN)
    it.request("tools/call", {"name": "hello"})
    assert it.receive()["result"]
    os.dup2(os.open(os.devnull, os.O_RDONLY), it.process.stdout.fileno())
    try:
        for _ in range(50):
            it.request("tools/call", {"name": "hello"})
            time.sleep(0.01)
    except BrokenPipeError:
        pass
    try:
        it.process.stdin.close()
    except BrokenPipeError:
        pass
    assert it.process.wait(10) >= 0, "killed by a signal"
