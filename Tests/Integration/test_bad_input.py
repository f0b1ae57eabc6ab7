"""What a client may send by mistake or on purpose. After each, the host serves as before."""

import json
import random
import time

import pytest

from harness.http import Connection, compose
from harness.mcp import meta, modern, modern_fields, request


@pytest.fixture(autouse=True)
def still_serves(host):
    yield
    assert host.process.poll() is None, host.lines[-40:]
    assert modern(host.port, "tools/call", {"name": "hello"}).status == 200


def head(port, length, **more):
    fields = {"Host": f"127.0.0.1:{port}", **modern_fields("tools/list"), **more}
    fields["Content-Length"] = str(length)
    return compose("GET", "/mcp", fields).replace(b"GET", b"POST", 1)


def deep(open_, close, depth):
    return b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":' + open_ * depth + close * depth + b"}"


BODIES = {
    "empty": b"",
    "blank": b"   \r\n ",
    "cut": b'{"jsonrpc":"2.0","id":1,"met',
    "two values": b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}{}',
    "comma at the end": b'{"jsonrpc":"2.0","id":1,}',
    "single quotes": b"{'jsonrpc':'2.0'}",
    "comment": b'{"jsonrpc":"2.0"/*x*/}',
    "NaN": b'{"jsonrpc":"2.0","id":NaN,"method":"tools/list"}',
    "number with a leading zero": b'{"jsonrpc":"2.0","id":01,"method":"tools/list"}',
    "huge number": b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"tools/list"}',
    "huge exponent": b'{"jsonrpc":"2.0","id":1e999999999,"method":"tools/list"}',
    "bad escape": b'{"jsonrpc":"2.0","id":"\\x","method":"tools/list"}',
    "lone surrogate": b'{"jsonrpc":"2.0","id":"\\ud800","method":"tools/list"}',
    "control character": b'{"jsonrpc":"2.0","id":"\x01","method":"tools/list"}',
    "zero byte": b'{"jsonrpc":"2.0","id":"a\x00b","method":"tools/list"}',
    "bad UTF-8": b'{"jsonrpc":"2.0","id":"\xff\xfe","method":"tools/list"}',
    "overlong UTF-8": b'{"jsonrpc":"2.0","id":"\xc0\xaf","method":"tools/list"}',
    "surrogate in UTF-8": b'{"jsonrpc":"2.0","id":"\xed\xa0\x80","method":"tools/list"}',
    "byte order mark": b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    "UTF-16": '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'.encode("utf-16"),
    "deep arrays": deep(b"[", b"]", 100_000),
    "deep objects": deep(b'{"a":', b"}", 50_000),
    "open arrays": b"[" * 200_000,
    "open strings": b'{"' * 100_000,
    "many keys": b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{'
    + b",".join(b'"k%d":0' % i for i in range(50_000))
    + b"}}",
    "same key twice": b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list","method":"x"}',
    "long string": b'{"jsonrpc":"2.0","id":1,"method":"' + b"m" * 900_000 + b'"}',
    "params of every type": b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1,"x"]}',
    "meta of every type": b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":7}}',
    "result instead": b'{"jsonrpc":"2.0","id":1,"result":{}}',
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_body(host, name):
    started = time.monotonic()
    answer = modern(host.port, "tools/list", body=BODIES[name])
    assert answer.status in (202, 400, 413), (answer, answer.body[:300])
    if answer.status == 400:
        assert answer.json["error"]["code"] < 0
        assert answer.json.get("id", 1) is not None
    assert time.monotonic() - started < 3


def test_body_over_the_limit(host):
    with Connection(host.port) as connection:
        connection.send(head(host.port, 1 << 40))
        answer = connection.answer()
        assert answer.status == 413
        assert answer.fields["connection"].lower() == "close"


HEADS = {
    "garbage": b"\x00\x01\x02\x03\r\n\r\n",
    "TLS": bytes.fromhex("16030100c4010000c00303") + b"x" * 100 + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"POST /mcp\r\n\r\n",
    "unknown version": b"POST /mcp HTTP/3.7\r\nHost: 127.0.0.1\r\n\r\n",
    "no host": b"POST /mcp HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "two hosts": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    "two lengths": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "length and chunks": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "negative length": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    "length with a plus": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: +5\r\n\r\nhello",
    "length that overflows": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "
    b"99999999999999999999999\r\n\r\n",
    "unknown coding": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: x\r\n\r\n",
    "bad chunk": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "huge chunk": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"ffffffffffffffffff\r\n",
    "folded field": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n",
    "blank before the colon": b"POST /mcp HTTP/1.1\r\nHost : 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
    "field without a colon": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nnonsense\r\n\r\n",
    "zero byte in a field": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\x00b\r\n\r\n",
    "bare line feed in a field": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\rb\r\n\r\n",
    "many fields": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: 1\r\n" * 5000 + b"\r\n",
    "large field": b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"a" * 500_000 + b"\r\n\r\n",
    "long target": b"POST /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "absolute target elsewhere": b"POST http://evil.example/mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Length: 0\r\n\r\n",
    "CONNECT": b"CONNECT example.org:80 HTTP/1.1\r\nHost: example.org:80\r\n\r\n",
    "long verb": b"P" * 50_000 + b" /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_head(host, name):
    with Connection(host.port) as connection:
        try:
            connection.send(HEADS[name])
        except (BrokenPipeError, ConnectionResetError):
            # It was refused before all of it was sent.
            pass
        answer = connection.answer()
        assert answer is None or 400 <= answer.status < 600, answer
        if answer is not None and answer.status == 400:
            assert connection.closed()


def test_second_request_after_a_refused_one_is_not_read(host):
    """A smuggled request: what follows a head that was refused is never taken as a request."""
    body = json.dumps(request("tools/list", {"_meta": meta()})).encode()
    fields = {"Host": f"127.0.0.1:{host.port}", **modern_fields("tools/list")}
    hidden = compose("POST", "/mcp", fields, body)
    with Connection(host.port) as connection:
        connection.send(HEADS["length and chunks"] + hidden)
        answer = connection.answer()
        assert answer.status == 400
        assert connection.closed()


def test_half_requests_then_silence(host):
    whole = head(host.port, 100) + b"{"
    for cut in (0, 1, 4, 20, len(whole) // 2, len(whole) - 1, len(whole)):
        with Connection(host.port) as connection:
            connection.send(whole[:cut])


def test_half_close_after_the_request(host):
    import socket

    body = json.dumps(request("tools/list", {"_meta": meta()})).encode()
    with Connection(host.port) as connection:
        connection.send(head(host.port, len(body)) + body)
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.answer().status == 200
        assert connection.closed()


def test_reader_that_never_reads(host):
    body = json.dumps(
        request("tools/call", {"name": "echo", "arguments": {"t": "x" * 5000}, "_meta": meta()})
    ).encode()
    fields = {"Host": f"127.0.0.1:{host.port}", **modern_fields("tools/call", "echo")}
    one = compose("POST", "/mcp", fields, body)
    before = host.resident_kib()
    with Connection(host.port, seconds=0.5) as connection:
        try:
            for _ in range(20_000):
                connection.send(one)
        except (TimeoutError, BrokenPipeError, ConnectionResetError):
            pass
        # 100 MB of answers wait for a reader: the host stopped reading instead of storing them.
        assert host.resident_kib() - before < 32 * 1024


def test_random_bytes(host):
    source = random.Random(1)
    valid = head(host.port, 2) + b"{}"
    for _ in range(300):
        data = bytearray(valid)
        for _ in range(source.randrange(1, 8)):
            at = source.randrange(len(data))
            action = source.randrange(3)
            if action == 0:
                data[at] = source.randrange(256)
            elif action == 1:
                data[at:at] = bytes(source.randrange(256) for _ in range(3))
            else:
                del data[at]
        with Connection(host.port) as connection:
            try:
                connection.send(bytes(data))
                connection.socket.shutdown(1)
                while connection.more():
                    pass
            except (BrokenPipeError, ConnectionResetError, OSError):
                continue
