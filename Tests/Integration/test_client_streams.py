"""The official Python client: resumption, tasks, and a thing or two that only one transport has."""

import asyncio
from typing import Literal

import mcp_types as types
import pytest
from mcp import Client, ClientSession
from mcp.client.extension import ClientExtension, ResultClaim
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.message import ClientMessageMetadata

from harness.official import MODERN, checked, client_of, run

pytestmark = pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")
TASKS = "io.modelcontextprotocol/tasks"


def test_it_polls_where_the_server_closes_the_stream(protocol):
    """2025-11-25: the server may close a stream; the client comes back for the answer."""

    async def scenario():
        async with client_of("http", protocol, "legacy") as client:
            result = await client.call_tool("poll", {})
            assert result.content[0].text == "polled"

    run(scenario())


def test_it_resumes_a_call_by_its_token(protocol):
    """A call goes on while its client is away; the token of the last event leads another client of the
    same session back to it."""
    call = types.CallToolRequest(
        method="tools/call",
        params=types.CallToolRequestParams(name="count", arguments={"n": 20, "pause": 30}),
    )
    known = {}

    async def note(response):
        if "mcp-session-id" in response.headers:
            known["mcp-session-id"] = response.headers["mcp-session-id"]

    async def begin():
        tokens, steps = [], []

        async def remember(token):
            tokens.append(token)

        async def progress(done, total, message):
            steps.append(done)

        web = create_mcp_http_client()
        web.event_hooks["response"].append(note)
        transport = streamable_http_client(
            protocol.url, http_client=web, terminate_on_close=False
        )
        async with web, Client(checked(transport), mode="legacy") as client:
            waiting = asyncio.create_task(
                client.session.send_request(
                    call,
                    types.CallToolResult,
                    metadata=ClientMessageMetadata(on_resumption_token_update=remember),
                    progress_callback=progress,
                )
            )
            while len(steps) < 5:
                await asyncio.sleep(0.005)
            waiting.cancel()
        return tokens, steps

    async def resume(token):
        fields = {**known, "mcp-protocol-version": "2025-11-25"}
        web = create_mcp_http_client(headers=fields)
        transport = streamable_http_client(protocol.url, http_client=web)
        async with web, checked(transport) as streams, ClientSession(*streams) as session:
            return await session.send_request(
                call, types.CallToolResult, metadata=ClientMessageMetadata(resumption_token=token)
            )

    tokens, steps = run(begin())
    assert len(set(tokens)) == len(tokens) >= 5
    assert steps == list(range(1, len(steps) + 1)) and len(steps) < 20
    result = run(resume(tokens[-1]), 10)
    assert result.content[0].text == "counted to 20"


class Task(types.Result):
    """The handle that a call of the tasks extension is answered with."""

    result_type: Literal["task"] = "task"
    task_id: str
    status: str
    ttl_ms: int | None = None
    poll_interval_ms: int | None = None


class TasksExtension(ClientExtension):
    """Asks for a task until it has ended, and gives what it ended with."""

    identifier = TASKS

    def __init__(self, host, answer=None):
        self.host = host
        self.answer = answer
        self.seen = []

    def claims(self):
        return [ResultClaim(result_type="task", model=Task, resolve=self.resolve)]

    async def resolve(self, task, context):
        from harness.conformance import ModernClient

        # The client has no methods for tasks: they are asked for beside it.
        capabilities = {"elicitation": {}, "extensions": {TASKS: {}}}
        client = ModernClient(self.host.port, capabilities)
        while True:
            found = await asyncio.to_thread(client.call, "tasks/get", {"taskId": task.task_id})
            self.seen.append(found["status"])
            if found["status"] == "completed":
                return types.CallToolResult.model_validate(
                    {"resultType": "complete", **found["result"]}
                )
            if found["status"] == "input_required":
                responses = {key: self.answer for key in found["inputRequests"]}
                params = {"taskId": task.task_id, "inputResponses": responses}
                await asyncio.to_thread(client.call, "tasks/update", params)
            await asyncio.sleep(task.poll_interval_ms / 1000)


@pytest.mark.parametrize("mode", ["auto", MODERN])
def test_tasks(protocol, mode):
    async def scenario():
        extension = TasksExtension(protocol)
        async with client_of("http", protocol, mode, extensions=[extension]) as client:
            result = await client.call_tool("job", {"ms": 200})
            assert result.content[0].text == "worked 200 ms"
            assert extension.seen[0] == "working" and extension.seen[-1] == "completed"
        # Without the extension the same call is answered when it is done.
        async with client_of("http", protocol, mode) as client:
            result = await client.call_tool("job", {"ms": 50})
            assert result.content[0].text == "worked 50 ms"

    run(scenario())


def test_tasks_that_ask(protocol):
    async def scenario():
        extension = TasksExtension(protocol, {"action": "accept", "content": {"go": True}})

        async def elicit(context, params):
            return types.ElicitResult(action="decline")

        async with client_of(
            "http", protocol, MODERN, extensions=[extension], elicitation_callback=elicit
        ) as client:
            result = await client.call_tool("ask_job", {})
            assert result.content[0].text == "accept"
            assert "input_required" in extension.seen

    run(scenario())


def test_it_caches_what_may_be_cached(protocol):
    """`ttlMs` of a resource: the second read does not reach the host."""

    async def scenario():
        async with client_of("http", protocol, "auto") as client:
            first = await client.read_resource("memo://data")
            assert first.ttl_ms == 60_000 and first.cache_scope == "private"
            again = await client.read_resource("memo://data")
            assert again.contents[0].text == '{"answer":42}'
            shopping = await client.read_resource("memo://shopping")
            assert shopping.ttl_ms == 0 and shopping.cache_scope == "public"

    run(scenario())


def test_listen_ends_in_order_when_the_host_does(fresh):
    """A host that shuts down answers its listen streams; the client's loop ends without an error."""
    from harness.process import FIXTURE

    async def scenario():
        host = fresh(config=FIXTURE / "protocol.toml").ready()
        async with client_of("http", host, MODERN) as client:
            async with client.listen(tools_list_changed=True) as subscription:
                stop = asyncio.create_task(asyncio.to_thread(host.stop))
                events = [event async for event in subscription]
                assert events == []
                assert await stop == 0

    run(scenario())
