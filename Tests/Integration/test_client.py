"""The official Python client against Metis: every way in which it connects."""

import asyncio
import json

import pytest
from mcp import MCPError

from harness.official import client_of

MODES = ["auto", "legacy", "2026-07-28"]


async def converse(kind, host, mode):
    """Lists and calls; returns what the assertions of both transports need."""
    async with asyncio.timeout(30), client_of(kind, host, mode) as client:
        listed = await client.list_tools()
        hello = await client.call_tool("hello", {})
        given = {"text": "grüße", "list": [1, 2, 3]}
        echo = await client.call_tool("echo", given)
        dice = await client.call_tool("dice", {})
        code = None
        try:
            await client.call_tool("nope", {})
        except MCPError as error:
            code = error.code
        many = await asyncio.gather(
            *(client.call_tool("echo", {"n": n}) for n in range(50)),
        )
        return {
            "version": client.protocol_version,
            "server": client.server_info,
            "tools": [tool.name for tool in listed.tools],
            "hello": hello.content[0].text,
            "echo": json.loads(echo.content[0].text) == given,
            "dice": dice.structured_content,
            "unknown": code,
            "many": [json.loads(result.content[0].text)["n"] for result in many],
        }


def check(seen, mode):
    assert seen["version"] == ("2025-11-25" if mode == "legacy" else "2026-07-28")
    if mode != "2026-07-28":
        assert seen["server"].name == "integration"
    assert seen["tools"] == ["hello", "echo", "dice"]
    assert seen["hello"] == "hello from metis"
    assert seen["echo"]
    assert 1 <= seen["dice"]["value"] <= 6
    assert seen["unknown"] == -32602
    assert seen["many"] == list(range(50))


@pytest.mark.parametrize("kind", ["http", "stdio"])
@pytest.mark.parametrize("mode", MODES)
def test_it_connects_lists_and_calls(host, kind, mode):
    check(asyncio.run(converse(kind, host, mode)), mode)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_many_clients_at_once(host, mode):
    async def all_of_them():
        return await asyncio.gather(*(converse("http", host, mode) for _ in range(8)))

    for seen in asyncio.run(all_of_them()):
        check(seen, mode)
