"""Messages of MCP, both eras, and a client that speaks them over raw HTTP."""

import json

from .http import fetch

MODERN = "2026-07-28"
LEGACY = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
PREFIX = "io.modelcontextprotocol/"

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022


def meta(version=MODERN, **more):
    """The `_meta` of a modern request."""
    return {
        PREFIX + "protocolVersion": version,
        PREFIX + "clientInfo": {"name": "integration", "version": "1"},
        PREFIX + "clientCapabilities": {},
        **{PREFIX + key: value for key, value in more.items()},
    }


def request(method, params=None, id=1):
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}}


def modern_fields(method, name=None, version=MODERN):
    return {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": version,
        "Mcp-Method": method,
        "Mcp-Name": name,
    }


def modern(port, method, params=None, fields=None, id=1, body=None, verb="POST"):
    """Sends one modern request; `fields` replaces or (with None) removes header fields."""
    params = {"_meta": meta(), **(params or {})}
    every = modern_fields(method, params.get("name") or params.get("uri"))
    every.update(fields or {})
    payload = json.dumps(request(method, params, id)).encode() if body is None else body
    return fetch(port, verb, "/mcp", every, payload)


class Session:
    """A legacy client: initialize, then requests with its session id."""

    def __init__(self, port, version="2025-11-25", capabilities=None):
        self.port = port
        self.id = None
        self.version = None
        self.number = 0
        answer = self.post(
            request(
                "initialize",
                {
                    "protocolVersion": version,
                    "capabilities": capabilities or {},
                    "clientInfo": {"name": "integration", "version": "1"},
                },
                id=0,
            )
        )
        assert answer.status == 200, answer
        self.hello = answer.json
        self.version = self.hello["result"]["protocolVersion"]
        self.id = answer.fields.get("mcp-session-id")
        self.initialized = self.post(
            {"jsonrpc": "2.0", "method": "notifications/initialized"}
        )

    def fields(self, **more):
        out = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "Mcp-Session-Id": self.id,
        }
        # The header came with 2025-06-18.
        if self.version and self.version >= "2025-06-18":
            out["MCP-Protocol-Version"] = self.version
        out.update(more)
        return out

    def post(self, message, fields=None):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return fetch(self.port, "POST", "/mcp", {**self.fields(), **(fields or {})}, body)

    def call(self, method, params=None):
        self.number += 1
        answer = self.post(request(method, params, id=self.number))
        assert answer.status == 200, answer
        assert answer.json["id"] == self.number
        return answer.json

    def delete(self):
        return fetch(self.port, "DELETE", "/mcp", self.fields())


def text_of(result):
    """The text of a tool result's first content block."""
    return result["content"][0]["text"]
