"""The official Python client in every mode and over every transport, with its traffic checked."""

import asyncio
import json
from contextlib import asynccontextmanager

from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from .process import RELEASE, ROOT
from .traffic import Traffic

MODERN = "2026-07-28"
CONNECTIONS = [
    (transport, mode)
    for transport in ("http", "stdio", "sse")
    for mode in ("auto", "legacy", MODERN)
]


class _Tap:
    """One of the two streams of a client's transport; tells what passes."""

    def __init__(self, stream, tell):
        self._stream = stream
        self._tell = tell

    def __getattr__(self, name):
        return getattr(self._stream, name)

    async def send(self, item):
        self._tell(item)
        await self._stream.send(item)

    async def receive(self):
        item = await self._stream.receive()
        self._tell(item)
        return item

    def __aiter__(self):
        return self

    async def __anext__(self):
        item = await self._stream.__anext__()
        self._tell(item)
        return item

    async def __aenter__(self):
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error):
        return await self._stream.__aexit__(*error)


def _plain(item):
    """A message as it stands on the wire; None for what is no message."""
    message = getattr(item, "message", None)
    if message is None:
        return None
    return json.loads(message.model_dump_json(by_alias=True, exclude_unset=True))


@asynccontextmanager
async def checked(transport):
    """A transport whose messages are held against the schemas. What they say against one surfaces at
    the end: an exception inside the client's own tasks would be lost."""
    traffic, faults = Traffic("2025-11-25"), []

    def sent(item):
        if (message := _plain(item)) is not None:
            traffic.sent(message)

    def received(item):
        try:
            if (message := _plain(item)) is not None:
                # The client makes errors of its own, such as for a status code: nobody sent them.
                if message.get("error", {}).get("code") == -32603 and "data" not in message["error"]:
                    return
                traffic.received(message)
        except Exception as fault:
            faults.append(fault)

    async with transport as (read, write):
        yield _Tap(read, received), _Tap(write, sent)
    if faults:
        raise faults[0]


def transport_of(kind, host):
    if kind == "http":
        return streamable_http_client(host.url)
    if kind == "sse":
        return sse_client(f"http://127.0.0.1:{host.port}/sse")
    return stdio_client(
        StdioServerParameters(
            command=str(RELEASE / "metis-host"),
            args=[
                "--plugins", str(ROOT / "plugins.d"), "--config", str(host.config),
                "--transport", "stdio", "--seed", "42", "--admin", "none",
            ],
        )
    )  # fmt: skip


def client_of(kind, host, mode, **options):
    return Client(checked(transport_of(kind, host)), mode=mode, **options)


def run(coroutine, seconds=30):
    async def bounded():
        async with asyncio.timeout(seconds):
            return await coroutine

    return asyncio.run(bounded())
