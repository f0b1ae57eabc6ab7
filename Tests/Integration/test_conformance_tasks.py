"""The task scenarios of 2026-07-28 (extension io.modelcontextprotocol/tasks)."""

import re
import time

import pytest

from harness.conformance import TASKS, ModernClient

WITH = {"sampling": {}, "elicitation": {}, "extensions": {TASKS: {}}}
WITHOUT = {"sampling": {}, "elicitation": {}}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.fixture
def client(conformance):
    return ModernClient(conformance.port, WITH)


def begin(client, name, arguments=None, **options):
    task = client.tool(name, arguments, **options)
    assert task["resultType"] == "task", task
    shape(task)
    for absent in ("task", "ttl", "pollInterval", "result", "error", "inputRequests",
                   "requestState"):  # fmt: skip
        assert absent not in task
    return task["taskId"]


def shape(task):
    assert task["taskId"]
    assert task["status"] in ("working", "input_required", "completed", "failed", "cancelled")
    assert STAMP.fullmatch(task["createdAt"]) and STAMP.fullmatch(task["lastUpdatedAt"])
    assert task["ttlMs"] is None or task["ttlMs"] > 0
    assert task.get("pollIntervalMs", 1) > 0


def get(client, task):
    result = client.call("tasks/get", {"taskId": task})
    assert result["resultType"] == "complete"
    assert "requestState" not in result
    assert "io.modelcontextprotocol/related-task" not in result.get("_meta", {})
    shape(result)
    return result


def until(client, task, *statuses, seconds=10):
    end = time.monotonic() + seconds
    while True:
        found = get(client, task)
        if found["status"] in statuses:
            return found
        assert time.monotonic() < end, found
        time.sleep(0.05)


def acknowledged(result):
    assert result["resultType"] == "complete"
    assert "taskId" not in result and "status" not in result


def update(client, task, **responses):
    acknowledged(client.call("tasks/update", {"taskId": task, "inputResponses": responses}))


def answer(**content):
    return {"action": "accept", "content": content}


@pytest.mark.parametrize("capabilities", [WITH, WITHOUT])
def test_greet_is_never_a_task(client, capabilities):
    params = {
        "name": "greet",
        "arguments": {"name": "Ann"},
        "task": {"ttl": 60000, "pollInterval": 100},
    }
    result = client.call("tools/call", params, capabilities=capabilities)
    assert result["resultType"] == "complete"
    assert result["content"][0]["text"] == "Hello, Ann!"


def test_a_task_completes(client):
    task = begin(client, "slow_compute", {"seconds": 1, "label": "x"})
    assert get(client, task)["status"] == "working"
    found = until(client, task, "completed")
    assert found["result"]["content"][0]["text"]
    # Cancelling and updating what has ended is acknowledged.
    acknowledged(client.call("tasks/cancel", {"taskId": task}))
    update(client, task, any=answer())
    assert get(client, task)["status"] == "completed"


def test_without_the_extension_it_answers_at_once(client):
    result = client.tool("slow_compute", {"seconds": 0, "label": "x"}, capabilities=WITHOUT)
    assert result["resultType"] == "complete"


def test_cancel(client):
    task = begin(client, "slow_compute", {"seconds": 60, "label": "x"})
    acknowledged(client.call("tasks/cancel", {"taskId": task}))
    found = until(client, task, "cancelled")
    assert "result" not in found


def test_a_failing_tool_completes(client):
    task = begin(client, "failing_job")
    found = until(client, task, "completed")
    assert found["result"]["isError"] is True


def test_a_task_that_is_required(client):
    for name in ("failing_job", "test_tool_with_task"):
        status, error = client.refused("tools/call", {"name": name}, capabilities=WITHOUT)
        assert (status, error["code"]) == (400, -32021), name
        assert error["data"] == {"requiredCapabilities": {"extensions": {TASKS: {}}}}


def test_a_protocol_error_fails(client):
    task = begin(client, "protocol_error_job")
    found = until(client, task, "failed")
    assert isinstance(found["error"]["code"], int) and found["error"]["message"]
    assert "result" not in found


def test_a_task_that_asks(client):
    task = begin(client, "confirm_delete", {"filename": "a.txt"})
    found = until(client, task, "input_required", seconds=5)
    ((key, question),) = found["inputRequests"].items()
    assert question["method"] == "elicitation/create"
    update(client, task, **{"unknown-key": answer(confirm=True)})
    assert get(client, task)["status"] == "input_required"
    update(client, task, **{key: answer(confirm=True)})
    assert "result" in until(client, task, "completed")


def test_two_questions_one_after_the_other(client):
    task = begin(client, "multi_input")
    found = until(client, task, "input_required", seconds=5)
    first, second = found["inputRequests"]
    update(client, task, **{first: answer(name="partial-1", confirm=True)})
    found = get(client, task)
    assert found["status"] == "input_required"
    assert set(found["inputRequests"]) == {second}
    update(client, task, **{second: answer(name="partial-2", confirm=True)})
    until(client, task, "completed")


def test_a_question_before_the_task(client):
    first = client.tool("test_tool_with_task")
    assert first["resultType"] == "input_required" and "taskId" not in first
    assert set(first["inputRequests"]) == {"user_name"}
    task = begin(
        client,
        "test_tool_with_task",
        responses={"user_name": answer(name="Alice")},
        state=first.get("requestState"),
    )
    found = until(client, task, "completed")
    assert "Alice" in found["result"]["content"][0]["text"]


def test_refusals(client):
    status, error = client.refused("tasks/get", {"taskId": "no-such-task"})
    assert error["code"] == -32602
    for method in ("tasks/get", "tasks/update", "tasks/cancel"):
        params = {"taskId": "no-such-task", "inputResponses": {}}
        status, error = client.refused(method, params, capabilities=WITHOUT)
        assert (status, error["code"]) == (400, -32021), method
    task = begin(client, "slow_compute", {"seconds": 1, "label": "x"})
    status, error = client.refused(
        "tasks/get", {"taskId": task}, fields={"Mcp-Name": "another"}
    )
    assert (status, error["code"]) == (400, -32020)


def test_a_question_waits_for_the_first_get(client):
    """The handle is good at once, and for as long as it says."""
    task = begin(client, "slow_compute", {"seconds": 1, "label": "x"})
    created = get(client, task)["createdAt"]
    assert until(client, task, "completed")["createdAt"] == created
