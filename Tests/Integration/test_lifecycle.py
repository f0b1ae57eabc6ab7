"""The process: start, exit codes, draining on SIGTERM, reloading on SIGHUP."""

import json
import signal
import socket
import subprocess
import time

import pytest

from harness.admin import Admin
from harness.http import Connection, compose
from harness.mcp import Session, meta, modern, modern_fields, request, text_of
from harness.process import RELEASE, ROOT


def call_bytes(port, name="hello", arguments=None, id=1):
    params = {"name": name, "arguments": arguments or {}, "_meta": meta()}
    body = json.dumps(request("tools/call", params, id)).encode()
    fields = {"Host": f"127.0.0.1:{port}", **modern_fields("tools/call", name)}
    return compose("POST", "/mcp", fields, body)


def run(*arguments):
    """Runs metis-host to its end."""
    return subprocess.run(
        [str(RELEASE / "metis-host"), *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
    )  # fmt: skip


def test_help_and_version():
    assert run("--help").returncode == 0
    assert "--plugins" in run("--help").stdout
    assert run("--version").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["--port", "70000"],
        ["--port", "x"],
        ["--threads", "-1"],
        ["--config", "no/such/file.toml"],
        ["--log-level", "loud"],
    ],
)
def test_usage(arguments):
    done = run("--plugins", ROOT / "plugins.d", *arguments)
    assert done.returncode == 2
    # The message names what was found.
    assert arguments[-1].lstrip("-") in done.stderr


def test_bad_configuration(tmp_path):
    config = tmp_path / "metis.toml"
    config.write_text('[server]\nname = "x"\n\n[[tools]]\nname = "t"\ndescriptoin = "x"\n')
    done = run("--plugins", ROOT / "plugins.d", "--config", config)
    assert done.returncode == 2
    assert "metis.toml" in done.stderr
    assert "6" in done.stderr
    assert "description" in done.stderr


def test_no_plugins(tmp_path):
    (tmp_path / "plugins.d").mkdir()
    config = tmp_path / "metis.toml"
    config.write_text('[server]\nname = "x"\n')
    done = run("--plugins", tmp_path / "plugins.d", "--config", config, "--transport", "http")
    assert done.returncode == 3
    assert done.stderr


def test_address_in_use(host):
    done = run(
        "--plugins", ROOT / "plugins.d", "--config", host.config, "--transport", "http",
        "--host", "127.0.0.1", "--port", host.port, "--admin", "127.0.0.1:0",
    )  # fmt: skip
    assert done.returncode == 4
    assert str(host.port) in done.stderr


def test_quickstart(fresh):
    """Examples/quickstart: every tool that it lists answers."""
    host = fresh(config=ROOT / "Examples/quickstart/metis.toml").ready()
    arguments = {"weather": {"city": "Oslo"}, "echo": {"message": "hi"}}
    tools = modern(host.port, "tools/list").json["result"]["tools"]
    assert tools
    for tool in tools:
        params = {"name": tool["name"], "arguments": arguments.get(tool["name"], {})}
        result = modern(host.port, "tools/call", params).json["result"]
        assert result["content"] and not result.get("isError"), tool["name"]


def test_terminate_at_rest(fresh):
    host = fresh().ready()
    started = time.monotonic()
    assert host.stop() == 0
    assert time.monotonic() - started < 5


def test_terminate_answers_what_is_under_way(fresh):
    host = fresh().ready()
    idle = Connection(host.port)
    idle.send(call_bytes(host.port))
    assert idle.answer().status == 200
    half = Connection(host.port)
    whole = call_bytes(host.port, id=2)
    half.send(whole[:-10])
    time.sleep(0.1)
    host.signal(signal.SIGTERM)
    time.sleep(0.1)
    half.send(whole[-10:])
    answer = half.answer()
    assert answer is not None and answer.json["id"] == 2
    assert answer.fields.get("connection", "").lower() == "close"
    assert half.closed()
    assert host.process.wait(20) == 0


def test_terminate_ends_streams(fresh):
    host = fresh().ready()
    session = Session(host.port)
    with Connection(host.port) as stream:
        fields = {
            "Host": f"127.0.0.1:{host.port}", **session.fields(), "Content-Type": None,
            "Accept": "text/event-stream",
        }  # fmt: skip
        stream.send(compose("GET", "/mcp", fields))
        assert stream.head().status == 200
        host.signal(signal.SIGTERM)
        while stream.more():
            pass
        # The end of a chunked body, not a reset in the middle.
        assert stream.pending.endswith(b"0\r\n\r\n")
    assert host.process.wait(20) == 0


def test_no_new_connections_after_terminate(fresh):
    host = fresh().ready()
    host.signal(signal.SIGTERM)
    assert host.process.wait(20) == 0
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", host.port), timeout=2)


def test_hang_up_reloads_the_configuration(fresh):
    host = fresh().ready()
    text = host.config.read_text()
    host.config.write_text(text.replace("hello from metis", "hello again"))
    host.signal(signal.SIGHUP)

    def now():
        return text_of(modern(host.port, "tools/call", {"name": "hello"}).json["result"])

    end = time.monotonic() + 10
    while now() != "hello again":
        assert time.monotonic() < end, host.lines[-20:]
        time.sleep(0.05)
    # A bad file keeps the old configuration and says why.
    host.config.write_text(text + '\n[[tools]]\nname = "hello"\n')
    count = len(host.lines)
    host.signal(signal.SIGHUP)
    host.wait(
        lambda: any("metis.toml" in line for line in host.lines[count:]), 10, "the reason is logged"
    )
    assert now() == "hello again"
    assert host.process.poll() is None


def test_hang_up_tells_streams_what_changed(fresh):
    host = fresh().ready()
    session = Session(host.port)
    with Connection(host.port) as stream:
        fields = {
            "Host": f"127.0.0.1:{host.port}", **session.fields(), "Content-Type": None,
            "Accept": "text/event-stream",
        }  # fmt: skip
        stream.send(compose("GET", "/mcp", fields))
        assert stream.head().status == 200
        added = '\n[[tools]]\nname = "later"\n\n[tools.mock]\nstrategy = "static"\ncontent = "x"\n'
        host.config.write_text(host.config.read_text() + added)
        host.signal(signal.SIGHUP)
        seen = b""
        while b"notifications/tools/list_changed" not in seen:
            seen += stream.chunk()
        names = [tool["name"] for tool in session.call("tools/list")["result"]["tools"]]
        assert "later" in names


def test_admin_token_stays_out_of_the_log(fresh):
    host = fresh(arguments=["--log-level", "trace"]).ready()
    Admin(host).plugins()
    host.stop()
    assert not [line for line in host.lines if "integration-test-token" in line]
