"""Clients of the conformance scenarios: one of each era, which hold every message against its schema."""

import itertools
import json

from .mcp import MODERN, PREFIX, Session, modern_fields, request
from .stream import EventStream

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
TASKS = "io.modelcontextprotocol/tasks"
ALL = {"sampling": {}, "elicitation": {}, "roots": {"listChanged": True}}


class ModernClient:
    """Requests of 2026-07-28, each on a connection of its own."""

    def __init__(self, port, capabilities=None):
        self.port = port
        self.capabilities = ALL if capabilities is None else capabilities
        self.ids = itertools.count(1)

    def open(self, method, params=None, capabilities=None, fields=None, log_level=None, id=None):
        """Sends a request and returns its answer as a stream."""
        meta = {
            PREFIX + "protocolVersion": MODERN,
            PREFIX + "clientInfo": {"name": "conformance", "version": "1"},
            PREFIX + "clientCapabilities": (
                self.capabilities if capabilities is None else capabilities
            ),
        }
        if log_level:
            meta[PREFIX + "logLevel"] = log_level
        params = dict(params or {})
        params["_meta"] = {**meta, **params.get("_meta", {})}
        name = params.get("name") or params.get("uri") or params.get("taskId")
        every = {**modern_fields(method, name), **(fields or {})}
        self.id = next(self.ids) if id is None else id
        body = request(method, params, id=self.id)
        return EventStream(self.port, "POST", "/mcp", every, body)

    def exchange(self, method, params=None, **options):
        """Everything that answers a request: status and messages."""
        with self.open(method, params, **options) as stream:
            messages = stream.messages()
            final = messages[-1]
            assert final["id"] == self.id, final
            assert not any("id" in message for message in messages[:-1]), "a server sends no requests"
            if "result" in final:
                assert final["result"]["resultType"]
            return stream.head.status, messages

    def call(self, method, params=None, **options):
        """The result of a request that succeeds."""
        status, messages = self.exchange(method, params, **options)
        assert status == 200 and "result" in messages[-1], (status, messages[-1])
        return messages[-1]["result"]

    def tool(self, name, arguments=None, responses=None, state=None, **options):
        params = {"name": name, "arguments": arguments or {}}
        if responses is not None:
            params["inputResponses"] = responses
        if state is not None:
            params["requestState"] = state
        return self.call("tools/call", params, **options)

    def refused(self, method, params=None, **options):
        """Status and error of a request that fails."""
        status, messages = self.exchange(method, params, **options)
        assert "error" in messages[-1], messages[-1]
        return status, messages[-1]["error"]


class LegacyClient(Session):
    """A session of the handshake era that answers the server's questions."""

    def __init__(self, port, version="2025-11-25", capabilities=None):
        given = {"sampling": {}, "elicitation": {}} if capabilities is None else capabilities
        super().__init__(port, version, given)
        assert self.initialized.status == 202

    def open(self, method, params=None):
        self.number += 1
        return EventStream(
            self.port, "POST", "/mcp", self.fields(), request(method, params, id=self.number)
        )

    def exchange(self, method, params=None, answers=None):
        """Sends a request, answers what the server asks by `answers[method](params)`, and returns all
        messages up to the answer."""
        seen = []
        with self.open(method, params) as stream:
            number = self.number
            while (message := stream.message()) is not None:
                seen.append(message)
                if "method" in message and "id" in message:
                    answer = (answers or {})[message["method"]](message.get("params") or {})
                    reply = self.post({"jsonrpc": "2.0", "id": message["id"], **answer})
                    assert reply.status == 202, reply
                elif message.get("id") == number:
                    break
            assert seen, "no message at all"
            assert seen[-1].get("id") == number, seen[-1]
        return seen

    def result(self, method, params=None, answers=None):
        last = self.exchange(method, params, answers)[-1]
        assert "result" in last, last
        return last["result"]

    def tool(self, name, arguments=None, answers=None, meta=None):
        params = {"name": name, "arguments": arguments or {}}
        if meta:
            params["_meta"] = meta
        return self.result("tools/call", params, answers)

    def listen(self, last_event_id=None):
        """The GET stream, or the resumption of one."""
        fields = self.fields(**{"Accept": "text/event-stream"})
        del fields["Content-Type"]
        if last_event_id is not None:
            fields["Last-Event-ID"] = last_event_id
        return EventStream(self.port, "GET", "/mcp", fields)


def accept(**content):
    """The answer of a user who accepts, for `exchange(answers=…)`."""
    return {"result": {"action": "accept", "content": content}}


def dump(value):
    return json.dumps(value, sort_keys=True)
