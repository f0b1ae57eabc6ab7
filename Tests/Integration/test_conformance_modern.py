"""The scenarios of 2026-07-28 against Examples/conformance, tasks aside."""

import json
import time

import pytest

from harness.conformance import ModernClient, dump
from harness.mcp import MODERN, PREFIX


@pytest.fixture
def client(conformance):
    return ModernClient(conformance.port)


def content_of(result):
    assert result["resultType"] == "complete", result
    return result["content"][0]["text"]


def asks(result, *keys):
    """The questions of an input-required result, which are exactly these."""
    assert result["resultType"] == "input_required", result
    assert set(result["inputRequests"]) == set(keys), result
    assert "ttlMs" not in result and "cacheScope" not in result
    return result["inputRequests"]


def accept(**content):
    return {"action": "accept", "content": content}


SAMPLE = {
    "role": "assistant",
    "content": {"type": "text", "text": "Paris, of course"},
    "model": "test-model",
    "stopReason": "endTurn",
}
ROOTS = {"roots": [{"uri": "file:///test/root", "name": "Test Root"}]}


# MARK: stateless


def test_discover(client):
    result = client.call("server/discover")
    assert MODERN in result["supportedVersions"]
    capabilities = result["capabilities"]
    assert capabilities["tools"]["listChanged"] is True
    assert capabilities["prompts"]["listChanged"] is True
    assert "io.modelcontextprotocol/tasks" in capabilities["extensions"]
    assert "tasks" not in capabilities


@pytest.mark.parametrize(
    "method",
    ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
     "tasks/result", "tasks/list", "no/such"],
)  # fmt: skip
def test_removed_methods(client, method):
    status, error = client.refused(method)
    assert (status, error["code"]) == (404, -32601)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("server/discover", {}), ("tools/list", {}), ("resources/list", {}),
        ("resources/templates/list", {}), ("prompts/list", {}),
        ("resources/read", {"uri": "test://static-text"}),
    ],
)  # fmt: skip
def test_caching(client, method, params):
    result = client.call(method, params)
    assert isinstance(result["ttlMs"], int) and result["ttlMs"] >= 0
    assert result["cacheScope"] in ("public", "private")


def test_missing_capability(client):
    status, error = client.refused("tools/call", {"name": "test_missing_capability"}, capabilities={})
    assert (status, error["code"]) == (400, -32021)
    assert error["data"] == {"requiredCapabilities": {"sampling": {}}}
    result = client.tool("test_missing_capability", capabilities={"sampling": {}})
    assert content_of(result)


def test_streaming_elicitation(client):
    begin = time.monotonic()
    result = client.tool("test_streaming_elicitation", capabilities={"elicitation": {}})
    assert time.monotonic() - begin < 0.6
    requests = result["inputRequests"]
    (key,) = requests
    assert requests[key]["method"] == "elicitation/create"
    names = requests[key]["params"]["requestedSchema"]["properties"]
    fill = {"string": "x", "boolean": True, "integer": 1, "number": 1.5}
    answer = accept(**{name: fill[schema["type"]] for name, schema in names.items()})
    again = client.tool(
        "test_streaming_elicitation", responses={key: answer}, state=result.get("requestState")
    )
    assert content_of(again)


def test_log_level(client):
    begin = time.monotonic()
    _, messages = client.exchange("tools/call", {"name": "test_logging_tool"})
    assert len(messages) == 1 and time.monotonic() - begin < 0.5
    for level, count in [("debug", 1), ("info", 1), ("error", 0)]:
        _, messages = client.exchange(
            "tools/call", {"name": "test_logging_tool"}, log_level=level
        )
        logs = [m for m in messages if m.get("method") == "notifications/message"]
        assert len(logs) == count, (level, messages)
        assert all(log["params"]["level"] == "info" for log in logs)


# MARK: subscriptions


def listen(client, id, **filters):
    stream = client.open("subscriptions/listen", {"notifications": filters}, id=id)
    assert stream.head.status == 200 and stream.is_stream
    first = stream.message()
    assert first["method"] == "notifications/subscriptions/acknowledged"
    assert first["params"]["_meta"][PREFIX + "subscriptionId"] == id
    return stream, first["params"]["notifications"]


def test_listen(client):
    tools, honoured = listen(client, "t", toolsListChanged=True)
    assert honoured == {"toolsListChanged": True}
    prompts, _ = listen(client, 77, promptsListChanged=True)
    none, _ = listen(client, "none", resourceSubscriptions=["test://watched-resource"])
    with tools, prompts, none:
        assert content_of(client.tool("test_trigger_tool_change"))
        message = tools.message(0.5)
        assert message["method"] == "notifications/tools/list_changed"
        assert message["params"]["_meta"][PREFIX + "subscriptionId"] == "t"
        assert content_of(client.tool("test_trigger_prompt_change"))
        message = prompts.message(0.5)
        assert message["method"] == "notifications/prompts/list_changed"
        assert message["params"]["_meta"][PREFIX + "subscriptionId"] == 77
        for stream in (tools, prompts, none):
            assert stream.silent(0.3), "one message, on the streams that asked"


# MARK: headers


def header_tool(client):
    """The first tool with a string property that travels in a header."""
    for tool in client.call("tools/list")["tools"]:
        for name, schema in tool["inputSchema"].get("properties", {}).items():
            if "x-mcp-header" in schema:
                assert schema["type"] == "string" and "enum" not in schema
                return tool["name"], name, "Mcp-Param-" + schema["x-mcp-header"]
    raise AssertionError("no tool has a property with x-mcp-header")


@pytest.mark.parametrize(
    ("body", "header"),
    [
        ("Hello", "Hello"),
        ("Hello", "=?base64?SGVsbG8=?="),
        ("SGVsbG8=", "SGVsbG8="),
        ("=?base64?SGVsbG8=", "=?base64?SGVsbG8="),
        ("Grüße", "=?base64?R3LDvMOfZQ==?="),
        (" spaced ", "=?base64?IHNwYWNlZCA=?="),
        (None, None),
    ],
)
def test_parameter_headers(client, body, header):
    tool, property, field = header_tool(client)
    arguments = {} if body is None else {property: body}
    result = client.tool(tool, arguments, fields={field: header})
    assert content_of(result)
    # Field names have no case.
    assert content_of(client.tool(tool, arguments, fields={field.upper(): header}))


@pytest.mark.parametrize(
    ("body", "header"),
    [
        ("Hello", "=?base64?SGVsbG8?="),
        ("Hello", "=?base64?SGVs!!!bG8=?="),
        ("test-value", None),
        ("test-value", "Test-Value"),
        ("test-value", "other"),
        (None, "test-value"),
    ],
)
def test_parameter_headers_that_differ(client, body, header):
    tool, property, field = header_tool(client)
    arguments = {} if body is None else {property: body}
    status, error = client.refused(
        "tools/call", {"name": tool, "arguments": arguments}, fields={field: header}
    )
    assert (status, error["code"]) == (400, -32020)


@pytest.mark.parametrize(
    ("method", "params", "name"),
    [
        ("tools/call", {"name": "test_simple_text"}, "test_image_content"),
        ("tools/call", {"name": "test_simple_text"}, None),
        ("prompts/get", {"name": "test_simple_prompt"}, "other"),
        ("prompts/get", {"name": "test_simple_prompt"}, None),
        ("resources/read", {"uri": "test://static-text"}, "test://static-binary"),
        ("resources/read", {"uri": "test://static-text"}, None),
    ],
)
def test_name_header(client, method, params, name):
    status, error = client.refused(method, params, fields={"Mcp-Name": name})
    assert (status, error["code"]) == (400, -32020)


# MARK: input required


def test_basic_elicitation(client):
    tool = "test_input_required_result_elicitation"
    first = client.tool(tool)
    question = asks(first, "user_name")["user_name"]
    assert question["method"] == "elicitation/create"
    assert question["params"]["message"] == "What is your name?"
    assert question["params"]["requestedSchema"]["required"] == ["name"]
    assert "requestState" not in first
    assert content_of(client.tool(tool, responses={"user_name": accept(name="Alice")})) == (
        "Hello, Alice!"
    )
    asks(client.tool(tool, responses={"wrong_key": accept(name="Alice")}), "user_name")
    extra = {
        "user_name": accept(name="Alice"),
        "unknown_extra_key": accept(x=1),
        "another_unexpected": accept(),
    }
    assert content_of(client.tool(tool, responses=extra)) == "Hello, Alice!"


@pytest.mark.parametrize("answer", [12345, accept(name=5), {"action": "maybe"}, accept()])
def test_answers_that_do_not_fit(client, answer):
    status, messages = client.exchange(
        "tools/call",
        {
            "name": "test_input_required_result_elicitation",
            "inputResponses": {"user_name": answer},
        },
    )
    last = messages[-1]
    if "result" in last:
        asks(last["result"], "user_name")
    else:
        assert last["error"]["code"] == -32602 and status == 400


def test_null_responses(client):
    status, messages = client.exchange(
        "tools/call",
        {"name": "test_input_required_result_elicitation", "inputResponses": None},
    )
    last = messages[-1]
    assert "error" in last or last["result"]["resultType"] == "input_required"


def test_basic_sampling(client):
    tool = "test_input_required_result_sampling"
    question = asks(client.tool(tool), "capital_question")["capital_question"]
    assert question["method"] == "sampling/createMessage"
    assert question["params"]["maxTokens"] == 100
    result = client.tool(tool, responses={"capital_question": SAMPLE})
    assert "Paris" in content_of(result)


def test_basic_roots(client):
    tool = "test_input_required_result_list_roots"
    question = asks(client.tool(tool), "client_roots")["client_roots"]
    assert question["method"] == "roots/list"
    assert "Test Root" in content_of(client.tool(tool, responses={"client_roots": ROOTS}))


def test_request_state(client):
    tool = "test_input_required_result_request_state"
    first = client.tool(tool)
    asks(first, "confirm")
    assert first["requestState"]
    result = client.tool(
        tool, responses={"confirm": accept(ok=True)}, state=first["requestState"]
    )
    assert "state-ok" in content_of(result)


def test_several_questions(client):
    tool = "test_input_required_result_multiple_inputs"
    first = client.tool(tool)
    questions = asks(first, "user_name", "greeting", "client_roots")
    assert {key: question["method"] for key, question in questions.items()} == {
        "user_name": "elicitation/create",
        "greeting": "sampling/createMessage",
        "client_roots": "roots/list",
    }
    assert first["requestState"]
    answers = {"user_name": accept(name="Alice"), "greeting": SAMPLE, "client_roots": ROOTS}
    assert content_of(client.tool(tool, responses=answers, state=first["requestState"]))
    # What is missing is asked again.
    first = client.tool(tool)
    part = client.tool(
        tool, responses={"user_name": accept(name="Alice")}, state=first["requestState"]
    )
    asks(part, "greeting", "client_roots")
    rest = {"greeting": SAMPLE, "client_roots": ROOTS}
    assert content_of(client.tool(tool, responses=rest, state=part["requestState"]))


def test_several_rounds(client):
    tool = "test_input_required_result_multi_round"
    first = client.tool(tool)
    assert asks(first, "step1")["step1"]["params"]["message"] == "Step 1: What is your name?"
    second = client.tool(
        tool, responses={"step1": accept(name="Alice")}, state=first["requestState"]
    )
    asks(second, "step2")
    assert second["requestState"] != first["requestState"]
    third = client.tool(
        tool, responses={"step2": accept(color="Blue")}, state=second["requestState"]
    )
    assert "Alice" in content_of(third)


def test_tampered_state(client):
    tool = "test_input_required_result_tampered_state"
    first = client.tool(tool)
    asks(first, "confirm")
    answers = {"confirm": accept(ok=True)}
    state = first["requestState"]
    for bad in (state + "-TAMPERED", "x" + state, state[:-1], state.swapcase(), "", "AAAA"):
        status, error = client.refused(
            "tools/call", {"name": tool, "inputResponses": answers, "requestState": bad}
        )
        assert (status, error["code"]) == (400, -32602), bad
    # Another call's state is not this one's.
    other = client.tool("test_input_required_result_request_state")["requestState"]
    status, error = client.refused(
        "tools/call", {"name": tool, "inputResponses": answers, "requestState": other}
    )
    assert (status, error["code"]) == (400, -32602)
    assert content_of(client.tool(tool, responses=answers, state=state))
    # It has done its work.
    status, error = client.refused(
        "tools/call", {"name": tool, "inputResponses": answers, "requestState": state}
    )
    assert (status, error["code"]) == (400, -32602)


@pytest.mark.parametrize(
    ("capabilities", "methods"),
    [
        ({"sampling": {}}, {"sampling/createMessage"}),
        ({"elicitation": {}}, {"elicitation/create"}),
        ({"sampling": {}, "elicitation": {}}, {"sampling/createMessage", "elicitation/create"}),
    ],
)
def test_only_what_was_declared(client, capabilities, methods):
    tool = "test_input_required_result_capabilities"
    first = client.tool(tool, capabilities=capabilities)
    questions = first["inputRequests"]
    assert {question["method"] for question in questions.values()} == methods
    answers = {}
    for key, question in questions.items():
        if question["method"] == "sampling/createMessage":
            answers[key] = SAMPLE
        else:
            names = question["params"]["requestedSchema"]["properties"]
            answers[key] = accept(**{name: "x" for name in names})
    again = client.tool(
        tool, responses=answers, state=first.get("requestState"), capabilities=capabilities
    )
    assert content_of(again)


def test_prompt_that_asks(client):
    params = {"name": "test_input_required_result_prompt"}
    first = client.call("prompts/get", params)
    asks(first, "user_context")
    params["inputResponses"] = {"user_context": accept(context="tests")}
    if "requestState" in first:
        params["requestState"] = first["requestState"]
    result = client.call("prompts/get", params)
    assert result["resultType"] == "complete"
    assert "tests" in dump(result["messages"])


def test_methods_that_never_ask(client):
    """Responses beside a request that does not ask are none of its business."""
    result = client.call("tools/list", {"inputResponses": {"x": accept()}})
    assert result["resultType"] == "complete"
    assert json.dumps(result["tools"])


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Host": "evil.example.com"}, {403, 421}),
        ({"Origin": "http://evil.example.com"}, {403}),
        ({"Origin": "http://localhost:3000"}, {200}),
    ],
)
def test_dns_rebinding(client, fields, status):
    with client.open("tools/list", fields=fields) as stream:
        assert stream.head.status in status


def test_several_streams_at_once(client):
    params = {"name": "test_tool_with_progress", "_meta": {"progressToken": 7}}
    streams = [client.open("tools/call", params) for _ in range(5)]
    for stream in streams:
        with stream:
            messages = stream.messages()
            assert [m["params"]["progress"] for m in messages[:-1]] == [0, 50, 100]
            assert messages[-1]["result"]["resultType"] == "complete"
