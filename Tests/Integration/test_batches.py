"""Batches: receivers of 2025-03-26 take them, over every transport; no other revision has them."""

import json

import pytest

from harness.doors import EventSource, Stdio, WebSocket
from harness.mcp import INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, Session, request
from harness.stream import EventStream
from harness.traffic import messages

VERSION = "2025-03-26"
NOTE = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 999}}


def flat(found):
    """All messages, whether they came as a batch or one by one."""
    out = []
    for message in found:
        out += message if isinstance(message, list) else [message]
    return out


@pytest.fixture
def session(protocol):
    return Session(protocol.port, VERSION)


def post(session, batch):
    answer = session.post(batch)
    assert answer.status == 200, (answer, answer.body)
    return {message.get("id"): message for message in flat(messages(answer))}


def test_requests_are_all_answered(session):
    batch = [
        request("ping", id=1),
        request("tools/call", {"name": "hello"}, id="two"),
        NOTE,
        request("tools/call", {"name": "wait", "arguments": {"ms": 30}}, id=3),
        request("no/such", id=4),
    ]
    answers = post(session, batch)
    assert set(answers) == {1, "two", 3, 4}
    assert answers[1]["result"] == {}
    assert answers["two"]["result"]["content"][0]["text"] == "hello from metis"
    assert answers[3]["result"]["content"][0]["text"] == "waited 30 ms"
    assert answers[4]["error"]["code"] == METHOD_NOT_FOUND


def test_notifications_alone(session):
    answer = session.post([NOTE, NOTE])
    assert answer.status == 202 and not answer.body


def test_responses_alone(session):
    answer = session.post([{"jsonrpc": "2.0", "id": 77, "result": {}}])
    assert answer.status == 202 and not answer.body


def test_one_bad_element_does_not_spoil_the_others(session):
    answers = session.post([1, request("ping", id=5), {"jsonrpc": "2.0", "id": 6, "method": 7}])
    assert answers.status == 200
    found = flat(messages(answers))
    good = [message for message in found if "result" in message]
    assert [message["id"] for message in good] == [5]
    bad = [message["error"]["code"] for message in found if "error" in message]
    assert bad == [INVALID_REQUEST, INVALID_REQUEST]


def test_empty(session):
    answer = session.post([])
    assert answer.status == 400
    assert answer.json["error"]["code"] == INVALID_REQUEST


def test_progress_goes_before_its_answer(session):
    batch = [
        request(
            "tools/call",
            {"name": "count", "arguments": {"n": 3}, "_meta": {"progressToken": token}},
            id=token,
        )
        for token in ("a", "b")
    ]
    with EventStream(session.port, "POST", "/mcp", session.fields(), batch) as stream:
        found = []
        while len([message for message in flat(found) if "id" in message]) < 2:
            message = stream.message()
            assert message is not None, found
            found.append(message)
    found = flat(found)
    for token in ("a", "b"):
        own = [
            message
            for message in found
            if message.get("id") == token or message.get("params", {}).get("progressToken") == token
        ]
        assert [message.get("params", {}).get("progress") for message in own] == [1, 2, 3, None]
        assert own[-1]["id"] == token


def test_initialize_is_never_in_a_batch(protocol):
    hello = {
        "protocolVersion": VERSION,
        "capabilities": {},
        "clientInfo": {"name": "x", "version": "1"},
    }
    it = Session(protocol.port, VERSION)
    answer = it.post([request("initialize", hello), request("ping", id=2)], {"Mcp-Session-Id": None})
    assert answer.status in (200, 400)
    for message in flat(messages(answer)):
        assert message.get("id") != 1 or "error" in message


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25"])
def test_other_revisions_refuse_them(protocol, version):
    answer = Session(protocol.port, version).post([request("ping")])
    assert answer.status == 400
    assert answer.json["error"]["code"] == INVALID_REQUEST


def test_many(session):
    answers = post(session, [request("ping", id=n) for n in range(100)])
    assert set(answers) == set(range(100))


@pytest.mark.parametrize("count", [101, 50_000])
def test_too_many(session, count):
    answer = session.post([request("ping", id=n) for n in range(count)])
    assert answer.status == 400
    assert answer.json["error"]["code"] == INVALID_REQUEST
    assert "100" in answer.json["error"]["message"], "the limit is named"
    assert session.call("ping")["result"] == {}


def test_broken(session):
    answer = session.post(b'[{"jsonrpc":"2.0","id":1,"method":"ping"},')
    assert answer.status == 400
    assert answer.json["error"]["code"] == PARSE_ERROR


@pytest.mark.parametrize("door", ["stdio", "websocket", "sse"])
def test_other_doors(protocol, door):
    if door == "stdio":
        conversation = Stdio(protocol.config, VERSION)
    else:
        conversation = {"websocket": WebSocket, "sse": EventSource}[door](protocol.port, VERSION)
    with conversation as it:
        it.begin()
        it.send([
            request("ping", id=100),
            NOTE,
            request("tools/call", {"name": "wait", "arguments": {"ms": 30}}, id=101),
            request("tools/call", {"name": "hello"}, id=102),
        ])  # fmt: skip
        answers = []
        while len(answers) < 3:
            answers += flat([it.receive()])
        assert {answer["id"] for answer in answers} == {100, 101, 102}
        # A batch of notifications gets nothing; the next answer is the next request's.
        it.send([NOTE, NOTE])
        assert flat(it.ask("ping"))[-1]["result"] == {}


def test_stdio_of_another_revision(protocol):
    with Stdio(protocol.config, "2025-06-18") as it:
        it.begin()
        it.put(json.dumps([request("ping", id=100)]))
        assert it.receive()["error"]["code"] == INVALID_REQUEST
        assert it.ask("ping")[-1]["result"] == {}
