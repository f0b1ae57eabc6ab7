"""What clients change, repeat or invent: cursors, states, ids, sessions that are not theirs."""

import json
import threading
import time

import pytest

from harness.conformance import LegacyClient, ModernClient, accept
from harness.doors import EventSource, Stdio, WebSocket, enter
from harness.mcp import INVALID_PARAMS, INVALID_REQUEST, LEGACY, MODERN, request
from harness.process import FIXTURE
from harness.stream import EventStream

ANSWER = {"region": {"action": "accept", "content": {"region": "eu"}}}
CALL = {"name": "provision", "arguments": {"name": "x"}}


@pytest.fixture
def client(protocol):
    return ModernClient(protocol.port)


def variants(text):
    """Each way of changing a sealed text that costs one character, and some more."""
    for at in range(0, len(text), max(1, len(text) // 24)):
        other = "A" if text[at] != "A" else "B"
        yield text[:at] + other + text[at + 1 :]
    yield from (text[:-1], text[1:], text + "A", text * 2, text.swapcase(), text[::-1], "AAAA")
    yield from (" " + text, text + "=", text + "\n", "\x00", "ü", "x" * 100_000)


# MARK: Cursors


@pytest.mark.parametrize("revision", [MODERN, *LEGACY])
def test_cursors(protocol, revision):
    if revision == MODERN:
        client = ModernClient(protocol.port)

        def ask(method, cursor):
            _, messages = client.exchange(method, {"cursor": cursor})
            return messages[-1]

        first = client.call("tools/list")["nextCursor"]
        other = client.call("prompts/list")["nextCursor"]
    else:
        client = LegacyClient(protocol.port, revision)

        def ask(method, cursor):
            return client.exchange(method, {"cursor": cursor})[-1]

        first = client.result("tools/list")["nextCursor"]
        other = client.result("prompts/list")["nextCursor"]
    second = [tool["name"] for tool in ask("tools/list", first)["result"]["tools"]]
    for cursor in ["", "bogus", other, *variants(first)]:
        answer = ask("tools/list", cursor)
        assert answer.get("error", {}).get("code") == INVALID_PARAMS, (cursor[:80], answer)
    # A cursor may be used again, and on a list of its own kind alone.
    assert [tool["name"] for tool in ask("tools/list", first)["result"]["tools"]] == second
    assert ask("prompts/list", first)["error"]["code"] == INVALID_PARAMS


@pytest.mark.parametrize("cursor", [1, None, {}, [], True])
def test_cursors_of_other_types(client, cursor):
    status, messages = client.exchange("tools/list", {"cursor": cursor})
    assert messages[-1].get("error", {}).get("code", INVALID_PARAMS) == INVALID_PARAMS


def test_cursors_outlive_a_connection_but_not_a_change(fresh):
    """Another list: what pointed into the old one is no longer good, or still leads on."""
    host = fresh(config=FIXTURE / "protocol.toml").ready()
    client = ModernClient(host.port)
    cursor = client.call("tools/list")["nextCursor"]
    host.signal(1)
    time.sleep(0.3)
    status, messages = client.exchange("tools/list", {"cursor": cursor})
    last = messages[-1]
    assert "result" in last or last["error"]["code"] == INVALID_PARAMS


# MARK: States


def retry(client, state, call=None, answer=None):
    params = {**(call or CALL), "requestState": state, "inputResponses": answer or ANSWER}
    return client.exchange("tools/call", params)


def state_of(client, call=None):
    return client.call("tools/call", call or CALL)["requestState"]


def assert_refused(found, why):
    status, messages = found
    assert status == 400, (why, messages)
    assert messages[-1]["error"]["code"] == INVALID_PARAMS, (why, messages)


def test_states_are_sealed(client):
    state = state_of(client)
    for bad in variants(state):
        assert_refused(retry(client, bad), bad[:80])
    # None of these has used it up.
    assert retry(client, state)[1][-1]["result"]["content"][0]["text"] == "Provisioned x in eu"


def test_states_hide_what_they_hold(client):
    call = {"name": "provision", "arguments": {"name": "extraordinarily-secret"}}
    state = state_of(client, call)
    assert "secret" not in state and len(state) < 4096
    assert state_of(client, call) != state, "no two are the same"


def test_states_are_good_once(client):
    state = state_of(client)
    assert "result" in retry(client, state)[1][-1]
    assert_refused(retry(client, state), "a replay")


def test_one_of_many_replays_wins(client, protocol):
    """Twenty retries at once with one state: one of them is answered."""
    state, out = state_of(client), []

    def go():
        out.append(retry(ModernClient(protocol.port), state))

    threads = [threading.Thread(target=go) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(out) == 20
    good = [messages for status, messages in out if "result" in messages[-1]]
    assert len(good) == 1


@pytest.mark.parametrize(
    "call",
    [
        {"name": "provision", "arguments": {"name": "y"}},
        {"name": "provision", "arguments": {"name": "x", "more": 1}},
        {"name": "guess", "arguments": {"question": "x"}},
        {"name": "hello"},
    ],
)
def test_states_belong_to_their_request(client, call):
    state = state_of(client)
    status, messages = retry(client, state, call)
    last = messages[-1]
    # A call that never asks may pass it over; no other may take it.
    if call["name"] == "hello":
        assert last.get("error", {}).get("code", INVALID_PARAMS) == INVALID_PARAMS
    else:
        assert_refused((status, messages), call)


def test_states_belong_to_their_method(client):
    state = state_of(client)
    params = {"uri": "memo://secret", "requestState": state, "inputResponses": ANSWER}
    assert_refused(client.exchange("resources/read", params), "another method")


@pytest.mark.parametrize("state", [1, {}, [], True])
def test_states_of_other_types(client, state):
    assert_refused(retry(client, state), state)


def test_states_expire(fresh):
    arguments = ("--config", str(FIXTURE / "impatient.toml"))
    host = fresh(config=FIXTURE / "protocol.toml", arguments=arguments).ready()
    client = ModernClient(host.port)
    state = state_of(client)
    assert "result" in retry(client, state)[1][-1]
    state = state_of(client)
    time.sleep(2.1)
    assert_refused(retry(client, state), "expired")


def test_states_of_another_host(fresh, client):
    """Each start has a key of its own unless the configuration gives one."""
    state = state_of(client)
    other = ModernClient(fresh(config=FIXTURE / "protocol.toml").ready().port)
    assert_refused(retry(other, state), "another key")


def test_hosts_that_share_a_key_share_states(fresh, tmp_path):
    overlay = tmp_path / "key.toml"
    overlay.write_text('[server.input]\nkey = "a key for two hosts, long enough"\n')
    arguments = ("--config", str(overlay))
    one, two = (
        ModernClient(fresh(config=FIXTURE / "protocol.toml", arguments=arguments).ready().port)
        for _ in range(2)
    )
    found = retry(two, state_of(one))[1][-1]
    assert found["result"]["content"][0]["text"] == "Provisioned x in eu"


# MARK: Capabilities


@pytest.mark.parametrize(
    ("call", "needs"),
    [
        (CALL, "elicitation"), ({"name": "guess", "arguments": {"question": "?"}}, "sampling"),
        ({"name": "folders"}, "roots"),
    ],
)  # fmt: skip
def test_undeclared(protocol, call, needs):
    client = ModernClient(protocol.port, {})
    status, error = client.refused("tools/call", call)
    assert (status, error["code"]) == (400, -32021)
    assert error["data"] == {"requiredCapabilities": {needs: {}}}
    # What is declared counts for one request alone.
    result = client.call("tools/call", call, capabilities={needs: {}})
    assert result["resultType"] == "input_required"
    status, error = client.refused("tools/call", call)
    assert error["code"] == -32021


# MARK: Sessions and ids


def question_of(stream):
    while True:
        message = stream.message()
        if message.get("method") == "elicitation/create":
            return message


def test_only_the_session_that_was_asked_may_answer(protocol):
    one, two = LegacyClient(protocol.port), LegacyClient(protocol.port)
    with one.open("tools/call", CALL) as first, two.open("tools/call", CALL) as second:
        asked, other = question_of(first), question_of(second)
        wrong = {"jsonrpc": "2.0", "id": asked["id"], **accept(region="stolen")}
        if asked["id"] != other["id"]:
            assert two.post(wrong).status == 202
            assert first.silent(0.2)
        right = {"jsonrpc": "2.0", "id": asked["id"], **accept(region="mine")}
        assert one.post(right).status == 202
        assert "mine" in first.message()["result"]["content"][0]["text"]
        last = {"jsonrpc": "2.0", "id": other["id"], **accept(region="theirs")}
        assert two.post(last).status == 202
        assert "theirs" in second.message()["result"]["content"][0]["text"]


@pytest.mark.parametrize("id", [999, "nobody", -1, 0, 1.5, "x" * 10_000])
def test_answers_to_requests_never_made(protocol, id):
    client = LegacyClient(protocol.port)
    for body in ({"result": {}}, {"error": {"code": 1, "message": "x"}}):
        assert client.post({"jsonrpc": "2.0", "id": id, **body}).status in (202, 400)
    assert client.call("ping")["result"] == {}


def test_a_second_answer_is_passed_over(protocol):
    client = LegacyClient(protocol.port)
    with client.open("tools/call", CALL) as stream:
        asked = question_of(stream)
        for region in ("first", "second"):
            answer = {"jsonrpc": "2.0", "id": asked["id"], **accept(region=region)}
            assert client.post(answer).status == 202
        assert "first" in stream.message()["result"]["content"][0]["text"]


@pytest.mark.parametrize(
    "answer",
    [
        {"result": {}}, {"result": {"action": "maybe"}}, {"result": {"action": "accept"}},
        {"result": {"action": "accept", "content": {"region": 1}}},
        {"error": {"code": -1, "message": "no"}}, {"result": []}, {"result": None},
    ],
)  # fmt: skip
def test_answers_that_do_not_fit(protocol, answer):
    """Asked again, or an error; never a crash, never taken as they are."""
    client = LegacyClient(protocol.port)
    asked = []
    with client.open("tools/call", CALL) as stream:
        while True:
            message = stream.message()
            if message.get("method") != "elicitation/create":
                break
            asked.append(message)
            assert len(asked) < 5
            reply = client.post({"jsonrpc": "2.0", "id": message["id"], **answer})
            assert reply.status in (202, 400)
            if reply.status == 400:
                client.post({"jsonrpc": "2.0", "id": message["id"], **accept(region="eu")})
        assert message["id"] == client.number
    assert client.call("ping")["result"] == {}


@pytest.mark.parametrize("door", ["stdio", "websocket", "sse"])
def test_answers_to_nothing_on_connections(protocol, door):
    if door == "stdio":
        it = Stdio(protocol.config, "2025-11-25")
    else:
        it = {"websocket": WebSocket, "sse": EventSource}[door](protocol.port, "2025-11-25")
    with it:
        it.begin()
        it.send({"jsonrpc": "2.0", "id": "nobody", "result": {}})
        it.send({"jsonrpc": "2.0", "id": 999, "error": {"code": 1, "message": "x"}})
        assert [message.get("id") for message in it.ask("ping")] == [2]


@pytest.mark.parametrize("door", ["stdio", "websocket", "sse"])
@pytest.mark.parametrize("revision", [MODERN, "2025-11-25"])
def test_one_id_for_two_requests(protocol, door, revision):
    """The second of two open requests with one id is refused without the id, which is the first one's."""
    with enter(door, protocol, revision) as it:
        for _ in range(2):
            it.request("tools/call", {"name": "wait", "arguments": {"ms": 100}}, id="same")
        refused, answered = it.receive(), it.receive()
        assert refused["error"]["code"] == INVALID_REQUEST and "id" not in refused
        assert answered["id"] == "same" and "result" in answered
        assert it.ask("tools/list")[-1]["result"]["tools"]


def test_one_id_for_two_requests_of_a_session(protocol):
    client = LegacyClient(protocol.port)
    body = request("tools/call", {"name": "wait", "arguments": {"ms": 100}}, id="same")
    streams = [
        EventStream(protocol.port, "POST", "/mcp", client.fields(), body) for _ in range(2)
    ]
    finals = []
    for stream in streams:
        with stream:
            finals += [message for message in stream.messages() if "method" not in message]
    assert [final["id"] for final in finals] == ["same", "same"]
    assert any("result" in final for final in finals)


def test_resuming_what_belongs_to_another_session(protocol):
    one, two = LegacyClient(protocol.port), LegacyClient(protocol.port)
    with one.open("tools/call", {"name": "poll"}) as stream:
        last = None
        while (event := stream.next()) is not None:
            last = event.id or last
        secret = last
    with two.listen(secret) as stream:
        if stream.head.status == 200:
            assert stream.silent(0.3), "an event of another session"
    with one.listen(secret) as stream:
        assert stream.message()["result"]["content"][0]["text"] == "polled"


@pytest.mark.parametrize("id", ["", "x", "-1", "1-", "99999999999999999999-1", "0-999999", "ü" * 9])
def test_resuming_from_nowhere(protocol, id):
    client = LegacyClient(protocol.port)
    with client.listen(id) as stream:
        assert stream.head.status in (200, 400, 404)
    assert client.call("ping")["result"] == {}


def test_endpoints_of_event_sources_are_not_guessed(protocol):
    with EventSource(protocol.port, "2024-11-05") as one:
        message = json.dumps(request("ping"))
        path = one.endpoint.split("?")[0]
        assert one.post(message, path).status == 400
        assert one.post(message, path + "?sessionId=nobody").status == 404
        with EventSource(protocol.port, "2024-11-05") as two:
            assert one.endpoint != two.endpoint
            # What is posted for one stream never shows on the other.
            one.begin()
            assert two.stream.silent(0.2)


@pytest.mark.parametrize("body", ["", "{bad", "[" * 5000])
def test_garbage_posted_to_an_event_source(protocol, body):
    with EventSource(protocol.port, "2024-11-05").begin() as it:
        assert it.post(body).status == 400
        assert it.ask("ping")[-1]["result"] == {}
