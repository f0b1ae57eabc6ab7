"""Knows what was asked on a connection or in a session, and checks what the host sends back.

All doors of the harness pass their messages through here: `harness.http.fetch`, event streams, stdio,
WebSocket, and the official client's streams.
"""

import json

from . import schema

MODERN = "2026-07-28"
REVISIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", MODERN)
VERSION = "io.modelcontextprotocol/protocolVersion"

# What was asked in each session of the handshake era, by its id: an answer may come on another stream.
sessions = {}


class Traffic:
    """The messages of one connection or session, both ways."""

    def __init__(self, revision=None):
        # What a client speaks that did not say what.
        self.revision = revision if revision in REVISIONS else "2025-03-26"
        self.asked = {}

    def sent(self, message):
        """Notes what a client asked; other values than requests are passed over."""
        if isinstance(message, list):
            for element in message:
                self.sent(element)
            return
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            return
        if "id" in message:
            self.asked[json.dumps(message["id"])] = (message["method"], self._revision(message))

    def _revision(self, message):
        params = message.get("params")
        meta = params.get("_meta") if isinstance(params, dict) else None
        version = meta.get(VERSION) if isinstance(meta, dict) else None
        return MODERN if version is not None else self.revision

    def received(self, message):
        """Checks what the host sent."""
        if isinstance(message, list):
            assert message, "an empty batch"
            assert self.revision in ("2024-11-05", "2025-03-26"), "a batch in a revision without"
            for element in message:
                self.received(element)
            return
        if "method" in message:
            params = message.get("params", {})
            subscribed = "io.modelcontextprotocol/subscriptionId" in params.get("_meta", {})
            only = {revision for _, revision in self.asked.values()}
            modern = subscribed or only == {MODERN}
            schema.check_message(MODERN if modern else self.revision, message)
            return
        method, revision = self.asked.get(
            json.dumps(message.get("id")), (None, self.revision)
        )
        if method == "initialize" and "result" in message:
            revision = self.revision = message["result"]["protocolVersion"]
        schema.check(revision, method, message)


def of_request(fields, body=b""):
    """The traffic that a request over HTTP belongs to."""
    fields = {name.lower(): value for name, value in fields.items()}
    session = fields.get("mcp-session-id")
    version = fields.get("mcp-protocol-version")
    traffic = sessions.get(session) if version != MODERN else None
    traffic = traffic or Traffic(version)
    try:
        traffic.sent(json.loads(body))
    except (ValueError, RecursionError):
        pass
    return traffic


def of_answer(traffic, fields):
    """Remembers the session that an answer opens."""
    if session := fields.get("mcp-session-id"):
        sessions.setdefault(session, traffic)


def exchange(target, fields, body, answer):
    """Checks all messages of a whole answer over HTTP."""
    if target.startswith("/admin"):
        return
    traffic = of_request(fields, body)
    for message in messages(answer):
        traffic.received(message)
    of_answer(traffic, answer.fields)


def messages(answer):
    """The JSON-RPC messages of an answer's body."""
    kind = answer.fields.get("content-type", "")
    if kind.startswith("text/event-stream"):
        return [json.loads(data) for data in answer.events]
    if kind.startswith("application/json") and answer.body:
        message = json.loads(answer.body)
        return [message] if isinstance(message, list) or "jsonrpc" in message else []
    return []
