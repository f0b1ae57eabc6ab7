"""The WebSocket door by an independent client (`websockets`), and by hand where that is too polite."""

import base64
import json
import os
import struct

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from harness import traffic
from harness.doors import WebSocket
from harness.http import Connection, compose
from harness.mcp import INVALID_REQUEST, MODERN, PARSE_ERROR, meta, request

LISTING = {"_meta": meta()}


def url(host):
    return f"ws://127.0.0.1:{host.port}/ws"


@pytest.fixture(autouse=True)
def still_serves(protocol):
    yield
    with WebSocket(protocol.port, MODERN) as it:
        assert it.ask("tools/list")[-1]["result"]["tools"]


def ask(socket, message):
    """Sends one message as it stands and gives the next frame as JSON, checked."""
    text = message if isinstance(message, (str, list)) else json.dumps(message)
    seen = traffic.Traffic(MODERN)
    if isinstance(message, dict):
        seen.sent(message)
    socket.send(text)
    answer = json.loads(socket.recv(timeout=10))
    seen.received(answer)
    return answer


def open_socket(host, **options):
    return connect(url(host), compression=None, **{"subprotocols": ["mcp"], **options})


# MARK: The handshake


@pytest.mark.parametrize("offered", [["mcp"], ["chat", "mcp"], ["mcp", "chat"]])
def test_subprotocol(protocol, offered):
    with open_socket(protocol, subprotocols=offered) as socket:
        assert socket.subprotocol == "mcp"
        assert ask(socket, request("tools/list", LISTING))["id"] == 1


def test_without_a_subprotocol(protocol):
    with open_socket(protocol, subprotocols=None) as socket:
        assert socket.subprotocol is None
        assert ask(socket, request("tools/list", LISTING))["id"] == 1


def refused(host, **options):
    with pytest.raises(InvalidStatus) as caught:
        open_socket(host, **options)
    return caught.value.response.status_code


def test_other_subprotocols(protocol):
    assert refused(protocol, subprotocols=["chat"]) == 400


def test_bad_origin(protocol):
    assert refused(protocol, origin="http://evil.example") == 403
    with open_socket(protocol, origin=f"http://127.0.0.1:{protocol.port}") as socket:
        assert ask(socket, request("tools/list", LISTING))["id"] == 1


def test_extensions_are_not_needed(protocol):
    """A client that offers compression goes without."""
    with connect(url(protocol), subprotocols=["mcp"], compression="deflate") as socket:
        assert ask(socket, request("tools/list", LISTING))["id"] == 1


def handshake(host, **fields):
    every = {
        "Host": f"127.0.0.1:{host.port}", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "mcp", **fields,
    }  # fmt: skip
    connection = Connection(host.port)
    connection.send(compose("GET", "/ws", every))
    return connection, connection.head()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Version": None}, 426),
        ({"Sec-WebSocket-Key": None}, 400),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Host": "evil.example"}, 421),
        ({"Upgrade": None, "Connection": None}, 426),
    ],
)
def test_bad_handshakes(protocol, fields, status):
    connection, head = handshake(protocol, **fields)
    with connection:
        assert head.status == status


# MARK: Frames


def test_pings(protocol):
    with open_socket(protocol) as socket:
        assert socket.ping(b"are you there").wait(5)
        assert ask(socket, request("tools/list", LISTING))["id"] == 1


def test_fragments(protocol):
    text = json.dumps(
        request("tools/call", {"name": "add", "arguments": {"a": 1, "b": 2}, **LISTING})
    )
    pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
    with open_socket(protocol) as socket:
        assert ask(socket, pieces)["result"]["structuredContent"] == {"sum": 3}


def test_large_messages(protocol):
    """Longer than any buffer, and still under the limit."""
    text = "ü" * 700_000
    arguments = {"region": text, "query": "q"}
    with open_socket(protocol, max_size=None) as socket:
        params = {"name": "sql", "arguments": arguments, **LISTING}
        answer = ask(socket, json.dumps(request("tools/call", params), ensure_ascii=False))
        assert answer["result"]["content"][0]["text"] == "q in " + text


def test_size_limit(protocol):
    with open_socket(protocol) as socket:
        with pytest.raises(ConnectionClosed):
            socket.send("x" * (5 << 20))
            socket.recv(timeout=10)
        assert socket.close_code == 1009


def test_binary_messages(protocol):
    with open_socket(protocol) as socket:
        socket.send(b"{}")
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)
        assert socket.close_code == 1003


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_close_codes_come_back(protocol, code):
    with open_socket(protocol) as socket:
        socket.close(code, "enough")
        assert socket.protocol.close_rcvd.code == code


def frame(opcode, payload, mask=True, final=True):
    size = len(payload)
    head = bytes([(0x80 if final else 0) | opcode])
    if size < 126:
        head += bytes([(0x80 if mask else 0) | size])
    else:
        head += bytes([(0x80 if mask else 0) | 126]) + struct.pack("!H", size)
    if not mask:
        return head + payload
    key = b"\x01\x02\x03\x04"
    return head + key + bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))


BROKEN = {
    "without a mask": (frame(1, b"{}", mask=False), 1002),
    "reserved bits": (bytes([0xF1]) + frame(1, b"{}")[1:], 1002),
    "unknown opcode": (frame(3, b"{}"), 1002),
    "continuation of nothing": (frame(0, b"{}"), 1002),
    "a message inside a message": (frame(1, b"{", final=False) + frame(1, b"}"), 1002),
    "fragmented ping": (frame(9, b"", final=False), 1002),
    "long ping": (frame(9, b"x" * 126), 1002),
    "bad UTF-8": (frame(1, b"\xff\xfe"), 1007),
    "UTF-8 cut at the end": (frame(1, b'"\xe2\x82'), 1007),
    "half a close code": (frame(8, b"\x03"), 1002),
    "a close code that nobody sends": (frame(8, struct.pack("!H", 1005)), 1002),
    "a close reason that is not UTF-8": (frame(8, struct.pack("!H", 1000) + b"\xff"), 1007),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_frames(protocol, name):
    data, code = BROKEN[name]
    connection, head = handshake(protocol)
    with connection:
        assert head.status == 101
        assert head.fields["sec-websocket-protocol"] == "mcp"
        connection.send(data)
        while connection.more():
            pass
        assert connection.pending[0] == 0x88, connection.pending
        assert struct.unpack("!H", connection.pending[2:4])[0] == code


def test_random_bytes(protocol):
    for seed in range(50):
        connection, head = handshake(protocol)
        with connection:
            try:
                connection.send(bytes((seed * 7 + at * at) % 256 for at in range(300)))
                connection.socket.shutdown(1)
                while connection.more():
                    pass
            except OSError:
                pass


# MARK: Messages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", PARSE_ERROR), ("{bad", PARSE_ERROR), ("[" * 5000, PARSE_ERROR),
        ("1", INVALID_REQUEST), ('"x"', INVALID_REQUEST), ("[]", INVALID_REQUEST),
        ('{"jsonrpc":"2.0","id":null,"method":"tools/list"}', INVALID_REQUEST),
        ('{"jsonrpc":"2.0","id":1,"method":5}', INVALID_REQUEST),
        ('{"jsonrpc":"1.0","id":1,"method":"ping"}', INVALID_REQUEST),
    ],
)  # fmt: skip
def test_bad_messages_do_not_end_it(protocol, text, code):
    with open_socket(protocol) as socket:
        answer = ask(socket, text)
        assert answer["error"]["code"] == code, answer
        assert answer.get("id", 1) is not None
        assert ask(socket, request("tools/list", LISTING))["id"] == 1


def test_requests_before_the_handshake(protocol):
    """A legacy request without a session is refused; the connection stays."""
    with open_socket(protocol) as socket:
        assert "error" in ask(socket, request("tools/list"))
        assert "result" in ask(socket, request("tools/list", LISTING))


def test_eras_side_by_side(protocol):
    """One connection may begin a session and still send requests of 2026-07-28."""
    with WebSocket(protocol.port, "2025-11-25").begin() as it:
        assert it.ask("ping")[-1]["result"] == {}
        id = "modern"
        it.send(request("server/discover", {"_meta": meta()}, id))
        answer = it.until(id)[-1]
        assert "result" in answer or answer["error"]["code"] in (-32600, -32601)
        assert it.ask("ping")[-1]["result"] == {}


def test_a_host_that_ends_says_so(fresh):
    from harness.process import FIXTURE

    host = fresh(config=FIXTURE / "protocol.toml").ready()
    with open_socket(host) as socket:
        assert ask(socket, request("tools/list", LISTING))["id"] == 1
        assert host.stop() == 0
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)
        assert socket.close_code == 1001
