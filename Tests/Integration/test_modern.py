"""Revision 2026-07-28 over Streamable HTTP: every status code and error code of the transport."""

import base64
import json

import pytest

from harness import schema
from harness.http import Connection, compose, fetch
from harness.mcp import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    MODERN,
    PARSE_ERROR,
    PREFIX,
    UNSUPPORTED_VERSION,
    meta,
    modern,
    modern_fields,
    request,
    text_of,
)


def error_of(answer, status, code):
    assert answer.status == status, (answer, answer.body)
    message = answer.json
    assert message["jsonrpc"] == "2.0"
    assert message["error"]["code"] == code, message
    assert message["error"]["message"]
    return message


def test_schemas_are_at_hand():
    if not schema.at_hand():
        pytest.skip(f"not run: no schemas in {schema.FOLDER}")
    assert schema.validator(MODERN, "ListToolsResult") is not None


def test_discover(host):
    answer = modern(host.port, "server/discover")
    assert answer.status == 200
    assert answer.fields["content-type"].startswith("application/json")
    result = answer.json["result"]
    assert result["resultType"] == "complete"
    assert MODERN in result["supportedVersions"]
    assert "tools" in result["capabilities"]
    assert result["ttlMs"] >= 0
    assert result["cacheScope"] in ("public", "private")
    assert result["_meta"][PREFIX + "serverInfo"]["name"] == "integration"


def test_list_tools(host):
    result = modern(host.port, "tools/list").json["result"]
    assert [tool["name"] for tool in result["tools"]] == ["hello", "echo", "dice"]
    assert result["resultType"] == "complete"
    assert result["ttlMs"] >= 0
    assert result["cacheScope"] in ("public", "private")
    # The list is the same bytes each time.
    first = modern(host.port, "tools/list").body
    assert all(modern(host.port, "tools/list").body == first for _ in range(5))


def test_call_each_strategy(host):
    hello = modern(host.port, "tools/call", {"name": "hello", "arguments": {}}).json["result"]
    assert text_of(hello) == "hello from metis"
    assert hello["resultType"] == "complete"
    given = {"a": 1, "deep": {"list": [1, 2.5, None, "é"]}}
    echo = modern(host.port, "tools/call", {"name": "echo", "arguments": given}).json["result"]
    assert json.loads(text_of(echo)) == given
    dice = modern(host.port, "tools/call", {"name": "dice", "arguments": {}}).json["result"]
    assert 1 <= dice["structuredContent"]["value"] <= 6


@pytest.mark.parametrize("id", [0, 1, -5, 2**53 - 1, "a", "", "é\"\\\n", "x" * 200])
def test_ids_come_back_as_they_went(host, id):
    answer = modern(host.port, "tools/call", {"name": "hello"}, id=id)
    assert answer.status == 200
    assert answer.json["id"] == id
    assert type(answer.json["id"]) is type(id)


@pytest.mark.parametrize(
    "params",
    [
        {"_meta": None},
        {"_meta": {}},
        {"_meta": []},
        {"_meta": {PREFIX + "protocolVersion": MODERN}},
        {"_meta": {PREFIX + "clientCapabilities": {}}},
        {"_meta": {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": 1}},
    ],
)
def test_incomplete_meta(host, params):
    body = json.dumps(request("tools/list", params)).encode()
    message = error_of(modern(host.port, "tools/list", body=body), 400, INVALID_PARAMS)
    assert message["id"] == 1


def test_params_missing(host):
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    error_of(modern(host.port, "tools/list", body=body), 400, INVALID_PARAMS)


def test_client_info_is_optional(host):
    given = {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": {}}
    assert modern(host.port, "tools/list", {"_meta": given}).status == 200


def test_unknown_version(host):
    answer = modern(
        host.port, "tools/list", {"_meta": meta("2099-01-01")},
        fields={"MCP-Protocol-Version": "2099-01-01"},
    )  # fmt: skip
    data = error_of(answer, 400, UNSUPPORTED_VERSION)["error"]["data"]
    assert data["requested"] == "2099-01-01"
    assert MODERN in data["supported"]


def test_version_header_and_body_differ(host):
    answer = modern(host.port, "tools/list", {"_meta": meta("2099-01-01")})
    error_of(answer, 400, HEADER_MISMATCH)


@pytest.mark.parametrize("value", [None, "tools/call", "TOOLS/LIST", ""])
def test_method_header(host, value):
    answer = modern(host.port, "tools/list", fields={"Mcp-Method": value})
    assert error_of(answer, 400, HEADER_MISMATCH)["id"] == 1


@pytest.mark.parametrize("value", [None, "echo", "Hello", "=?base64?ZWNobw==?=", "=?base64?%%?="])
def test_name_header(host, value):
    answer = modern(host.port, "tools/call", {"name": "hello"}, fields={"Mcp-Name": value})
    error_of(answer, 400, HEADER_MISMATCH)


@pytest.mark.parametrize("value", ["hello", "  hello\t", "=?base64?aGVsbG8=?="])
def test_name_header_in_its_other_forms(host, value):
    answer = modern(host.port, "tools/call", {"name": "hello"}, fields={"Mcp-Name": value})
    assert answer.status == 200, answer.body


def test_field_names_are_not_case_sensitive(host):
    fields = {name.upper(): v for name, v in modern_fields("tools/list").items() if v}
    fields["Host"] = f"127.0.0.1:{host.port}"
    body = json.dumps(request("tools/list", {"_meta": meta()})).encode()
    with Connection(host.port) as connection:
        connection.send(compose("POST", "/mcp", fields, body))
        assert connection.answer().status == 200


@pytest.mark.parametrize("method", ["no/such", "ping", "initialize", "logging/setLevel", "x"])
def test_unknown_method(host, method):
    message = error_of(modern(host.port, method), 404, METHOD_NOT_FOUND)
    assert message["id"] == 1


def test_unknown_tool(host):
    answer = modern(host.port, "tools/call", {"name": "nope", "arguments": {}})
    # The specification leaves the HTTP status open.
    assert answer.status in (200, 400)
    assert "nope" in error_of(answer, answer.status, INVALID_PARAMS)["error"]["message"]


@pytest.mark.parametrize("params", [{}, {"name": 1}, {"name": None}])
def test_tool_without_a_usable_name(host, params):
    answer = modern(host.port, "tools/call", params, fields={"Mcp-Name": "hello"})
    assert answer.status in (200, 400)
    assert answer.json["error"]["code"] in (INVALID_PARAMS, HEADER_MISMATCH)


@pytest.mark.parametrize("arguments", [1, "x", [], True])
def test_arguments_have_to_be_an_object(host, arguments):
    answer = modern(host.port, "tools/call", {"name": "hello", "arguments": arguments})
    assert answer.json["error"]["code"] == INVALID_PARAMS


def test_bad_cursor(host):
    answer = modern(host.port, "tools/list", {"cursor": "bogus"})
    assert answer.json["error"]["code"] == INVALID_PARAMS


def test_bad_log_level(host):
    answer = modern(host.port, "tools/list", {"_meta": meta(logLevel="loud")})
    assert answer.json["error"]["code"] == INVALID_PARAMS


def test_session_id_is_ignored(host):
    assert modern(host.port, "tools/list", fields={"Mcp-Session-Id": "abc"}).status == 200


@pytest.mark.parametrize("accept", [None, "application/json", "text/event-stream", "text/html"])
def test_accept(host, accept):
    assert modern(host.port, "tools/list", fields={"Accept": accept}).status == 406


@pytest.mark.parametrize(
    "accept",
    [
        "text/event-stream,application/json",
        "application/json;q=0.9, text/event-stream;q=0.5",
        "Application/JSON, Text/Event-Stream",
    ],
)
def test_accept_in_its_other_forms(host, accept):
    assert modern(host.port, "tools/list", fields={"Accept": accept}).status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_foreign_origin(host, origin):
    assert modern(host.port, "tools/list", fields={"Origin": origin}).status == 403


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_local_origin(host, name):
    answer = modern(host.port, "tools/list", fields={"Origin": f"http://{name}:{host.port}"})
    assert answer.status == 200


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "localhost.evil:80"])
def test_foreign_host(host, name):
    assert modern(host.port, "tools/list", fields={"Host": name}).status == 421


@pytest.mark.parametrize("kind", ["text/plain", None, "application/xml"])
def test_content_type(host, kind):
    assert modern(host.port, "tools/list", fields={"Content-Type": kind}).status in (400, 415)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_content_type_in_its_other_forms(host, kind):
    assert modern(host.port, "tools/list", fields={"Content-Type": kind}).status == 200


def test_parse_error(host):
    message = error_of(modern(host.port, "tools/list", body=b"{bad"), 400, PARSE_ERROR)
    assert "id" not in message


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"[1]",
        b'[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]',
        b"1",
        b'"x"',
        b"null",
        b"{}",
        b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":1}',
        b'{"jsonrpc":"2.0","id":1,"method":5}',
        b'{"jsonrpc":"2.0","id":null,"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":{},"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":true,"method":"tools/list"}',
    ],
)
def test_not_a_request(host, body):
    answer = modern(host.port, "tools/list", body=body)
    assert answer.status == 400, answer.body
    assert answer.json["error"]["code"] == INVALID_REQUEST
    assert answer.json.get("id", 1) is not None


def test_notification(host):
    body = json.dumps(
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    ).encode()
    answer = modern(host.port, "notifications/cancelled", body=body)
    assert (answer.status, answer.body) == (202, b"")


@pytest.mark.parametrize("verb", ["GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"])
def test_other_verbs(host, verb):
    fields = {**modern_fields("tools/list"), "Content-Type": None, "Mcp-Method": None}
    with Connection(host.port) as connection:
        every = {"Host": f"127.0.0.1:{host.port}", **fields}
        connection.send(compose(verb, "/mcp", every))
        answer = connection.head()
        assert answer.status == 405
        assert "POST" in [verb.strip() for verb in answer.fields["allow"].split(",")]


@pytest.mark.parametrize("target", ["/", "/mcp2", "/mcp/x", "/..", "/%6dcp/"])
def test_other_paths(host, target):
    body = json.dumps(request("tools/list", {"_meta": meta()})).encode()
    assert fetch(host.port, "POST", target, modern_fields("tools/list"), body).status == 404


def test_two_requests_in_one_write_are_answered_in_order(host):
    payloads = []
    for id in range(1, 21):
        body = json.dumps(
            request("tools/call", {"name": "echo", "arguments": {"n": id}, "_meta": meta()}, id)
        ).encode()
        fields = {"Host": f"127.0.0.1:{host.port}", **modern_fields("tools/call", "echo")}
        payloads.append(compose("POST", "/mcp", fields, body))
    with Connection(host.port) as connection:
        connection.send(b"".join(payloads))
        ids = [connection.answer().json["id"] for _ in payloads]
    assert ids == list(range(1, 21))


def test_request_in_single_bytes(host):
    body = json.dumps(request("tools/list", {"_meta": meta()})).encode()
    fields = {"Host": f"127.0.0.1:{host.port}", **modern_fields("tools/list")}
    with Connection(host.port) as connection:
        for byte in compose("POST", "/mcp", fields, body):
            connection.send(bytes([byte]))
        assert connection.answer().status == 200


def test_chunked_request(host):
    body = json.dumps(request("tools/list", {"_meta": meta()})).encode()
    fields = {
        "Host": f"127.0.0.1:{host.port}", **modern_fields("tools/list"),
        "Transfer-Encoding": "chunked",
    }  # fmt: skip
    head = compose("GET", "/mcp", fields).replace(b"GET", b"POST", 1)
    cut = len(body) // 3
    pieces = [body[:cut], body[cut : 2 * cut], body[2 * cut :], b""]
    with Connection(host.port) as connection:
        connection.send(head)
        for piece in pieces:
            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        assert connection.answer().status == 200


def test_same_seed_same_answers(fresh):
    def rolls():
        host = fresh().ready()
        out = [modern(host.port, "tools/call", {"name": "dice"}).body for _ in range(20)]
        host.stop()
        return out

    first, second = rolls(), rolls()
    assert first == second
    assert len(set(first)) > 1


def test_base64_name_of_other_characters(host):
    name = "naïve tool"
    encoded = "=?base64?" + base64.b64encode(name.encode()).decode() + "?="
    answer = modern(host.port, "tools/call", {"name": name}, fields={"Mcp-Name": encoded})
    assert answer.json["error"]["code"] == INVALID_PARAMS
