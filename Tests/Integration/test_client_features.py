"""Every feature as users of the official Python client see it: each mode, over each transport."""

import asyncio
import base64
import json

import mcp_types as types
import pytest
from mcp import MCPError

from harness.conformance import PNG_SIGNATURE
from harness.official import CONNECTIONS, MODERN, client_of, run

pytestmark = pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")


@pytest.fixture(params=CONNECTIONS, ids=lambda pair: "-".join(pair))
def connect(request, protocol):
    kind, mode = request.param

    def make(**options):
        return client_of(kind, protocol, mode, **options)

    make.kind, make.mode = kind, mode
    return make


def is_modern(client):
    return client.protocol_version == MODERN


async def code_of(call):
    try:
        await call
    except MCPError as error:
        return error.code
    return None


async def pages(fetch, member):
    """All entries, and the sizes of the pages."""
    entries, sizes, cursor = [], [], None
    while True:
        page = await fetch(cursor=cursor)
        entries += getattr(page, member)
        sizes.append(len(getattr(page, member)))
        if (cursor := page.next_cursor) is None:
            return entries, sizes


def test_connects(connect):
    async def scenario():
        async with connect() as client:
            assert is_modern(client) == (connect.mode != "legacy")
            if connect.mode != MODERN:
                # A pinned client asks for nothing before its first request.
                assert client.server_info.name == "protocol"
                assert client.instructions == "Serves the tests."
                capabilities = client.server_capabilities
                assert capabilities.tools and capabilities.resources and capabilities.prompts
                assert capabilities.logging is not None and capabilities.completions is not None
                assert capabilities.resources.subscribe

    run(scenario())


def test_tools(connect):
    async def scenario():
        async with connect() as client:
            tools, sizes = await pages(client.list_tools, "tools")
            assert sizes == [3, 3, 3, 3, 3, 1]
            byname = {tool.name: tool for tool in tools}
            assert [tool.name for tool in tools][:3] == ["add", "hello", "fail"]
            assert byname["add"].title == "Addition"
            assert byname["add"].annotations.read_only_hint is True
            assert byname["add"].output_schema["required"] == ["sum"]
            result = await client.call_tool("add", {"a": 40, "b": 2})
            assert result.structured_content == {"sum": 42}
            assert json.loads(result.content[0].text) == {"sum": 42}
            failed = await client.call_tool("fail", {})
            assert failed.is_error and failed.content[0].text == "It did not work."
            assert (await client.call_tool("add", {"a": "x", "b": 1})).is_error
            assert await code_of(client.call_tool("nope", {})) == -32602
            assert await code_of(client.call_tool("break", {})) == 1234
            # The header of a parameter is the client's own work: it has read the schema.
            result = await client.call_tool("sql", {"region": "eu", "query": "q"})
            assert result.content[0].text == "q in eu"

    run(scenario())


def test_resources(connect):
    async def scenario():
        async with connect() as client:
            resources, sizes = await pages(client.list_resources, "resources")
            assert sizes == [3, 1]
            assert [resource.name for resource in resources] == [
                "shopping", "picture", "data", "secret",
            ]  # fmt: skip
            assert resources[0].size == 12 and resources[0].mime_type == "text/plain"
            templates, _ = await pages(client.list_resource_templates, "resource_templates")
            assert [template.uri_template for template in templates] == ["repo://{owner}/{name}"]
            (memo,) = (await client.read_resource("memo://shopping")).contents
            assert memo.text == "bread\nbutter" and memo.mime_type == "text/plain"
            (picture,) = (await client.read_resource("memo://picture")).contents
            assert base64.b64decode(picture.blob).startswith(PNG_SIGNATURE)
            (repo,) = (await client.read_resource("repo://ann/apples")).contents
            assert repo.text == "apples of ann" and str(repo.uri) == "repo://ann/apples"
            code = await code_of(client.read_resource("memo://nowhere"))
            assert code == (-32602 if is_modern(client) else -32002)

    run(scenario())


def test_prompts(connect):
    async def scenario():
        async with connect() as client:
            prompts, sizes = await pages(client.list_prompts, "prompts")
            assert sizes == [3, 1]
            assert [argument.name for argument in prompts[0].arguments] == ["name", "style"]
            assert prompts[0].arguments[0].required and prompts[0].title == "A greeting"
            result = await client.get_prompt("greet", {"name": "Ann", "style": "formal"})
            assert [message.role for message in result.messages] == ["user", "assistant"]
            assert result.messages[0].content.text == "Write a formal greeting for Ann."
            assert await code_of(client.get_prompt("greet", {})) == -32602
            assert await code_of(client.get_prompt("nope")) == -32602

    run(scenario())


def test_completion(connect):
    async def scenario():
        async with connect() as client:
            prompt = types.PromptReference(type="ref/prompt", name="greet")
            found = await client.complete(prompt, {"name": "style", "value": "FO"})
            assert found.completion.values == ["formal"] and found.completion.has_more is False
            template = types.ResourceTemplateReference(
                type="ref/resource", uri="repo://{owner}/{name}"
            )
            found = await client.complete(template, {"name": "name", "value": "ap"}, {"owner": "ann"})
            assert found.completion.values == ["apples", "apricots"]
            found = await client.complete(template, {"name": "name", "value": "ote"}, {"owner": "bob"})
            assert found.completion.values == ["notes"]

    run(scenario())


def test_sampling(connect):
    asked = []

    async def sample(context, params):
        asked.append(params)
        return types.CreateMessageResult(
            role="assistant", content=types.TextContent(type="text", text="42"), model="m",
            stop_reason="endTurn",
        )  # fmt: skip

    async def scenario():
        async with connect(sampling_callback=sample) as client:
            result = await client.call_tool("guess", {"question": "6 × 7?"})
            assert result.content[0].text == "The model says 42"
            assert asked[0].max_tokens == 50 and asked[0].system_prompt == "Be short."
            assert asked[0].messages[0].content.text == "6 × 7?"

    run(scenario())


@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
def test_elicitation(connect, action):
    async def elicit(context, params):
        assert params.message == "Which region?"
        assert params.requested_schema["required"] == ["region"]
        content = {"region": "eu"} if action == "accept" else None
        return types.ElicitResult(action=action, content=content)

    async def scenario():
        async with connect(elicitation_callback=elicit) as client:
            result = await client.call_tool("provision", {"name": "x"})
            expected = "Provisioned x in eu" if action == "accept" else action
            assert result.content[0].text == expected and not result.is_error

    run(scenario())


def test_elicitation_before_a_read(connect):
    async def elicit(context, params):
        return types.ElicitResult(action="accept", content={"word": "please"})

    async def scenario():
        async with connect(elicitation_callback=elicit) as client:
            (secret,) = (await client.read_resource("memo://secret")).contents
            assert secret.text == "You said please"

    run(scenario())


def test_elicitation_by_url(connect):
    async def elicit(context, params):
        assert params.mode == "url" and params.url == "https://example.com/sign-in"
        return types.ElicitResult(action="accept")

    async def scenario():
        async with connect(elicitation_callback=elicit) as client:
            result = await client.call_tool("visit", {})
            assert result.content[0].text == "The user answered accept."

    run(scenario())


def test_client_that_refuses_to_answer(connect):
    async def elicit(context, params):
        return types.ErrorData(code=-1, message="not now")

    async def scenario():
        async with connect(elicitation_callback=elicit) as client:
            if is_modern(client):
                # The client gives up by itself: the error never reaches the host.
                assert await code_of(client.call_tool("provision", {"name": "x"})) == -1
            else:
                try:
                    assert (await client.call_tool("provision", {"name": "x"})).is_error
                except MCPError as error:
                    assert error.code
            assert (await client.call_tool("hello", {})).content[0].text == "hello from metis"

    run(scenario())


def test_undeclared_capability(connect):
    async def scenario():
        async with connect() as client:
            for tool, arguments in [("provision", {"name": "x"}), ("guess", {"question": "?"})]:
                try:
                    result = await client.call_tool(tool, arguments)
                except MCPError as error:
                    assert error.code == (-32021 if is_modern(client) else error.code)
                else:
                    assert not is_modern(client) and result.is_error

    run(scenario())


def test_roots(connect):
    async def roots(context):
        return types.ListRootsResult(
            roots=[types.Root(uri="file:///a", name="A"), types.Root(uri="file:///b")]
        )

    async def scenario():
        async with connect(list_roots_callback=roots) as client:
            result = await client.call_tool("folders", {})
            assert result.content[0].text.split() == ["file:///a", "file:///b"]

    run(scenario())


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("warning", 2), ("emergency", 0)])
def test_logging(connect, level, count):
    logs = []

    async def log(params):
        logs.append((params.level, params.data))

    async def scenario():
        async with connect(logging_callback=log, log_level=level) as client:
            if not is_modern(client):
                await client.set_logging_level(level)
            assert (await client.call_tool("report", {})).content
            expected = [
                ("debug", "one"), ("info", {"number": 2}), ("warning", ["three"]), ("error", "four"),
            ]  # fmt: skip
            assert logs == expected[4 - count :]

    run(scenario())


def test_modern_clients_without_a_level_hear_no_logs(connect):
    logs = []

    async def log(params):
        logs.append(params)

    async def scenario():
        async with connect(logging_callback=log) as client:
            await client.call_tool("report", {})
            if is_modern(client):
                assert not logs

    run(scenario())


def test_progress(connect):
    async def scenario():
        steps = []

        async def progress(done, total, message):
            steps.append((done, total, message))

        async with connect() as client:
            result = await client.call_tool("count", {"n": 5}, progress_callback=progress)
            assert result.content[0].text == "counted to 5"
            assert steps == [(n, 5, f"step {n}") for n in range(1, 6)]

    run(scenario())


def test_changes(connect):
    """List changes and updates: by a listen stream where there is one, else by the session."""
    got = asyncio.Queue()

    async def hear(message):
        if not isinstance(message, Exception):
            await got.put(message.method)

    async def scenario():
        async with connect(message_handler=hear) as client:
            if is_modern(client):
                async with client.listen(
                    tools_list_changed=True, resource_subscriptions=["memo://shopping"]
                ) as subscription:
                    assert subscription.honored.tools_list_changed
                    assert subscription.honored.resource_subscriptions == ["memo://shopping"]
                    for what in ("prompts", "tools", "memo"):
                        await client.call_tool("touch", {"what": what})
                    events = [type(await anext(subscription)).__name__ for _ in range(2)]
                    assert sorted(events) == ["ResourceUpdated", "ToolsListChanged"]
            else:
                await client.subscribe_resource("memo://shopping")
                if connect.kind == "http":
                    # Changes travel on the stream that the client opens beside its requests.
                    await asyncio.sleep(0.3)
                for what in ("tools", "memo", "prompts"):
                    await client.call_tool("touch", {"what": what})
                methods = {await got.get() for _ in range(3)}
                assert methods == {
                    "notifications/tools/list_changed", "notifications/resources/updated",
                    "notifications/prompts/list_changed",
                }  # fmt: skip
                await client.unsubscribe_resource("memo://shopping")
                await client.call_tool("touch", {"what": "memo"})
                await asyncio.sleep(0.1)
                assert got.empty()

    run(scenario())


def test_a_call_that_takes_too_long(connect):
    """The client gives up on a call and cancels it; the connection serves on."""

    async def scenario():
        async with connect() as client:
            with pytest.raises((MCPError, TimeoutError)):
                await client.call_tool("wait", {"ms": 20_000}, read_timeout_seconds=0.3)
            assert (await client.call_tool("hello", {})).content[0].text == "hello from metis"

    run(scenario(), 15)


def test_many_calls_at_once(connect):
    async def scenario():
        async with connect() as client:
            await client.list_tools()
            calls = [client.call_tool("add", {"a": n, "b": n}) for n in range(100)]
            results = await asyncio.gather(*calls)
            assert [result.structured_content["sum"] for result in results] == [
                2 * n for n in range(100)
            ]

    run(scenario())


def test_ping(connect):
    async def scenario():
        async with connect() as client:
            if is_modern(client):
                # The revision has none: the client itself knows, or the host says so.
                with pytest.raises((MCPError, RuntimeError, ValueError)):
                    await client.send_ping()
            else:
                await client.send_ping()

    run(scenario())
