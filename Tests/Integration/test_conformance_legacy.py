"""The scenarios of the handshake era against Examples/conformance."""

import json
import time

import pytest

from harness.conformance import LegacyClient, accept
from harness.http import fetch
from harness.mcp import LEGACY


@pytest.fixture(params=LEGACY)
def client(request, conformance):
    return LegacyClient(conformance.port, request.param)


@pytest.fixture
def newest(conformance):
    return LegacyClient(conformance.port)


def test_initialize(client):
    result = client.hello["result"]
    assert result["serverInfo"]["name"] and result["serverInfo"]["version"]
    assert {"tools", "resources", "prompts", "logging"} <= set(result["capabilities"])
    assert ("completions" in result["capabilities"]) == (client.version != "2024-11-05")
    assert client.id and all(0x21 <= ord(char) <= 0x7E for char in client.id)


def test_session_lifecycle(newest):
    assert newest.call("ping")["result"] == {}
    fields = newest.fields()
    del fields["Mcp-Session-Id"]
    message = b'{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{}}'
    assert fetch(newest.port, "POST", "/mcp", fields, message).status == 400
    unknown = {**fields, "Mcp-Session-Id": "nobody"}
    assert fetch(newest.port, "POST", "/mcp", unknown, message).status == 404
    assert 200 <= newest.delete().status < 300
    assert newest.post(message).status == 404


def test_ping_and_set_level_answer_with_nothing(client):
    assert client.call("ping")["result"] == {}
    assert client.call("logging/setLevel", {"level": "debug"})["result"] == {}


def test_logging(client):
    client.call("logging/setLevel", {"level": "debug"})
    messages = client.exchange("tools/call", {"name": "test_tool_with_logging"})
    logs = [m["params"] for m in messages if m.get("method") == "notifications/message"]
    assert [(log["level"], log["data"]) for log in logs] == [
        ("info", "Tool execution started"),
        ("info", "Tool processing data"),
        ("info", "Tool execution completed"),
    ]
    client.call("logging/setLevel", {"level": "error"})
    messages = client.exchange("tools/call", {"name": "test_tool_with_logging"})
    assert len(messages) == 1, "a level above info filters them"


def test_sampling(client):
    asked = []

    def sample(params):
        asked.append(params)
        return {
            "result": {
                "role": "assistant",
                "content": {"type": "text", "text": "Paris"},
                "model": "test-model",
                "stopReason": "endTurn",
            }
        }

    result = client.tool(
        "test_sampling", {"prompt": "Capital?"}, {"sampling/createMessage": sample}
    )
    assert result["content"][0]["text"] == "LLM response: Paris"
    (params,) = asked
    assert params["maxTokens"] == 100
    assert params["messages"] == [
        {"role": "user", "content": {"type": "text", "text": "Capital?"}}
    ]


def test_elicitation(client):
    asked = []

    def elicit(params):
        asked.append(params)
        return accept(username="u", email="u@example.com")

    messages = client.exchange(
        "tools/call",
        {"name": "test_elicitation", "arguments": {"message": "Who?"}},
        {"elicitation/create": elicit},
    )
    if client.version < "2025-06-18":
        # The revision has no elicitation.
        last = messages[-1]
        assert "error" in last or last["result"]["isError"], last
        assert not asked
        return
    text = messages[-1]["result"]["content"][0]["text"]
    assert text.startswith("User response: ")
    assert "accept" in text and "u@example.com" in text
    assert asked[0]["message"] == "Who?"
    assert asked[0]["requestedSchema"]["required"] == ["username", "email"]


@pytest.mark.parametrize("answer", ["decline", "cancel"])
def test_elicitation_turned_down(newest, answer):
    def elicit(_):
        return {"result": {"action": answer}}

    result = newest.tool("test_elicitation", {"message": "Who?"}, {"elicitation/create": elicit})
    assert answer in result["content"][0]["text"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("test_sampling", {"prompt": "x"}), ("test_elicitation", {"message": "x"})],
)
def test_undeclared_capability(conformance, tool, arguments):
    client = LegacyClient(conformance.port, capabilities={})
    last = client.exchange("tools/call", {"name": tool, "arguments": arguments})[-1]
    assert "error" in last or last["result"].get("isError"), last


def schema_of(client, tool):
    seen = []

    def elicit(params):
        seen.append(params)
        return {"result": {"action": "decline"}}

    result = client.tool(tool, {}, {"elicitation/create": elicit})
    assert result["content"][0]["text"].startswith("Elicitation completed: action=decline")
    return seen[0]["requestedSchema"]["properties"]


def test_elicitation_defaults(newest):
    properties = schema_of(newest, "test_elicitation_sep1034_defaults")
    assert properties["name"]["default"] == "John Doe"
    assert properties["age"]["type"] == "integer" and properties["age"]["default"] == 30
    assert properties["score"]["type"] == "number" and properties["score"]["default"] == 95.5
    assert properties["status"]["enum"] == ["active", "inactive", "pending"]
    assert properties["status"]["default"] == "active"
    assert properties["verified"]["default"] is True

    def elicit(_):
        return accept(name="Ann", age=1, score=2.5, status="pending", verified=False)

    text = newest.tool(
        "test_elicitation_sep1034_defaults", {}, {"elicitation/create": elicit}
    )["content"][0]["text"]
    action, content = text.removeprefix("Elicitation completed: ").split(", ", 1)
    assert action == "action=accept"
    assert json.loads(content.removeprefix("content="))["name"] == "Ann"


def test_elicitation_enums(newest):
    properties = schema_of(newest, "test_elicitation_sep1330_enums")
    options = ["option1", "option2", "option3"]
    assert properties["untitledSingle"] == {"type": "string", "enum": options}
    assert properties["titledSingle"] == {
        "type": "string",
        "oneOf": [
            {"const": "value1", "title": "First Option"},
            {"const": "value2", "title": "Second Option"},
            {"const": "value3", "title": "Third Option"},
        ],
    }
    assert properties["legacyEnum"] == {
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"],
    }
    assert properties["untitledMulti"] == {
        "type": "array",
        "items": {"type": "string", "enum": options},
    }
    assert properties["titledMulti"]["items"]["anyOf"][0] == {
        "const": "value1",
        "title": "First Choice",
    }


def test_subscribe(client):
    uri = {"uri": "test://watched-resource"}
    assert client.call("resources/subscribe", uri)["result"] == {}
    assert client.call("resources/unsubscribe", uri)["result"] == {}


def test_polling(newest):
    with newest.open("tools/call", {"name": "test_reconnection"}) as stream:
        number = newest.number
        first = stream.next()
        assert first.id and not first.data and first.retry is not None
        assert stream.next(10) is None, "the server closes before the result"
    with newest.listen(first.id) as resumed:
        assert resumed.head.status == 200
        message = resumed.message()
        assert message["id"] == number
        assert not message["result"].get("isError")


def test_priming_is_of_2025_11_25_alone(client):
    with client.open("tools/call", {"name": "test_tool_with_logging"}) as stream:
        assert stream.is_stream
        first = stream.next()
        if client.version == "2025-11-25":
            assert first.id and not first.data
        else:
            assert first.data


def test_several_streams_at_once(newest):
    token = {"_meta": {"progressToken": "t"}}
    streams = []
    for _ in range(5):
        streams.append(
            (newest.open("tools/call", {"name": "test_tool_with_progress", **token}), newest.number)
        )
    for stream, number in streams:
        with stream:
            messages = stream.messages()
            assert messages[-1]["id"] == number
            assert len(messages) == 4


def test_a_message_goes_on_one_stream(newest):
    with newest.listen() as get:
        assert get.head.status == 200 and get.is_stream
        time.sleep(0.1)
        assert newest.tool("test_trigger_tool_change")["content"]
        seen = [get.message()]
        assert seen[0]["method"] == "notifications/tools/list_changed"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Host": "evil.example.com"}, {403, 421}),
        ({"Origin": "http://evil.example.com"}, {403}),
        ({"Origin": "http://localhost:3000"}, {200}),
    ],
)
def test_dns_rebinding(newest, fields, status):
    message = b'{"jsonrpc":"2.0","id":9,"method":"ping","params":{}}'
    assert newest.post(message, fields).status in status
