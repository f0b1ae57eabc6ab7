"""Swapping plugins while clients call them: not one answer is lost or wrong."""

import json
import subprocess
import time

import pytest

from harness.admin import Admin
from harness.process import RELEASE


class Load:
    """metis-load beside the test: every answer is checked for its status, its id and its text."""

    def __init__(self, host, tool, expect, seconds, connections=16, arguments="{}"):
        self.process = subprocess.Popen(
            [
                str(RELEASE / "metis-load"), "--url", host.url, "--tool", tool,
                "--arguments", arguments, "--expect", expect, "--connections", str(connections),
                "--duration", str(seconds),
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.seconds = seconds

    @property
    def running(self):
        return self.process.poll() is None

    def end(self):
        out, _ = self.process.communicate(timeout=self.seconds + 30)
        result = json.loads(out)
        assert result["failed"] == 0, result
        assert result["requests"] > 100, result
        assert self.process.returncode == 0
        return result


def swap_while(load, admin, id, most, pause=0.02):
    """Swaps until the load ends or `most` is reached; returns how often."""
    count = 0
    # The load's first answers come from the first generation.
    time.sleep(0.2)
    while load.running and count < most:
        admin.swap(id)
        count += 1
        time.sleep(pause)
    return count


@pytest.mark.parametrize(
    "word, tool, expect, arguments",
    [
        ("static", "hello", "hello from metis", "{}"),
        ("echo", "echo", "swapped", '{"word":"swapped"}'),
        ("random", "dice", "value", "{}"),
    ],
)
def test_strategy(fresh, word, tool, expect, arguments):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id(word)
    load = Load(host, tool, expect, 2.5, arguments=arguments)
    count = swap_while(load, admin, id, 30)
    load.end()
    assert count >= 10
    plugin = admin.get(f"/plugins/{id}")
    assert plugin["state"] == "active"


def test_http_transport(fresh):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("http")
    load = Load(host, "hello", "hello from metis", 3.5)
    count = swap_while(load, admin, id, 10, pause=0.2)
    result = load.end()
    assert count >= 5
    # Each connection was told to come again, and did.
    assert result["reconnects"] > 0


def test_rollback_under_load(fresh):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("static")
    load = Load(host, "hello", "hello from metis", 2.5)
    for _ in range(10):
        admin.swap(id)
        admin.post(f"/plugins/{id}/rollback")
    load.end()


def test_reload_under_load(fresh):
    import signal

    host = fresh().ready()
    load = Load(host, "hello", "hello from metis", 2.5)
    while load.running:
        host.signal(signal.SIGHUP)
        time.sleep(0.05)
    load.end()
    assert host.process.poll() is None


def test_open_files_do_not_grow(fresh):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("static")
    admin.swap(id)
    time.sleep(0.5)
    before = host.open_files()
    for _ in range(20):
        admin.swap(id)
    time.sleep(1)
    assert host.open_files() <= before + 4
