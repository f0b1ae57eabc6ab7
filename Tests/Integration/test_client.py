"""The official Python client against Metis: every way in which it connects."""

import asyncio
import json

import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters

from harness.process import RELEASE, ROOT

MODES = ["auto", "legacy", "2026-07-28"]


async def converse(server, mode):
    """Lists and calls; returns what the assertions of both transports need."""
    async with asyncio.timeout(30), Client(server, mode=mode) as client:
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


@pytest.mark.parametrize("mode", MODES)
def test_http(host, mode):
    check(asyncio.run(converse(host.url, mode)), mode)


@pytest.mark.parametrize("mode", MODES)
def test_stdio(host, mode):
    server = StdioServerParameters(
        command=str(RELEASE / "metis-host"),
        args=[
            "--plugins", str(ROOT / "plugins.d"), "--config", str(host.config),
            "--transport", "stdio", "--seed", "42", "--admin", "127.0.0.1:0",
        ],
    )  # fmt: skip
    check(asyncio.run(converse(server, mode)), mode)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_many_clients_at_once(host, mode):
    async def all_of_them():
        return await asyncio.gather(*(converse(host.url, mode) for _ in range(8)))

    for seen in asyncio.run(all_of_them()):
        check(seen, mode)
