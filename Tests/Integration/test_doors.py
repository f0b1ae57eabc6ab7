"""One scenario through four doors: the same requests, the same answers, in both eras."""

import copy

import pytest

from harness.conformance import accept
from harness.doors import enter
from harness.mcp import MODERN, PREFIX

PAIRS = [
    (door, revision)
    for door in ("stdio", "http", "websocket", "sse")
    for revision in (MODERN, "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
]

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC"


def text(value):
    return [{"type": "text", "text": value}]


def sample(params):
    assert params["maxTokens"] == 50 and params["systemPrompt"] == "Be short."
    return {
        "result": {
            "role": "assistant", "content": {"type": "text", "text": "42"}, "model": "m",
            "stopReason": "endTurn",
        }
    }  # fmt: skip


def roots(_):
    return {"result": {"roots": [{"uri": "file:///a", "name": "A"}, {"uri": "file:///b"}]}}


def region(params):
    assert params["message"] == "Which region?"
    return accept(region="eu")


ANSWERS = {
    "sampling/createMessage": sample,
    "roots/list": roots,
    "elicitation/create": region,
}

# Name, method, params, and what of the answer is expected: members of a result, or an error's code. Where
# revisions differ: a function of the revision.
TABLE = [
    ("add", "tools/call", {"name": "add", "arguments": {"a": 2, "b": 3}},
     {"content": text('{"sum":5}'), "structuredContent": {"sum": 5}}),
    ("static", "tools/call", {"name": "hello"}, {"content": text("hello from metis")}),
    ("tool error", "tools/call", {"name": "fail"},
     {"isError": True, "content": text("It did not work.")}),
    ("own error", "tools/call", {"name": "break"}, 1234),
    ("unknown tool", "tools/call", {"name": "nope"}, -32602),
    # From 2025-11-25 on a model is told in the result, so that it can correct itself.
    ("arguments that do not fit", "tools/call", {"name": "add", "arguments": {"a": "x", "b": 1}},
     lambda revision: {"isError": True} if revision >= "2025-11-25" else -32602),
    ("template in a tool", "tools/call",
     {"name": "report"}, {"content": text("reported after notice")}),
    ("progress", "tools/call",
     {"name": "count", "arguments": {"n": 3}, "_meta": {"progressToken": "p"}},
     {"content": text("counted to 3")}),
    ("sampling", "tools/call", {"name": "guess", "arguments": {"question": "6 × 7?"}},
     {"content": text("The model says 42")}),
    ("roots", "tools/call", {"name": "folders"}, {"content": text("file:///a file:///b ")}),
    ("read", "resources/read", {"uri": "memo://shopping"},
     {"contents": [
         {"uri": "memo://shopping", "mimeType": "text/plain", "text": "bread\nbutter"}]}),
    ("read binary", "resources/read", {"uri": "memo://picture"},
     {"contents": [{"uri": "memo://picture", "mimeType": "image/png", "blob": PNG}]}),
    ("read a template", "resources/read", {"uri": "repo://ann/apples"},
     {"contents": [
         {"uri": "repo://ann/apples", "mimeType": "text/plain", "text": "apples of ann"}]}),
    ("unknown resource", "resources/read", {"uri": "memo://nowhere"},
     lambda revision: -32602 if revision == MODERN else -32002),
    ("templates", "resources/templates/list", {},
     {"resourceTemplates": [
         {"uriTemplate": "repo://{owner}/{name}", "name": "repository",
          "description": "A repository of an owner.", "mimeType": "text/plain"}]}),
    ("prompt", "prompts/get", {"name": "greet", "arguments": {"name": "Ann"}},
     {"description": "Greets somebody.", "messages": [
         {"role": "user", "content": text("Write a friendly greeting for Ann.")[0]},
         {"role": "assistant", "content": text("Dear Ann")[0]}]}),
    ("prompt without its argument", "prompts/get", {"name": "greet"}, -32602),
    ("prompt with a value that is not one of the enum", "prompts/get",
     {"name": "greet", "arguments": {"name": "Ann", "style": "rude"}}, -32602),
    ("unknown prompt", "prompts/get", {"name": "nope"}, -32602),
    ("complete an enum", "completion/complete",
     {"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "style", "value": "f"}},
     {"completion": {"values": ["formal", "friendly"], "total": 2, "hasMore": False}}),
    ("complete a template", "completion/complete",
     {"ref": {"type": "ref/resource", "uri": "repo://{owner}/{name}"},
      "argument": {"name": "owner", "value": "an"}},
     {"completion": {"values": ["ann", "anton"], "total": 2, "hasMore": False}}),
    ("complete with context", "completion/complete",
     {"ref": {"type": "ref/resource", "uri": "repo://{owner}/{name}"},
      "argument": {"name": "name", "value": "ap"}, "context": {"arguments": {"owner": "ann"}}},
     {"completion": {"values": ["apples", "apricots"], "total": 2, "hasMore": False}}),
    ("complete for nobody", "completion/complete",
     {"ref": {"type": "ref/prompt", "name": "nope"}, "argument": {"name": "x", "value": ""}}, -32602),
    ("bad cursor", "tools/list", {"cursor": "bogus"}, -32602),
    ("unknown method", "no/such", {}, -32601),
]  # fmt: skip


def asked_of_modern(conversation, method, params):
    """A request of 2026-07-28 whose questions are answered by retries."""
    seen, params = [], copy.deepcopy(params)
    while True:
        messages = conversation.ask(method, params)
        seen += messages[:-1]
        result = messages[-1].get("result", {})
        if result.get("resultType") != "input_required":
            return seen + messages[-1:]
        params["inputResponses"] = {
            key: ANSWERS[question["method"]](question.get("params", {}))["result"]
            for key, question in result["inputRequests"].items()
        }
        params["requestState"] = result.get("requestState")
        if params["requestState"] is None:
            del params["requestState"]


def exchange(conversation, method, params):
    if conversation.revision == MODERN:
        return asked_of_modern(conversation, method, params)
    return conversation.ask(method, params, ANSWERS)


def bare(message):
    """A message without what differs from call to call, and server requests that another era lacks."""
    message = copy.deepcopy(message)
    message.pop("id", None)
    return message


def holds(revision, expected, answer):
    modern = revision == MODERN
    if callable(expected):
        expected = expected(revision)
    if isinstance(expected, int):
        assert answer["error"]["code"] == expected, answer
        assert answer["error"]["message"]
        return
    assert "result" in answer, answer
    result = answer["result"]
    for name, value in expected.items():
        if name == "structuredContent" and revision < "2025-06-18":
            assert name not in result
        else:
            assert result[name] == value, (name, result)
    assert ("resultType" in result) == modern
    if "isError" not in expected and "content" in result:
        assert not result.get("isError"), result


@pytest.fixture(scope="module")
def heard():
    """What each door answered, for the comparison at the end."""
    return {}


@pytest.mark.parametrize(("door", "revision"), PAIRS)
def test_scenario(protocol, heard, door, revision):
    with enter(door, protocol, revision) as conversation:
        out = []
        for name, method, params, expected in TABLE:
            if method == "completion/complete" and "context" in params and revision < "2025-06-18":
                # The revision knows no context: the suggestions do not depend on other arguments.
                continue
            messages = exchange(conversation, method, params)
            holds(revision, expected, messages[-1])
            out.append((name, [bare(message) for message in messages]))
            if name == "progress":
                steps = [m["params"] for m in messages if m.get("method") == "notifications/progress"]
                assert [step["progress"] for step in steps] == [1, 2, 3]
                assert all(step["progressToken"] == "p" and step["total"] == 3 for step in steps)
                assert ("message" in steps[0]) == (revision >= "2025-03-26")
        heard[door, revision] = out


@pytest.mark.parametrize("revision", sorted({revision for _, revision in PAIRS}))
def test_doors_agree(heard, revision):
    answers = {door: out for (door, version), out in heard.items() if version == revision}
    if len(answers) < 2:
        pytest.skip("not run: the scenarios of fewer than two doors were")
    first, *others = answers.items()
    for door, out in others:
        for (name, one), (_, other) in zip(first[1], out, strict=True):
            assert one == other, f"{name}: {first[0]} and {door} differ"


@pytest.mark.parametrize(("door", "revision"), PAIRS)
def test_pages(protocol, door, revision):
    """Pages of three, one after the other, until none is left; nothing twice."""
    with enter(door, protocol, revision) as conversation:
        for method, member, count in [
            ("tools/list", "tools", 16), ("resources/list", "resources", 4),
            ("prompts/list", "prompts", 4), ("resources/templates/list", "resourceTemplates", 1),
        ]:  # fmt: skip
            names, cursor = [], None
            while True:
                result = conversation.ask(method, {"cursor": cursor} if cursor else {})[-1]["result"]
                names += [entry["name"] for entry in result[member]]
                if (cursor := result.get("nextCursor")) is None:
                    break
                assert len(result[member]) == 3
            assert len(names) == len(set(names)) == count, (method, names)


@pytest.mark.parametrize(("door", "revision"), [p for p in PAIRS if p[1] >= "2025-06-18"])
@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (accept(region="eu"), "Provisioned x in eu"),
        ({"result": {"action": "decline"}}, "decline"),
        ({"result": {"action": "cancel"}}, "cancel"),
    ],
)
def test_elicitation(protocol, door, revision, answer, text):
    params = {"name": "provision", "arguments": {"name": "x"}}
    with enter(door, protocol, revision) as conversation:
        if revision == MODERN:
            first = conversation.ask("tools/call", params)[-1]["result"]
            assert set(first["inputRequests"]) == {"region"}
            params["inputResponses"] = {"region": answer["result"]}
            params["requestState"] = first["requestState"]
            messages = conversation.ask("tools/call", params)
        else:
            answers = {"elicitation/create": lambda params: answer}
            messages = conversation.ask("tools/call", params, answers)
        assert messages[-1]["result"]["content"][0]["text"] == text


@pytest.mark.parametrize(("door", "revision"), PAIRS)
def test_log_levels(protocol, door, revision):
    with enter(door, protocol, revision) as conversation:
        for level, data in [
            ("debug", ["one", {"number": 2}, ["three"], "four"]),
            ("warning", [["three"], "four"]),
            ("critical", []),
        ]:
            if revision == MODERN:
                messages = conversation.ask("tools/call", {"name": "report"}, logLevel=level)
            else:
                assert conversation.ask("logging/setLevel", {"level": level})[-1]["result"] == {}
                messages = conversation.ask("tools/call", {"name": "report"})
            logs = [m["params"] for m in messages if m.get("method") == "notifications/message"]
            assert [log["data"] for log in logs] == data, level
            assert all(log["logger"] == "report" for log in logs)


@pytest.mark.parametrize("door", ["stdio", "websocket", "sse"])
def test_subscriptions_beside_requests(protocol, door):
    """On one connection a listen stream and requests go side by side."""
    with enter(door, protocol, MODERN) as conversation:
        filters = {"toolsListChanged": True, "resourceSubscriptions": ["memo://shopping"]}
        conversation.request("subscriptions/listen", {"notifications": filters}, id="all")
        first = conversation.receive()
        assert first["method"] == "notifications/subscriptions/acknowledged"
        assert first["params"]["notifications"] == filters
        expected = {
            "tools": "notifications/tools/list_changed",
            "memo": "notifications/resources/updated",
        }
        for what, method in expected.items():
            id = conversation.request("tools/call", {"name": "touch", "arguments": {"what": what}})
            got = [conversation.receive() for _ in range(2)]
            assert {message.get("id") for message in got} == {id, None}
            (change,) = [message for message in got if "method" in message]
            assert change["method"] == method
            assert change["params"]["_meta"][PREFIX + "subscriptionId"] == "all"
            if what == "memo":
                assert change["params"]["uri"] == "memo://shopping"
        conversation.ask("tools/call", {"name": "touch", "arguments": {"what": "prompts"}})
        # The client ends the subscription as it cancels any request.
        conversation.notify("notifications/cancelled", {"requestId": "all"})
        messages = conversation.ask("tools/call", {"name": "touch", "arguments": {"what": "tools"}})
        assert all("method" not in message for message in messages), messages


@pytest.mark.parametrize("door", ["stdio", "websocket", "sse"])
def test_changes_reach_a_session(protocol, door):
    with enter(door, protocol, "2025-11-25") as conversation:
        uri = {"uri": "memo://shopping"}
        assert conversation.ask("resources/subscribe", uri)[-1]["result"] == {}
        for what, method in [
            ("tools", "notifications/tools/list_changed"),
            ("prompts", "notifications/prompts/list_changed"),
            ("resources", "notifications/resources/list_changed"),
            ("memo", "notifications/resources/updated"),
        ]:
            conversation.request("tools/call", {"name": "touch", "arguments": {"what": what}})
            got = [conversation.receive() for _ in range(2)]
            assert {message.get("method") for message in got} == {method, None}
        assert conversation.ask("resources/unsubscribe", uri)[-1]["result"] == {}
        messages = conversation.ask("tools/call", {"name": "touch", "arguments": {"what": "memo"}})
        assert len(messages) == 1, messages


@pytest.mark.parametrize(("door", "revision"), [p for p in PAIRS if p[0] != "http"])
def test_cancelled_requests_are_not_answered(protocol, door, revision):
    """A cancelled call gets no answer, and does not hold up others."""
    with enter(door, protocol, revision) as conversation:
        slow = conversation.request("tools/call", {"name": "wait", "arguments": {"ms": 60_000}})
        params = {"requestId": slow, "reason": "enough"}
        conversation.notify("notifications/cancelled", params)
        messages = conversation.ask("tools/call", {"name": "hello"})
        assert [message["id"] for message in messages] == [messages[-1]["id"]]


@pytest.mark.parametrize("door", ["stdio", "websocket", "sse"])
@pytest.mark.parametrize("revision", ["2025-11-25", MODERN])
def test_answers_come_when_they_are_ready(protocol, door, revision):
    """Requests of one connection do not wait for each other."""
    with enter(door, protocol, revision) as conversation:
        slow = conversation.request("tools/call", {"name": "wait", "arguments": {"ms": 400}})
        fast = conversation.request("tools/call", {"name": "wait", "arguments": {"ms": 1}})
        assert [conversation.receive()["id"] for _ in range(2)] == [fast, slow]
