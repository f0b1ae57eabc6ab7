"""Status codes, fields and error codes of Streamable HTTP as the official Python server gives them.

Each case is a fact: a request, and what answers it. Where Metis differs on purpose, the case says why
(`differs`): the official server leaves the specification there.
"""

from dataclasses import dataclass, field

import pytest

from harness.http import fetch
from harness.mcp import MODERN, PREFIX, request

JSON = "application/json"
BOTH = "application/json, text/event-stream"
META = {
    PREFIX + "protocolVersion": MODERN,
    PREFIX + "clientInfo": {"name": "golden", "version": "1"},
    PREFIX + "clientCapabilities": {},
}


@dataclass
class Case:
    name: str
    method: str = "tools/list"
    params: dict = field(default_factory=dict)
    # Header fields over the usual ones; None leaves one out.
    fields: dict = field(default_factory=dict)
    # `_meta`; None leaves it out.
    meta: dict | None = field(default_factory=lambda: dict(META))
    # The body as it is sent, instead of a request.
    body: object = None
    verb: str = "POST"
    id: object = 1
    status: int = 200
    code: int | None = None
    # Members of the error's data, of the result, and header fields.
    data: dict | None = None
    result: dict | None = None
    answered: dict = field(default_factory=dict)
    # Whether the answer is a JSON-RPC message.
    rpc: bool = True
    differs: str = ""


def without(name):
    return {key: value for key, value in META.items() if key != PREFIX + name}


def version(number):
    return {**META, PREFIX + "protocolVersion": number}


ADD = {"name": "add", "arguments": {"a": 1, "b": 2}}
SQL = {"name": "sql", "arguments": {"region": "us", "query": "q"}}
CALL = {"Mcp-Method": "tools/call"}

CASES = [
    Case("discover", "server/discover", result={"resultType": "complete"},
         answered={"content-type": JSON}),
    Case("no _meta", meta=None, status=400, code=-32602),
    Case("no clientCapabilities", meta=without("clientCapabilities"), status=400, code=-32602),
    Case("no clientInfo, which is optional", meta=without("clientInfo")),
    Case("unsupported version", fields={"MCP-Protocol-Version": "2099-01-01"},
         meta=version("2099-01-01"), status=400, code=-32022, data={"requested": "2099-01-01"}),
    Case("versions that differ", meta=version("2099-01-01"), status=400, code=-32020),
    Case("no Mcp-Method", fields={"Mcp-Method": None}, status=400, code=-32020),
    Case("wrong Mcp-Method", fields=CALL, status=400, code=-32020),
    Case("no Mcp-Name", "tools/call", ADD, {"Mcp-Name": None}, status=400, code=-32020),
    Case("Mcp-Name in base64", "tools/call", ADD, {"Mcp-Name": "=?base64?YWRk?="},
         result={"structuredContent": {"sum": 3}}),
    Case("no Mcp-Param", "tools/call", SQL, status=400, code=-32020),
    Case("wrong Mcp-Param", "tools/call", SQL, {"Mcp-Param-Region": "eu"}, status=400, code=-32020),
    Case("right Mcp-Param", "tools/call", SQL, {"Mcp-Param-Region": "us"},
         result={"content": [{"type": "text", "text": "q in us"}]}),
    Case("unknown method", "no/such", status=404, code=-32601),
    Case("removed: ping", "ping", status=404, code=-32601),
    Case("removed: initialize", "initialize", status=404, code=-32601),
    Case("unknown tool", "tools/call", {"name": "nope", "arguments": {}}, status=400, code=-32602,
         differs="An isError result there. The specification lists an unknown tool under protocol "
         "errors: -32602."),
    Case("unknown resource", "resources/read", {"uri": "demo://missing"}, status=400, code=-32602,
         data={"uri": "demo://missing"}),
    Case("cursor that nobody gave", params={"cursor": "bogus"}, status=400, code=-32602,
         differs="Taken there as the first page. The specification says -32602."),
    Case("unknown log level", meta={**META, PREFIX + "logLevel": "loud"}, status=400, code=-32602),
    Case("id null", id=None, status=400, code=-32600),
    Case("Mcp-Session-Id is ignored", fields={"Mcp-Session-Id": "abc"}),
    Case("accepts JSON alone", fields={"Accept": JSON}, status=406, rpc=False),
    Case("bad Origin", fields={"Origin": "http://evil.example"}, status=403, rpc=False),
    Case("bad Host", fields={"Host": "evil.example"}, status=421, rpc=False),
    Case("wrong Content-Type", fields={"Content-Type": "text/plain"}, status=400, rpc=False),
    Case("no JSON", body=b"{bad", fields={"Mcp-Method": None}, status=400, code=-32700),
    Case("batch", body=[request("tools/list")], fields={"Mcp-Method": None}, status=400,
         code=-32600),
    Case("notification", body={"jsonrpc": "2.0", "method": "notifications/cancelled",
                               "params": {"requestId": 1}},
         fields={"Mcp-Method": "notifications/cancelled"}, status=202, rpc=False),
    Case("GET", verb="GET", body=b"", fields={"Mcp-Method": None}, status=405,
         answered={"allow": "POST"}, rpc=False),
    Case("DELETE", verb="DELETE", body=b"", fields={"Mcp-Method": None}, status=405,
         answered={"allow": "POST"}, rpc=False),
    Case("needs what the client has not declared", "tools/call",
         {"name": "provision", "arguments": {"name": "x"}}, status=400, code=-32021,
         data={"requiredCapabilities": {"elicitation": {}}},
         differs="Asked all the same there. The specification: never send a request whose "
         "capability the client has not declared; -32021 where it is needed."),
    Case("asks", "tools/call", {"name": "provision", "arguments": {"name": "x"}},
         meta={**META, PREFIX + "clientCapabilities": {"elicitation": {}}},
         result={"resultType": "input_required"}),
    Case("a state that nobody gave", "tools/call",
         {"name": "provision", "arguments": {"name": "x"}, "requestState": "tampered",
          "inputResponses": {}},
         meta={**META, PREFIX + "clientCapabilities": {"elicitation": {}}}, status=400,
         code=-32602),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_modern(protocol, case):
    params = dict(case.params)
    if case.meta is not None:
        params["_meta"] = case.meta
    fields = {
        "Accept": BOTH, "Content-Type": JSON, "MCP-Protocol-Version": MODERN,
        "Mcp-Method": case.method, "Mcp-Name": params.get("name") or params.get("uri"),
    }  # fmt: skip
    body = request(case.method, params, case.id) if case.body is None else case.body
    check(case, fetch(protocol.port, case.verb, "/mcp", {**fields, **case.fields}, body))


def check(case, answer):
    assert answer.status == case.status, (answer, answer.body)
    for name, value in case.answered.items():
        assert answer.fields[name].split(";")[0] == value
    if not case.rpc:
        return
    message = answer.json
    assert message["jsonrpc"] == "2.0"
    # The official server answers with `id: null` where it knows none; JSON-RPC of MCP has no null ids.
    assert message.get("id", 0) is not None
    if case.code is not None:
        assert message["error"]["code"] == case.code, message
        assert message["error"]["message"]
        for name, value in (case.data or {}).items():
            assert message["error"]["data"][name] == value
    else:
        assert message["id"] == case.id
        for name, value in (case.result or {}).items():
            assert message["result"][name] == value


def test_supported_versions_are_named(protocol):
    """The one list that the official server gives with -32022."""
    case = next(case for case in CASES if case.code == -32022)
    fields = {
        "Accept": BOTH, "Content-Type": JSON, "Mcp-Method": "tools/list", **case.fields,
    }  # fmt: skip
    body = request("tools/list", {"_meta": case.meta})
    error = fetch(protocol.port, "POST", "/mcp", fields, body).json["error"]
    assert MODERN in error["data"]["supported"]


# MARK: The handshake era


def hello(protocol, version):
    params = {
        "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "g", "version": "1"},
    }  # fmt: skip
    fields = {"Accept": BOTH, "Content-Type": JSON}
    return fetch(protocol.port, "POST", "/mcp", fields, request("initialize", params))


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2024-11-05"), ("1999-01-01", "2025-11-25"), (MODERN, "2025-11-25"),
    ],
)  # fmt: skip
def test_initialize(protocol, asked, given):
    answer = hello(protocol, asked)
    assert answer.status == 200
    assert answer.fields["mcp-session-id"]
    result = answer.json["result"]
    assert result["protocolVersion"] == given
    assert result["serverInfo"]["name"] == "protocol"
    assert result["instructions"] == "Serves the tests."


@pytest.fixture
def session(protocol):
    id = hello(protocol, "2025-11-25").fields["mcp-session-id"]
    fields = {
        "Accept": BOTH, "Content-Type": JSON, "Mcp-Session-Id": id,
        "MCP-Protocol-Version": "2025-11-25",
    }  # fmt: skip
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = fetch(protocol.port, "POST", "/mcp", fields, note)
    assert answer.status == 202 and not answer.body
    return fields


PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}

LEGACY = [
    Case("ping", body=PING, result={}),
    Case("unknown method", body={"jsonrpc": "2.0", "id": 1, "method": "no/such"}, code=-32601),
    Case("method of the other era", body={"jsonrpc": "2.0", "id": 1, "method": "server/discover"},
         code=-32601),
    Case("no session", body=PING, fields={"Mcp-Session-Id": None}, status=400, code=-32600),
    Case("unknown session", body=PING, fields={"Mcp-Session-Id": "deadbeef"}, status=404,
         code=-32600),
    Case("no version", body=PING, fields={"MCP-Protocol-Version": None}, result={}),
    Case("unknown version", body=PING, fields={"MCP-Protocol-Version": "1999-01-01"}, status=400,
         code=None, rpc=False,
         differs="-32602 there, because it takes the request for one without _meta. Here the code "
         "says what is wrong: the version."),
    Case("accepts JSON alone", body=PING, fields={"Accept": JSON}, status=406, rpc=False),
    Case("no JSON", body=b"{bad", status=400, code=-32700),
    Case("batch where there are none", body=[PING], status=400, code=-32600,
         differs="-32602 there, from its validation library. The specification calls what is no "
         "request object an invalid request."),
    Case("response to nothing", body={"jsonrpc": "2.0", "id": 99, "result": {}}, status=202,
         rpc=False),
    Case("PUT", verb="PUT", body={}, status=405, rpc=False),
    Case("GET without its media type", verb="GET", body=b"",
         fields={"Accept": JSON, "Content-Type": None}, status=406, rpc=False),
]  # fmt: skip


@pytest.mark.parametrize("case", LEGACY, ids=lambda case: case.name)
def test_session(protocol, session, case):
    fields = {**session, **case.fields}
    check(case, fetch(protocol.port, case.verb, "/mcp", fields, case.body))


def test_delete(protocol, session):
    assert 200 <= fetch(protocol.port, "DELETE", "/mcp", session).status < 300
    answer = fetch(protocol.port, "POST", "/mcp", session, PING)
    assert answer.status == 404


def test_allowed_methods_of_a_session(protocol, session):
    answer = fetch(protocol.port, "PUT", "/mcp", session, {})
    assert {verb.strip() for verb in answer.fields["allow"].split(",")} >= {"GET", "POST", "DELETE"}


@pytest.mark.parametrize("verb", ["POST", "GET"])
def test_streams_say_how_they_are_read(protocol, session, verb):
    """Event streams are not buffered by proxies."""
    from harness.stream import EventStream

    fields = dict(session)
    body = b""
    if verb == "GET":
        fields = {**fields, "Accept": "text/event-stream", "Content-Type": None}
    else:
        params = {"name": "count", "arguments": {"n": 2}, "_meta": {"progressToken": 1}}
        body = request("tools/call", params)
    with EventStream(protocol.port, verb, "/mcp", fields, body) as stream:
        assert stream.head.status == 200
        assert stream.head.fields["content-type"].startswith("text/event-stream")
        assert stream.head.fields["x-accel-buffering"] == "no"
        assert "no-cache" in stream.head.fields["cache-control"] or (
            "no-store" in stream.head.fields["cache-control"]
        )
