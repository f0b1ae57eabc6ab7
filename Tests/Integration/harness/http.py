"""HTTP/1.1 by hand: what is sent is exactly what a test wrote, what comes is taken apart."""

import json
import socket
import sys
from dataclasses import dataclass, field

from . import traffic

# An id may be a number of any length: it comes back as it went.
sys.set_int_max_str_digits(0)


@dataclass
class Answer:
    status: int
    reason: str
    fields: dict
    body: bytes
    raw: bytes = field(repr=False, default=b"")

    @property
    def events(self):
        """The `data` of each event of a text/event-stream body."""
        out = []
        for block in self.body.decode().replace("\r\n", "\n").split("\n\n"):
            data = [line[5:].strip() for line in block.split("\n") if line.startswith("data:")]
            if any(data):
                out.append("\n".join(data))
        return out

    @property
    def json(self):
        """The JSON body, or the last message of the event stream."""
        if self.fields.get("content-type", "").startswith("text/event-stream"):
            return json.loads(self.events[-1])
        return json.loads(self.body)


class Connection:
    """One TCP connection with a bounded patience."""

    def __init__(self, port, host="127.0.0.1", seconds=10):
        self.socket = socket.create_connection((host, port), timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def more(self):
        """Reads a piece; false at the end of input (a reset counts as one)."""
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.pending += piece
        return bool(piece)

    def head(self):
        """Reads status line and fields; returns None where the peer closed instead."""
        while b"\r\n\r\n" not in self.pending:
            if not self.more():
                return None
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        version, status, *reason = lines[0].split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0"), lines[0]
        fields = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            name = name.lower()
            if name == "connection" and name in fields:
                value = f"{fields[name]}, {value.strip()}"
            else:
                assert name not in fields, f"{name} stands twice"
            fields[name] = value.strip()
        return Answer(int(status), "".join(reason), fields, b"", head)

    def chunk(self):
        """Reads one chunk of a chunked body; empty at its end."""
        while b"\r\n" not in self.pending:
            assert self.more(), "the connection ended inside a chunk's size"
        size, self.pending = self.pending.split(b"\r\n", 1)
        count = int(size.split(b";")[0], 16)
        while len(self.pending) < count + 2:
            assert self.more(), "the connection ended inside a chunk"
        data, self.pending = self.pending[:count], self.pending[count + 2 :]
        return data

    def answer(self, check=True):
        """Reads a whole answer; None where the peer closed without one. Its messages are held against
        the schema of the newest revision unless the caller does that, who knows the request."""
        out = self._answer()
        if check and out is not None:
            for message in traffic.messages(out):
                traffic.Traffic(traffic.MODERN).received(message)
        return out

    def _answer(self):
        out = self.head()
        if out is None:
            return None
        if out.fields.get("transfer-encoding", "").lower() == "chunked":
            while piece := self.chunk():
                out.body += piece
        elif "content-length" in out.fields:
            count = int(out.fields["content-length"])
            while len(self.pending) < count:
                assert self.more(), "the connection ended inside the body"
            out.body, self.pending = self.pending[:count], self.pending[count:]
        elif out.status not in (204, 304):
            while self.more():
                pass
            out.body, self.pending = self.pending, b""
        return out

    def closed(self):
        """Whether the peer closes now, without a further byte."""
        return not self.pending and not self.more()


def compose(verb, target, fields, body=b""):
    """The bytes of a request. A field of value None is left out."""
    fields = {k: v for k, v in fields.items() if v is not None}
    if body or verb == "POST":
        fields.setdefault("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{verb} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def fetch(port, verb, target, fields=None, body=b"", seconds=10):
    """One request on a connection of its own."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
    every = {"Host": f"127.0.0.1:{port}", **(fields or {})}
    with Connection(port, seconds=seconds) as connection:
        connection.send(compose(verb, target, every, body))
        answer = connection.answer(check=False)
    assert answer is not None, f"{verb} {target}: the connection ended without an answer"
    traffic.exchange(target, every, body, answer)
    return answer
