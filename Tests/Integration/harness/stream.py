"""Event streams: what comes, event by event, while other requests go out beside it."""

import json
import socket
import time
from dataclasses import dataclass

from . import traffic
from .http import Connection, compose


@dataclass
class Event:
    id: str | None = None
    event: str | None = None
    data: str | None = None
    retry: int | None = None

    @property
    def json(self):
        return json.loads(self.data)


class EventStream:
    """One request whose answer may be a stream; JSON answers count as one event."""

    def __init__(self, port, verb, target, fields, body=b"", seconds=10):
        self.connection = Connection(port, seconds=seconds)
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        every = {"Host": f"127.0.0.1:{port}", **fields}
        # None: its owner checks what comes.
        self.traffic = traffic.of_request(every, body)
        self.connection.send(compose(verb, target, every, body))
        self.head = self.connection.head()
        assert self.head is not None, f"{verb} {target}: the connection ended without an answer"
        traffic.of_answer(self.traffic, self.head.fields)
        self.text = b""
        self.ended = False
        self.comments = []
        kind = self.head.fields.get("content-type", "")
        self.is_stream = kind.startswith("text/event-stream")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def body(self):
        """The whole body of an answer that is no stream."""
        count = int(self.head.fields.get("content-length", "0"))
        while len(self.connection.pending) < count:
            assert self.connection.more(), "the connection ended inside the body"
        return self.connection.pending[:count]

    def next(self, seconds=5):
        """The next event, its message held against the schema; None at the end of the stream; fails
        where none comes in time."""
        end = time.monotonic() + seconds
        while True:
            while b"\n\n" in self.text:
                block, self.text = self.text.split(b"\n\n", 1)
                event = self._event(block.decode())
                if event is not None:
                    if self.traffic and event.data and event.data[0] in "{[":
                        self.traffic.received(event.json)
                    return event
            if self.ended:
                return None
            left = end - time.monotonic()
            assert left > 0, f"no event within {seconds} s; unfinished: {self.text!r}"
            self.connection.socket.settimeout(left)
            try:
                piece = self.connection.chunk()
            except socket.timeout:
                raise AssertionError(f"no event within {seconds} s") from None
            if not piece:
                self.ended = True
            self.text += piece.replace(b"\r\n", b"\n")

    def _event(self, block):
        event, found = Event(), False
        for line in block.split("\n"):
            if line.startswith(":"):
                self.comments.append(line[1:].strip())
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                event.data = value if event.data is None else event.data + "\n" + value
            elif name == "id":
                event.id = value
            elif name == "event":
                event.event = value
            elif name == "retry":
                event.retry = int(value)
            else:
                continue
            found = True
        return event if found else None

    def message(self, seconds=5):
        """The next JSON-RPC message; None at the end of the stream."""
        if not self.is_stream:
            if self.ended:
                return None
            self.ended = True
            message = json.loads(self.body())
            self.traffic.received(message)
            return message
        while (event := self.next(seconds)) is not None:
            if event.data:
                return event.json
        return None

    def messages(self, seconds=5):
        """All messages up to the end of the stream."""
        out = []
        while (message := self.message(seconds)) is not None:
            out.append(message)
        return out

    def silent(self, seconds):
        """Whether no event comes for a while."""
        try:
            event = self.next(seconds)
        except AssertionError:
            return True
        return event is None
