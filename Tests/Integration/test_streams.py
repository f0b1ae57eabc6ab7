"""Many streams at once, half of their readers slow: every message once, in order, in both eras."""

import asyncio
import json
import socket

import pytest

from harness import traffic
from harness.conformance import LegacyClient
from harness.http import compose
from harness.mcp import MODERN, meta, modern_fields, request

STREAMS = 200
MESSAGES = 500


class Reader:
    """Takes a chunked event stream apart as it comes."""

    def __init__(self, number, port, fields, body, slow):
        self.number = number
        self.port = port
        self.sent = compose("POST", "/mcp", {"Host": f"127.0.0.1:{port}", **fields}, body)
        self.traffic = traffic.of_request(fields, body)
        self.slow = slow
        self.seen = []
        self.final = None

    async def run(self):
        raw = socket.socket()
        if self.slow:
            # Little room in the kernel, so that the host feels that nobody reads.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(raw, ("127.0.0.1", self.port))
        reader, writer = await asyncio.open_connection(sock=raw, limit=1 << 16)
        writer.write(self.sent)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n")[0], head
        assert b"text/event-stream" in head, head
        text = b""
        if self.slow:
            # Long enough that all that may wait does.
            await asyncio.sleep(1)
        while True:
            if self.slow:
                await asyncio.sleep(0.005)
            size = int(await reader.readuntil(b"\r\n"), 16)
            piece = await reader.readexactly(size + 2)
            if size == 0:
                break
            text += piece[:-2]
            *events, text = text.split(b"\n\n")
            for event in events:
                self.take(event)
        writer.close()

    def take(self, event):
        data = [line[5:] for line in event.split(b"\n") if line.startswith(b"data:")]
        if not data or not data[0].strip():
            return
        message = json.loads(data[0])
        if "method" not in message:
            self.traffic.received(message)
            self.final = message
            return
        assert self.final is None, "a message behind the answer"
        if not self.seen:
            self.traffic.received(message)
        # The first was held against the schema; the others are the same but for their number.
        count = len(self.seen) + 1
        expected = {
            "progressToken": self.number, "progress": count, "total": MESSAGES,
            "message": f"step {count}",
        }  # fmt: skip
        assert message["method"] == "notifications/progress"
        assert {key: message["params"].get(key) for key in expected} == expected
        self.seen.append(message["params"]["progress"])


def readers(host, era):
    call = {"name": "count", "arguments": {"n": MESSAGES}}
    for number in range(STREAMS):
        params = {**call, "_meta": {"progressToken": number}}
        if era == MODERN:
            params["_meta"] |= meta()
            fields = modern_fields("tools/call", "count")
        else:
            fields = LegacyClient(host.port, era).fields()
        body = json.dumps(request("tools/call", params, id=number)).encode()
        yield Reader(number, host.port, fields, body, slow=number % 2 == 1)


@pytest.mark.parametrize("era", [MODERN, "2025-11-25"])
def test_many_streams_with_slow_readers(protocol, era):
    every = list(readers(protocol, era))
    before = protocol.resident_kib()

    async def all_of_them():
        async with asyncio.timeout(60):
            await asyncio.gather(*(reader.run() for reader in every))

    asyncio.run(all_of_them())
    for reader in every:
        assert reader.seen == list(range(1, MESSAGES + 1)), (reader.number, reader.final)
        assert reader.final["id"] == reader.number
        assert reader.final["result"]["content"][0]["text"] == f"counted to {MESSAGES}"
    # Streams that wait are bounded: 200 of them do not hold 100,000 messages.
    assert protocol.resident_kib() - before < 64 * 1024


def test_a_reader_that_stalls_does_not_hold_up_others(protocol):
    """One stream stands still; calls of others on the same loops are answered at once."""
    import time

    from harness.conformance import ModernClient

    client = ModernClient(protocol.port)
    params = {
        "name": "count", "arguments": {"n": 20_000}, "_meta": {"progressToken": 1},
    }  # fmt: skip
    stalled = [client.open("tools/call", params) for _ in range(8)]
    try:
        for _ in range(50):
            started = time.monotonic()
            assert client.tool("hello")["content"]
            assert time.monotonic() - started < 1
    finally:
        for stream in stalled:
            stream.close()
