"""stdio by hand: one line a message, nothing else on standard output, exit at the end of input."""

import json
import signal
import subprocess
import time

import pytest

from harness.mcp import meta, request
from harness.process import RELEASE, ROOT
from harness.traffic import Traffic


@pytest.fixture
def start(host):
    running = []

    def make():
        process = subprocess.Popen(
            [
                str(RELEASE / "metis-host"), "--plugins", str(ROOT / "plugins.d"),
                "--config", str(host.config), "--transport", "stdio", "--seed", "42",
                "--admin", "127.0.0.1:0",
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        running.append(process)
        return process

    yield make
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(5)


def ask(process, data):
    """Writes, ends the input, reads everything; every line has to be a message."""
    out, _ = process.communicate(data, timeout=20)
    assert process.returncode == 0
    assert not out or out.endswith(b"\n")
    traffic = Traffic()
    for text in data.splitlines():
        try:
            traffic.sent(json.loads(text))
        except (ValueError, RecursionError):
            continue
    messages = [json.loads(line) for line in out.splitlines()]
    for message in messages:
        traffic.received(message)
    return messages


def line(message):
    return json.dumps(message).encode() + b"\n"


def modern(method, id, **params):
    return line(request(method, {"_meta": meta(), **params}, id))


def test_modern(start):
    messages = ask(
        start(),
        modern("server/discover", 1)
        + modern("tools/list", 2)
        + modern("tools/call", 3, name="hello", arguments={}),
    )
    assert {message["id"] for message in messages} == {1, 2, 3}
    assert all("result" in message for message in messages)


def test_legacy(start):
    hello = request(
        "initialize",
        {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "x", "version": "1"},
        },
    )
    messages = ask(
        start(),
        line(hello)
        + line({"jsonrpc": "2.0", "method": "notifications/initialized"})
        + line(request("ping", id=2))
        + line(request("tools/call", {"name": "hello"}, id=3)),
    )
    assert [message["id"] for message in messages] == [1, 2, 3]
    assert messages[0]["result"]["protocolVersion"] == "2025-11-25"


def test_end_of_input_ends_the_process(start):
    process = start()
    started = time.monotonic()
    assert ask(process, b"") == []
    assert time.monotonic() - started < 5


def test_terminate(start):
    process = start()
    process.stdin.write(modern("server/discover", 1))
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


@pytest.mark.parametrize(
    "data, code",
    [
        (b"{bad\n", -32700),
        (b"\xff\xfe\n", -32700),
        (b"1\n", -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":5}\n', -32600),
        (b"[" * 5000 + b"\n", -32700),
    ],
)
def test_bad_lines_do_not_end_it(start, data, code):
    messages = ask(start(), data + modern("server/discover", 7))
    assert messages[0]["error"]["code"] == code
    assert messages[-1]["id"] == 7
    assert "result" in messages[-1]


def test_blank_lines_and_carriage_returns(start):
    data = b"\n\r\n" + modern("server/discover", 7).replace(b"\n", b"\r\n")
    messages = ask(start(), data)
    assert messages[-1]["id"] == 7
    assert "result" in messages[-1]


def test_last_line_without_its_end(start):
    messages = ask(start(), modern("server/discover", 7).rstrip(b"\n"))
    # A message ends with its line: what lacks the end may be answered or dropped, never half read.
    assert messages == [] or messages[0]["id"] == 7


def test_large_message(start):
    text = "x" * 500_000
    messages = ask(start(), modern("tools/call", 1, name="echo", arguments={"text": text}))
    assert json.loads(messages[0]["result"]["content"][0]["text"])["text"] == text
