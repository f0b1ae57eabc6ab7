"""Four ways into one host: a conversation of the same shape through stdio, HTTP, WebSocket and HTTP+SSE.

`Conversation.ask` sends a request, answers what the host asks meanwhile, and gives every message up to
the answer. All messages pass through `harness.traffic`.
"""

import contextlib
import itertools
import json
import queue
import subprocess
import threading
import time
from urllib.parse import urljoin, urlsplit

from websockets.sync.client import connect

from . import traffic
from .conformance import ALL, LegacyClient, ModernClient
from .http import fetch
from .mcp import MODERN, PREFIX, request
from .process import RELEASE, ROOT
from .stream import EventStream

CLIENT = {"name": "doors", "version": "1"}


class Conversation:
    """What one client does in one revision, over a transport that carries messages both ways."""

    def __init__(self, revision, capabilities=None):
        self.revision = revision
        self.capabilities = ALL if capabilities is None else capabilities
        self.ids = itertools.count(1)
        self.traffic = traffic.Traffic(revision)
        # Messages that came while something else was waited for.
        self.aside = []

    # A transport has `put(text)`, `take(seconds)`, which gives a text or None at the end, and `close`.

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def begin(self):
        """The handshake, where the revision has one."""
        if self.revision == MODERN:
            return self
        params = {
            "protocolVersion": self.revision,
            "capabilities": self.capabilities,
            "clientInfo": CLIENT,
        }
        self.hello = self.ask("initialize", params)[-1]["result"]
        assert self.hello["protocolVersion"] == self.revision
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def send(self, message):
        """Sends what it is given: one message, or a batch."""
        self.traffic.sent(message)
        self.put(json.dumps(message, ensure_ascii=False))

    def receive(self, seconds=10):
        """The next message or batch; None at the end of input."""
        text = self.take(seconds)
        if text is None:
            return None
        message = json.loads(text)
        self.traffic.received(message)
        return message

    def request(self, method, params=None, id=None, **meta):
        """Sends a request and gives its id."""
        id = next(self.ids) if id is None else id
        self.send(self.compose(method, params, id, **meta))
        return id

    def compose(self, method, params, id, **meta):
        params = dict(params or {})
        if self.revision == MODERN:
            own = {
                "protocolVersion": MODERN, "clientInfo": CLIENT,
                "clientCapabilities": self.capabilities, **meta,
            }  # fmt: skip
            named = {PREFIX + key: value for key, value in own.items()}
            params["_meta"] = {**named, **params.get("_meta", {})}
        return request(method, params, id)

    def until(self, id, answers=None, seconds=10):
        """Every message up to the answer to `id`."""
        seen = []
        while True:
            message = self.receive(seconds)
            assert message is not None, f"the conversation ended; so far: {seen}"
            seen.append(message)
            if isinstance(message, list):
                continue
            if "method" in message and "id" in message:
                assert self.revision != MODERN, "a server sends no requests"
                answer = (answers or {})[message["method"]](message.get("params") or {})
                self.send({"jsonrpc": "2.0", "id": message["id"], **answer})
            elif message.get("id") == id and "method" not in message:
                return seen

    def ask(self, method, params=None, answers=None, **meta):
        return self.until(self.request(method, params, **meta), answers)

    def notify(self, method, params=None):
        self.send({"jsonrpc": "2.0", "method": method, "params": params or {}})


class Stdio(Conversation):
    """A host of its own on standard input and output."""

    def __init__(self, config, revision, capabilities=None, arguments=()):
        super().__init__(revision, capabilities)
        self.process = subprocess.Popen(
            [
                str(RELEASE / "metis-host"), "--plugins", str(ROOT / "plugins.d"),
                "--config", str(config), "--transport", "stdio", "--seed", "42",
                "--admin", "none", *arguments,
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def put(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def take(self, seconds):
        try:
            return self.lines.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"no line within {seconds} s") from None

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
                raise AssertionError("the host did not end with its input") from None
        self.reader.join(5)
        self.process.stdout.close()


class WebSocket(Conversation):
    """One JSON-RPC message a text frame, subprotocol `mcp`."""

    def __init__(self, port, revision, capabilities=None, **options):
        super().__init__(revision, capabilities)
        options = {"subprotocols": ["mcp"], "compression": None, **options}
        self.stack = contextlib.ExitStack()
        opening = connect(f"ws://127.0.0.1:{port}/ws", open_timeout=10, **options)
        self.socket = self.stack.enter_context(opening)
        assert self.socket.subprotocol == "mcp"

    def put(self, text):
        self.socket.send(text)

    def take(self, seconds):
        try:
            return self.socket.recv(timeout=seconds)
        except TimeoutError:
            raise AssertionError(f"no frame within {seconds} s") from None

    def close(self):
        self.stack.close()


class EventSource(Conversation):
    """HTTP+SSE of 2024-11-05: a stream that comes, and requests that are posted beside it."""

    def __init__(self, port, revision, capabilities=None):
        super().__init__(revision, capabilities)
        self.port = port
        self.stream = EventStream(port, "GET", "/sse", {"Accept": "text/event-stream"})
        assert self.stream.head.status == 200 and self.stream.is_stream, self.stream.head
        # Answers belong to what was posted, which the conversation knows.
        self.stream.traffic = None
        first = self.stream.next()
        assert first.event == "endpoint", first
        # A reference to a URI: the client resolves it against the stream's own.
        where = urlsplit(urljoin(f"http://127.0.0.1:{port}/sse", first.data))
        assert where.port == port, first.data
        self.endpoint = where.path + ("?" + where.query if where.query else "")

    def put(self, text):
        answer = self.post(text)
        assert answer.status == 202, (answer, answer.body)

    def post(self, text, endpoint=None, **fields):
        fields = {"Content-Type": "application/json", **fields}
        return fetch(self.port, "POST", endpoint or self.endpoint, fields, text.encode())

    def take(self, seconds):
        event = self.stream.next(seconds)
        if event is None:
            return None
        assert event.event == "message", event
        return event.data

    def close(self):
        self.stream.close()


class HTTP:
    """Streamable HTTP, with the same `ask`."""

    def __init__(self, port, revision, capabilities=None):
        self.revision = revision
        if revision == MODERN:
            self.client = ModernClient(port, capabilities)
        else:
            self.client = LegacyClient(port, revision, ALL if capabilities is None else capabilities)
            self.hello = self.client.hello["result"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def begin(self):
        return self

    def ask(self, method, params=None, answers=None, logLevel=None):
        if self.revision == MODERN:
            return self.client.exchange(method, params, log_level=logLevel)[1]
        return self.client.exchange(method, params, answers)

    def notify(self, method, params=None):
        message = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        if self.revision == MODERN:
            message["params"]["_meta"] = {PREFIX + "protocolVersion": MODERN}
            fields = {
                "Accept": "application/json, text/event-stream",
                "Content-Type": "application/json", "MCP-Protocol-Version": MODERN,
                "Mcp-Method": method,
            }  # fmt: skip
            answer = fetch(self.client.port, "POST", "/mcp", fields, message)
        else:
            answer = self.client.post(message)
        assert answer.status == 202, (answer, answer.body)

    def close(self):
        if self.revision != MODERN:
            self.client.delete()


def enter(door, host, revision, capabilities=None):
    """A conversation through a door, by its name."""
    if door == "stdio":
        return Stdio(host.config, revision, capabilities).begin()
    kinds = {"http": HTTP, "websocket": WebSocket, "sse": EventSource}
    return kinds[door](host.port, revision, capabilities).begin()


def wait_for(condition, what, seconds=10):
    """Waits until `condition()` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.02)
