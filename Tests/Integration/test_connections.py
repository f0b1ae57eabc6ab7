"""Many connections, slow connections."""

import json
import shutil
import subprocess
import time

import pytest

from harness.http import Connection
from harness.mcp import modern
from harness.process import RELEASE, load


class Hold:
    """metis-load holding connections or streams until `end`."""

    def __init__(self, host, *arguments):
        self.process = subprocess.Popen(
            [str(RELEASE / "metis-load"), "--url", host.url, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.opened = json.loads(self.process.stdout.readline())

    def end(self):
        out, _ = self.process.communicate(timeout=60)
        return json.loads(out)


def test_idle_connections(fresh):
    host = fresh(files=4096).ready()
    before = host.resident_kib()
    hold = Hold(host, "--idle", "1000", "--tool", "hello")
    assert hold.opened["open"] == 1000
    # Others are served meanwhile.
    assert modern(host.port, "tools/list").status == 200
    cost = host.resident_kib() - before
    ended = hold.end()
    assert ended == {"alive": 1000, "answered": 1000, "events": 0}
    assert cost < 8 * 1024


def test_streams(fresh):
    host = fresh(files=4096).ready()
    before = host.resident_kib()
    hold = Hold(host, "--streams", "1000")
    assert hold.opened["open"] == 1000, hold.opened
    assert modern(host.port, "tools/list").status == 200
    cost = host.resident_kib() - before
    ended = hold.end()
    assert ended["alive"] == 1000
    assert cost < 16 * 1024
    # Their end frees everything.
    end = time.monotonic() + 10
    while host.open_files() > 100:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_more_connections_than_files(fresh):
    host = fresh(files=64).ready()
    held = []
    try:
        for _ in range(200):
            held.append(Connection(host.port, seconds=2))
    except OSError:
        pass
    for connection in held:
        connection.close()
    time.sleep(0.5)
    assert host.process.poll() is None
    assert modern(host.port, "tools/list").status == 200


def test_connections_that_come_and_go(fresh):
    host = fresh().ready()
    modern(host.port, "tools/list")
    before = host.open_files()
    for _ in range(2000):
        Connection(host.port).close()
    end = time.monotonic() + 10
    while host.open_files() > before + 2:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_load_without_a_wrong_answer(host):
    code, result = load(
        "--url", host.url, "--tool", "hello", "--expect", "hello from metis",
        "--connections", 64, "--duration", 3,
    )  # fmt: skip
    assert code == 0
    assert result["failed"] == 0
    assert result["requests"] > 1000


@pytest.mark.parametrize("attack", ["-H", "-B"])
def test_slow_clients(fresh, attack):
    """slowhttptest: heads (-H) or bodies (-B) a few bytes at a time. Others are served."""
    program = shutil.which("slowhttptest")
    if program is None:
        pytest.skip("not run: no slowhttptest")
    host = fresh(files=4096).ready()
    process = subprocess.Popen(
        [
            program, attack, "-c", "500", "-r", "250", "-i", "1", "-l", "5", "-p", "3", "-x", "24",
            "-u", host.url, "-t", "POST",
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    slowest = 0.0
    try:
        while process.poll() is None:
            started = time.monotonic()
            assert modern(host.port, "tools/call", {"name": "hello"}).status == 200
            slowest = max(slowest, time.monotonic() - started)
            time.sleep(0.1)
    finally:
        process.kill()
        process.wait(5)
    assert slowest < 1
    assert host.process.poll() is None


def test_head_that_never_ends_is_cut(fresh, tmp_path):
    """The host's own time-out for a request's head ends such a connection."""
    short = tmp_path / "short.toml"
    short.write_text("[server.transport.http]\nheader_timeout_ms = 1500\n")
    host = fresh(arguments=("--config", str(short))).ready()
    with Connection(host.port, seconds=45) as connection:
        connection.send(b"POST /mcp HTTP/1.1\r\n")
        started = time.monotonic()
        answer = connection.answer()
        assert answer is None or answer.status == 408
        assert 1 < time.monotonic() - started < 10
