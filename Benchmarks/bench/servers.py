"""The servers that are measured, each a process of its own on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Integration"))

from harness.http import Connection  # noqa: E402
from harness.process import RELEASE, TOKEN  # noqa: E402

PYTHON = ROOT / ".venv-bench" / "bin" / "python"
SERVERS = ROOT / "Benchmarks" / "servers"
CONFIG = ROOT / "Tests" / "Integration" / "fixture" / "metis.toml"


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def request_bytes(tool="hello"):
    """The one request that every server gets: a modern tools/call."""
    body = (
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s","arguments":{},'
        '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
        '"io.modelcontextprotocol/clientCapabilities":{}}}}' % tool
    ).encode()
    fields = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    return fields, body


def whole_request(port, tool="hello"):
    fields, body = request_bytes(tool)
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return (
        f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{head}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class Server:
    """Starts a command and measures the time to its first whole answer."""

    def __init__(self, name, command, port, environment=None, tool="hello"):
        self.name = name
        self.tool = tool
        self.port = port
        self.url = f"http://127.0.0.1:{port}/mcp"
        started = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, env=environment,
        )  # fmt: skip
        self.first_answer = None
        while self.first_answer is None:
            if self.process.poll() is not None:
                raise RuntimeError(f"{name} ended: {self.process.stderr.read().decode()[-2000:]}")
            if time.monotonic() - started > 60:
                self.stop()
                raise RuntimeError(f"{name} gave no answer within 60 s")
            answer = self.ask()
            if answer is not None and answer.status == 200:
                self.first_answer = time.monotonic() - started
                self.answer = answer
            else:
                time.sleep(0.0005)

    def ask(self):
        try:
            with Connection(self.port) as connection:
                connection.send(whole_request(self.port, self.tool))
                return connection.answer()
        except OSError:
            return None

    def pids(self):
        """The process and its descendants."""
        parents = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    stat = Path(f"/proc/{entry}/stat").read_text()
                except OSError:
                    continue
                parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            queue += parents.get(pid, [])
        return found

    def cpu_seconds(self):
        """User and system time of all its threads and processes so far."""
        ticks = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident_kib(self, kind="VmRSS"):
        """Resident memory; "RssAnon" leaves out what is mapped from files, which the kernel may
        drop and read again."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(kind + ":"):
                    total += int(line.split()[1])
        return total

    def stop(self, seconds=20):
        """SIGTERM; returns how long the end took and the exit code."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.process.stderr.close()
        return time.monotonic() - started, self.process.returncode


def metis(folder, config=CONFIG, plugins=ROOT / "plugins.d", threads=1, extra=(), tool="hello"):
    port, admin_port = free_port(), free_port()
    token = Path(folder) / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    server = Server(
        "Metis",
        [
            str(RELEASE / "metis-host"), "--plugins", str(plugins), "--config", str(config),
            "--transport", "http", "--host", "127.0.0.1", "--port", str(port),
            "--admin", f"127.0.0.1:{admin_port}", "--admin-token-file", str(token),
            "--threads", str(threads), "--seed", "42", "--log-level", "warn", *extra,
        ],
        port, tool=tool,
    )  # fmt: skip
    server.admin_port = admin_port
    return server


def nginx(folder, body):
    port = free_port()
    folder = Path(folder) / f"nginx-{port}"
    folder.mkdir()
    text = (SERVERS / "nginx.conf").read_text()
    quoted = body.decode().replace("\\", "\\\\").replace("'", "\\'")
    for name, value in (("FOLDER", folder), ("PORT", port), ("BODY", quoted)):
        text = text.replace(f"@{name}@", str(value))
    (folder / "nginx.conf").write_text(text)
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    return Server(
        "nginx", ["nginx", "-c", str(folder / "nginx.conf")], port, {**os.environ, "PATH": path}
    )


def official_sdk():
    port = free_port()
    return Server("official SDK", [str(PYTHON), str(SERVERS / "official_sdk.py"), str(port)], port)


def fastmcp():
    port = free_port()
    return Server("FastMCP", [str(PYTHON), str(SERVERS / "fastmcp_server.py"), str(port)], port)
