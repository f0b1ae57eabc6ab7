"""A thousand event streams of a thousand messages, half of the readers slow: what arrives, in which
order, and what the host needs for it."""

import json
import re
import selectors
import socket
import time

from . import servers

STREAMS = 1000
MESSAGES = 1000
# A slow reader takes this many bytes ten times a second, into a receive buffer of 8 KiB.
SLOW_BYTES = 2048
PATIENCE = 300

CONFIG = f"""
[server]
name = "streams"
[server.performance]
request_timeout_sec = {PATIENCE}
[server.streams]
stall_timeout_sec = {PATIENCE}

[[tools]]
name = "hello"
[tools.mock]
strategy = "static"
content = "hello from metis"

[[tools]]
name = "count"
[tools.mock]
strategy = "interaction"
steps = [
  {{ repeat = {MESSAGES}, progress = {{ progress = "{{{{ loop.index0 }}}}", total = {MESSAGES} }} }},
  {{ text = "counted" }},
]
"""

NUMBER = re.compile(rb'"progress":(\d+)')


class Reader:
    """One stream: what was read of it, checked as it comes."""

    def __init__(self, port, request, is_slow):
        self.is_slow = is_slow
        self.next = 0
        self.is_whole = self.is_wrong = self.is_over = False
        self.tail = b""
        self.socket = socket.socket()
        if is_slow:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(request)
        self.socket.setblocking(False)

    def read(self, count):
        try:
            piece = self.socket.recv(count)
        except BlockingIOError:
            return
        except ConnectionError:
            piece = b""
        if not piece:
            self.is_over = True
            return
        text = self.tail + piece
        end = 0
        for found in NUMBER.finditer(text):
            if found.end() == len(text):
                break
            self.is_wrong |= int(found[1]) != self.next
            self.next += 1
            end = found.end()
        self.tail = text[end:][-4096:]
        if b'"counted"' in self.tail:
            self.is_whole = self.is_over = True


def modern_request(port):
    body = json.dumps({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "count", "_meta": {
            "progressToken": "t",
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        }},
    }).encode()  # fmt: skip
    return request_text(port, body, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
                        "Mcp-Name: count\r\n")  # fmt: skip


def legacy_request(port):
    """A session of its own for each stream, and the call in it."""
    from harness.mcp import Session

    session = Session(port, "2025-11-25")
    body = json.dumps({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "count", "_meta": {"progressToken": "t"}},
    }).encode()  # fmt: skip
    return request_text(port, body, f"Mcp-Session-Id: {session.id}\r\n"
                        "MCP-Protocol-Version: 2025-11-25\r\n")  # fmt: skip


def request_text(port, body, fields):
    return (
        f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json, text/event-stream\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def run(server, make):
    requests = [make(server.port) for _ in range(STREAMS)]
    start = time.monotonic()
    readers = [Reader(server.port, text, n % 2 == 1) for n, text in enumerate(requests)]
    selector = selectors.DefaultSelector()
    slow = [reader for reader in readers if reader.is_slow]
    for reader in readers:
        if not reader.is_slow:
            selector.register(reader.socket, selectors.EVENT_READ, reader)
    fast_left, next_round, fast_seconds = STREAMS - len(slow), start, None
    while (fast_left or slow) and time.monotonic() - start < PATIENCE:
        for key, _ in selector.select(0.02):
            key.data.read(65536)
            if key.data.is_over:
                selector.unregister(key.data.socket)
                fast_left -= 1
        if not fast_left and fast_seconds is None:
            fast_seconds = time.monotonic() - start
        if time.monotonic() >= next_round:
            next_round += 0.1
            for reader in slow:
                reader.read(SLOW_BYTES)
            slow = [reader for reader in slow if not reader.is_over]
    for reader in readers:
        reader.socket.close()
    whole = [r for r in readers if r.is_whole and not r.is_wrong and r.next == MESSAGES]
    return {
        "whole": len(whole), "messages": sum(r.next for r in readers),
        "disordered": sum(r.is_wrong for r in readers),
        "fast_seconds": fast_seconds, "seconds": time.monotonic() - start,
    }  # fmt: skip


def measure(folder, rounds, duration, log):
    config = folder / "streams.toml"
    config.write_text(CONFIG)
    result = []
    for era, make in (("2026-07-28", modern_request), ("2025-11-25", legacy_request)):
        place = folder / era
        place.mkdir()
        server = servers.metis(place, config=config, threads=2)
        try:
            rest = server.resident_kib()
            found = run(server, make)
            found |= {
                "era": era, "rest_kib": rest, "peak_kib": server.resident_kib("VmHWM"),
                "alive": server.ask() is not None,
            }
        finally:
            server.stop()
        log(f"streams: {found}")
        result.append(found)
    return result


def report(raw):
    lines = [
        "## Streams", "",
        f"{STREAMS} event streams at once, each with {MESSAGES} messages and an answer; every second "
        f"reader takes {SLOW_BYTES * 10 // 1024} KiB a second into a receive buffer of 8 KiB. Whole: "
        "every message once and in order. Memory: the most that the process ever had.", "",
        "| revision | whole streams | messages | out of order | the fast half after | all after "
        "| at rest | at most |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for one in raw:
        fast = f"{one['fast_seconds']:.1f} s" if one["fast_seconds"] else "never"
        lines.append(
            f"| {one['era']} | {one['whole']} | {one['messages']:,} | {one['disordered']} | {fast} "
            f"| {one['seconds']:.1f} s | {one['rest_kib'] / 1024:.1f} MiB "
            f"| {one['peak_kib'] / 1024:.1f} MiB |"
        )
    return lines + [""]
