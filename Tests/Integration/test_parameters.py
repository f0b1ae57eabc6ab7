"""Parameters that do not fit: each is refused as -32602 in both eras, and nothing else is disturbed."""

import pytest

from harness.conformance import LegacyClient, ModernClient
from harness.mcp import INVALID_PARAMS, INVALID_REQUEST, MODERN, request

PROMPT = {"type": "ref/prompt", "name": "greet"}
STYLE = {"name": "style", "value": "f"}

BOTH = [
    ("tools/call", {}),
    ("tools/call", {"name": "add", "arguments": []}),
    ("tools/call", {"name": "add", "arguments": "a"}),
    ("tools/call", {"name": ["add"]}),
    ("tools/call", {"name": ""}),
    ("tools/call", {"name": "ADD", "arguments": {"a": 1, "b": 2}}),
    ("resources/read", {}),
    ("resources/read", {"uri": 1}),
    ("prompts/get", {}),
    ("prompts/get", {"name": "greet", "arguments": []}),
    ("prompts/get", {"name": "greet", "arguments": {"name": 1}}),
    ("completion/complete", {}),
    ("completion/complete", {"ref": PROMPT}),
    ("completion/complete", {"argument": STYLE}),
    ("completion/complete", {"ref": {"type": "ref/tool", "name": "add"}, "argument": STYLE}),
    ("completion/complete", {"ref": PROMPT, "argument": {"name": "style"}}),
    ("completion/complete", {"ref": PROMPT, "argument": {"name": "style", "value": 1}}),
    ("tools/list", {"cursor": {}}),
    ("prompts/list", {"cursor": "x"}),
    ("resources/list", {"cursor": "x"}),
    ("resources/templates/list", {"cursor": "x"}),
]
LEGACY = [
    ("logging/setLevel", {}),
    ("logging/setLevel", {"level": "loud"}),
    ("logging/setLevel", {"level": 3}),
    ("resources/subscribe", {}),
    ("resources/subscribe", {"uri": 1}),
    ("resources/unsubscribe", {}),
]
STATELESS = [
    ("subscriptions/listen", {}),
    ("subscriptions/listen", {"notifications": []}),
    ("subscriptions/listen", {"notifications": {"toolsListChanged": "yes"}}),
    ("subscriptions/listen", {"notifications": {"resourceSubscriptions": "memo://shopping"}}),
    ("subscriptions/listen", {"notifications": {"resourceSubscriptions": [1]}}),
]


def named(table):
    return pytest.mark.parametrize(
        ("method", "params"), table, ids=[f"{method}-{at}" for at, (method, _) in enumerate(table)]
    )


@named(BOTH + STATELESS)
def test_modern(protocol, method, params):
    client = ModernClient(protocol.port)
    fields = {}
    if method in ("tools/call", "prompts/get", "resources/read"):
        name = params.get("name", params.get("uri"))
        if not isinstance(name, str) or not name:
            # The header says something usable; the body is what is wrong.
            fields = {"Mcp-Name": "add"}
    status, messages = client.exchange(method, params, fields=fields)
    error = messages[-1]["error"]
    # Where the name in the body is no text, it also differs from the header's.
    assert error["code"] == INVALID_PARAMS or (fields and error["code"] == -32020), error
    assert status == 400
    assert client.tool("hello")["content"]


@named(BOTH + LEGACY)
def test_session(protocol, method, params):
    client = LegacyClient(protocol.port)
    error = client.exchange(method, params)[-1]["error"]
    assert error["code"] == INVALID_PARAMS, error
    assert client.call("ping")["result"] == {}


@pytest.mark.parametrize("params", [[], "x", 1, True])
def test_params_that_are_no_object(protocol, params):
    client = LegacyClient(protocol.port)
    answer = client.post({"jsonrpc": "2.0", "id": 5, "method": "tools/list", "params": params})
    assert answer.json["error"]["code"] in (INVALID_PARAMS, INVALID_REQUEST)
    assert client.call("ping")["result"] == {}


@pytest.mark.parametrize("token", ["t", "", 7, -1, 1 << 53])
def test_progress_tokens_come_back_as_they_went(protocol, token):
    client = ModernClient(protocol.port)
    params = {"name": "count", "arguments": {"n": 2}, "_meta": {"progressToken": token}}
    _, messages = client.exchange("tools/call", params)
    tokens = [message["params"]["progressToken"] for message in messages[:-1]]
    assert tokens == [token, token]


@pytest.mark.parametrize("token", [{}, [], None, True, 1.5])
def test_progress_tokens_of_other_types(protocol, token):
    """A string or an integer; anything else is refused or passed over, never sent back."""
    client = ModernClient(protocol.port)
    params = {"name": "count", "arguments": {"n": 2}, "_meta": {"progressToken": token}}
    status, messages = client.exchange("tools/call", params)
    if "error" in messages[-1]:
        assert (status, messages[-1]["error"]["code"]) == (400, INVALID_PARAMS)
    else:
        assert len(messages) == 1


def test_a_session_begins_once(protocol):
    client = LegacyClient(protocol.port)
    hello = {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "x", "version": "1"},
    }  # fmt: skip
    answer = client.post(request("initialize", hello, id=9))
    if answer.status == 200 and "result" in answer.json:
        assert answer.fields["mcp-session-id"] != client.id, "a session of its own"
    # The first one speaks what it spoke before.
    assert client.call("ping")["result"] == {}
    assert "title" in client.result("tools/list")["tools"][0]


@pytest.mark.parametrize(
    "params",
    [
        {}, {"protocolVersion": 1}, {"protocolVersion": "2025-11-25"},
        {"protocolVersion": "2025-11-25", "capabilities": []},
    ],
)  # fmt: skip
def test_initialize_without_what_it_needs(protocol, params):
    """Refused, or taken with what is there; a session is never half made."""
    client = LegacyClient(protocol.port)
    answer = client.post(request("initialize", params, id=9), {"Mcp-Session-Id": None})
    if "error" in answer.json:
        assert answer.json["error"]["code"] == INVALID_PARAMS
        assert "mcp-session-id" not in answer.fields
    else:
        assert answer.json["result"]["protocolVersion"] == "2025-11-25"
        assert answer.fields["mcp-session-id"]


def test_many_resource_subscriptions(protocol):
    """So many that a bound has to exist, or that all are honoured."""
    client = ModernClient(protocol.port)
    uris = [f"memo://{number}" for number in range(20_000)]
    filters = {"notifications": {"resourceSubscriptions": uris}}
    with client.open("subscriptions/listen", filters) as stream:
        first = stream.message()
        if "error" in first:
            assert first["error"]["code"] in (INVALID_PARAMS, -32603)
        else:
            assert first["method"] == "notifications/subscriptions/acknowledged"
    assert client.tool("hello")["content"]
    assert MODERN in client.call("server/discover")["supportedVersions"]
