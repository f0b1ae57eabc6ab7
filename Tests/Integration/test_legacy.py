"""The revisions before 2026-07-28: handshake, sessions, the event stream."""

import json
import time

import pytest

from harness.http import Connection, compose, fetch
from harness.mcp import LEGACY, METHOD_NOT_FOUND, Session, request, text_of



@pytest.mark.parametrize("version", LEGACY)
def test_handshake_list_call(host, version):
    session = Session(host.port, version)
    assert session.version == version
    assert session.id and all(0x21 <= ord(c) <= 0x7E for c in session.id)
    assert session.initialized.status == 202
    assert session.hello["result"]["serverInfo"]["name"] == "integration"
    tools = session.call("tools/list")["result"]["tools"]
    assert [tool["name"] for tool in tools] == ["hello", "echo", "dice"]
    assert text_of(session.call("tools/call", {"name": "hello"})["result"]) == "hello from metis"
    assert session.call("ping")["result"] == {}


@pytest.mark.parametrize("version", ["1999-01-01", "2026-07-28", "nonsense"])
def test_unknown_version_gets_our_newest_legacy_one(host, version):
    assert Session(host.port, version).version == "2025-11-25"


def test_results_carry_nothing_of_the_modern_era(host):
    result = Session(host.port).call("tools/list")["result"]
    assert "resultType" not in result
    assert "ttlMs" not in result
    assert "cacheScope" not in result


def test_structured_content_only_where_the_revision_knows_it(host):
    old = Session(host.port, "2025-03-26").call("tools/call", {"name": "dice"})["result"]
    new = Session(host.port, "2025-06-18").call("tools/call", {"name": "dice"})["result"]
    assert "structuredContent" not in old
    assert 1 <= new["structuredContent"]["value"] <= 6
    assert old["content"] and new["content"]


def test_sessions_are_told_apart(host):
    ids = {Session(host.port).id for _ in range(20)}
    assert len(ids) == 20


def test_missing_session_id(host):
    session = Session(host.port)
    answer = session.post(request("tools/list"), {"Mcp-Session-Id": None})
    assert answer.status == 400


@pytest.mark.parametrize("id", ["deadbeef", "x" * 1000, "!~"])
def test_unknown_session_id(host, id):
    session = Session(host.port)
    assert session.post(request("tools/list"), {"Mcp-Session-Id": id}).status == 404


def test_delete_ends_the_session(host):
    session = Session(host.port)
    assert 200 <= session.delete().status < 300
    assert session.post(request("tools/list")).status == 404
    assert session.delete().status == 404


def test_bad_version_header(host):
    session = Session(host.port)
    answer = session.post(request("ping"), {"MCP-Protocol-Version": "2020-01-01"})
    assert answer.status == 400


def test_without_version_header(host):
    session = Session(host.port)
    assert session.post(request("ping"), {"MCP-Protocol-Version": None}).status == 200


@pytest.mark.parametrize("method", ["no/such", "server/discover", "subscriptions/listen"])
def test_unknown_method(host, method):
    answer = Session(host.port).post(request(method))
    assert answer.status == 200
    assert answer.json["error"]["code"] == METHOD_NOT_FOUND


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25"])
def test_batch_where_the_revision_lacks_it(host, version):
    answer = Session(host.port, version).post([request("ping")])
    assert answer.status == 400


def test_put(host):
    fields = Session(host.port).fields()
    answer = fetch(host.port, "PUT", "/mcp", fields, b"{}")
    assert answer.status == 405
    allowed = {verb.strip() for verb in answer.fields["allow"].split(",")}
    assert "POST" in allowed


def open_stream(host, session, **fields):
    connection = Connection(host.port)
    every = {
        "Host": f"127.0.0.1:{host.port}", **session.fields(**fields), "Content-Type": None,
        "Accept": "text/event-stream",
    }  # fmt: skip
    connection.send(compose("GET", "/mcp", every))
    return connection, connection.head()


def test_stream(host):
    session = Session(host.port)
    connection, head = open_stream(host, session)
    with connection:
        assert head.status == 200
        assert head.fields["content-type"].startswith("text/event-stream")
        # The session serves on while its stream is open.
        assert session.call("ping")["result"] == {}
        connection.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            while connection.chunk() is not None:
                pass


def test_stream_of_an_unknown_session(host):
    session = Session(host.port)
    session.id = "deadbeef"
    connection, head = open_stream(host, session)
    with connection:
        assert head.status == 404


def test_stream_needs_the_media_type(host):
    session = Session(host.port)
    every = {"Host": f"127.0.0.1:{host.port}", **session.fields(), "Accept": "application/json"}
    with Connection(host.port) as connection:
        connection.send(compose("GET", "/mcp", {**every, "Content-Type": None}))
        assert connection.head().status == 406


def test_delete_ends_the_stream(host):
    session = Session(host.port)
    connection, head = open_stream(host, session)
    with connection:
        assert head.status == 200
        session.delete()
        end = time.monotonic() + 5
        while time.monotonic() < end:
            if not connection.chunk():
                break
        assert time.monotonic() < end


def test_sessions_that_nobody_uses_cost_little(host):
    before = host.resident_kib()
    for _ in range(500):
        Session(host.port)
    assert host.resident_kib() - before < 20 * 1024
