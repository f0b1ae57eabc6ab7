"""Tasks as 2025-11-25 had them in its core: `task` beside a call, tasks/get, result, list and cancel."""

import threading
import time

import pytest

from harness.conformance import LegacyClient
from harness.doors import WebSocket, wait_for
from harness.mcp import INVALID_PARAMS, METHOD_NOT_FOUND

RELATED = "io.modelcontextprotocol/related-task"


@pytest.fixture
def client(protocol):
    return LegacyClient(protocol.port)


def begin(client, name="job", arguments=None, ttl=60_000):
    params = {"name": name, "arguments": arguments or {}, "task": {"ttl": ttl}}
    return client.result("tools/call", params)["task"]


def refused(client, method, params):
    return client.exchange(method, params)[-1]["error"]


def test_capabilities(client):
    tasks = client.hello["result"]["capabilities"]["tasks"]
    assert "call" in tasks["requests"]["tools"]
    assert "cancel" in tasks and "list" in tasks
    tools, cursor = {}, None
    while True:
        page = client.result("tools/list", {"cursor": cursor} if cursor else {})
        tools |= {tool["name"]: tool for tool in page["tools"]}
        if (cursor := page.get("nextCursor")) is None:
            break
    assert tools["job"]["execution"]["taskSupport"] == "optional"
    assert tools["hello"].get("execution", {}).get("taskSupport", "forbidden") == "forbidden"


def test_life_of_a_task(client):
    task = begin(client, arguments={"ms": 200})
    assert task["status"] == "working" and task["ttl"] == 60_000
    found = client.result("tasks/get", {"taskId": task["taskId"]})
    assert found["status"] == "working" and found["createdAt"] == task["createdAt"]
    # The result waits until there is one.
    started = time.monotonic()
    result = client.result("tasks/result", {"taskId": task["taskId"]})
    assert time.monotonic() - started < 5
    assert result["content"][0]["text"] == "worked 200 ms"
    assert result["_meta"][RELATED]["taskId"] == task["taskId"]
    assert client.result("tasks/get", {"taskId": task["taskId"]})["status"] == "completed"
    # It may be fetched again.
    assert client.result("tasks/result", {"taskId": task["taskId"]})["content"] == result["content"]


def test_list(client):
    ids = {begin(client, arguments={"ms": 1})["taskId"] for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = client.result("tasks/list", {"cursor": cursor} if cursor else {})
        seen += [task["taskId"] for task in page["tasks"]]
        if (cursor := page.get("nextCursor")) is None:
            break
    assert set(seen) == ids and len(seen) == 5


def test_cancel(client):
    task = begin(client, arguments={"ms": 60_000})
    done = client.result("tasks/cancel", {"taskId": task["taskId"]})
    assert done["status"] == "cancelled"
    assert client.result("tasks/get", {"taskId": task["taskId"]})["status"] == "cancelled"
    # What has ended cannot be cancelled.
    assert refused(client, "tasks/cancel", {"taskId": task["taskId"]})["code"] == INVALID_PARAMS


def test_cancel_wakes_who_waits_for_the_result(client):
    task = begin(client, arguments={"ms": 60_000})
    found = []

    def wait():
        found.extend(client.exchange("tasks/result", {"taskId": task["taskId"]}))

    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(0.1)
    other = LegacyClient.__new__(LegacyClient)
    other.__dict__ = {**client.__dict__, "number": 1000}
    other.result("tasks/cancel", {"taskId": task["taskId"]})
    waiter.join(10)
    assert found and ("error" in found[-1] or found[-1]["result"].get("isError"))


@pytest.mark.parametrize("method", ["tasks/get", "tasks/result", "tasks/cancel"])
def test_unknown(client, method):
    assert refused(client, method, {"taskId": "nobody"})["code"] == INVALID_PARAMS
    assert refused(client, method, {})["code"] == INVALID_PARAMS


def test_tasks_of_other_sessions(client, protocol):
    """Where nobody authenticates, who knows an id may ask for it: ids are not guessed, nor listed."""
    task = begin(client, arguments={"ms": 60_000})
    other = LegacyClient(protocol.port)
    assert other.result("tasks/list")["tasks"] == []
    assert len(task["taskId"]) >= 22
    assert other.result("tasks/get", {"taskId": task["taskId"]})["status"] == "working"
    client.result("tasks/cancel", {"taskId": task["taskId"]})


def test_a_tool_that_forbids_tasks(client):
    params = {"name": "hello", "task": {"ttl": 1000}}
    last = client.exchange("tools/call", params)[-1]
    assert last.get("error", {}).get("code") == METHOD_NOT_FOUND, last


@pytest.mark.parametrize("version", ["2025-06-18", "2025-03-26", "2024-11-05"])
def test_older_revisions_have_none(protocol, version):
    client = LegacyClient(protocol.port, version)
    assert "tasks" not in client.hello["result"]["capabilities"]
    params = {"name": "job", "arguments": {"ms": 1}, "task": {"ttl": 1000}}
    assert client.result("tools/call", params)["content"][0]["text"] == "worked 1 ms"
    assert refused(client, "tasks/list", {})["code"] == METHOD_NOT_FOUND


def test_time_to_live(client):
    task = begin(client, arguments={"ms": 1}, ttl=300)
    wait_for(
        lambda: "error" in client.exchange("tasks/get", {"taskId": task["taskId"]})[-1],
        "the task is forgotten",
    )


def test_a_task_that_asks(protocol):
    """The question goes to the client of the session; its answer ends the task."""
    with WebSocket(protocol.port, "2025-11-25").begin() as it:
        params = {"name": "ask_job", "task": {"ttl": 60_000}}
        task = it.ask("tools/call", params)[-1]["result"]["task"]
        asked = []

        def elicit(params):
            asked.append(params)
            return {"result": {"action": "accept", "content": {"go": True}}}

        messages = it.ask("tasks/result", {"taskId": task["taskId"]}, {"elicitation/create": elicit})
        assert messages[-1]["result"]["content"][0]["text"] == "accept"
        assert len(asked) == 1
        assert asked[0]["_meta"][RELATED]["taskId"] == task["taskId"]
