"""Holds every message that the host sends against the official JSON Schema of its revision.

The schemas are not part of this repository. METIS_MCP_SCHEMA names the folder that holds
`<revision>/schema.json`; without it `../shared/mcp/schema` beside the project is looked for. Where
neither exists, messages are still checked by the tests' own assertions, and the test
`test_schemas_are_at_hand` reports itself as not run.

`harness.traffic` knows which message belongs to which request and revision, and calls `check`.
"""

import collections
import functools
import json
import os
from pathlib import Path

import jsonschema

from .process import ROOT

FOLDER = Path(os.environ.get("METIS_MCP_SCHEMA", ROOT.parent / "shared" / "mcp" / "schema"))

RESULTS = {
    "initialize": "InitializeResult",
    "server/discover": "DiscoverResult",
    "ping": "EmptyResult",
    "logging/setLevel": "EmptyResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
    "resources/subscribe": "EmptyResult",
    "resources/unsubscribe": "EmptyResult",
    "subscriptions/listen": "SubscriptionsListenResult",
}

# Tasks were part of the protocol in one revision; later they are an extension without a schema.
TASKS = {
    "tasks/get": "GetTaskResult",
    "tasks/list": "ListTasksResult",
    "tasks/cancel": "CancelTaskResult",
}

# What a server sends of its own accord, by method.
NOTIFICATIONS = {
    "notifications/cancelled": "CancelledNotification",
    "notifications/progress": "ProgressNotification",
    "notifications/message": "LoggingMessageNotification",
    "notifications/tools/list_changed": "ToolListChangedNotification",
    "notifications/prompts/list_changed": "PromptListChangedNotification",
    "notifications/resources/list_changed": "ResourceListChangedNotification",
    "notifications/resources/updated": "ResourceUpdatedNotification",
    "notifications/subscriptions/acknowledged": "SubscriptionsAcknowledgedNotification",
    "notifications/tasks/status": "TaskStatusNotification",
    "notifications/elicitation/complete": "ElicitationCompleteNotification",
}
REQUESTS = {
    "elicitation/create": "ElicitRequest",
    "sampling/createMessage": "CreateMessageRequest",
    "roots/list": "ListRootsRequest",
    "ping": "PingRequest",
}

# How many messages were checked, by revision.
checked = collections.Counter()


def at_hand():
    return FOLDER.is_dir()


@functools.lru_cache(maxsize=None)
def definitions(revision):
    schema = json.loads((FOLDER / revision / "schema.json").read_text())
    section = "$defs" if "$defs" in schema else "definitions"
    numbers = schema[section].get("NumberSchema", {}).get("properties", {})
    for name in ("default", "minimum", "maximum"):
        # A known fault of two revisions: the bounds of a number say integer.
        if numbers.get(name, {}).get("type") == "integer":
            numbers[name]["type"] = "number"
    return schema, section


@functools.lru_cache(maxsize=None)
def validator(revision, definition):
    """What checks a value against a definition of the revision; None where it has none."""
    schema, section = definitions(revision)
    if definition not in schema[section]:
        return None
    whole = {"$schema": schema["$schema"], section: schema[section]}
    whole["$ref"] = f"#/{section}/{definition}"
    return jsonschema.validators.validator_for(whole)(whole)


def check_message(revision, message):
    """Checks a notification or request of the server by its definition."""
    if not at_hand():
        return
    method = message["method"]
    names = REQUESTS if "id" in message else NOTIFICATIONS
    envelope = "JSONRPCRequest" if "id" in message else "JSONRPCNotification"
    validator(revision, envelope).validate(message)
    # The notifications of an extension, and those that a configuration makes up, have no schema.
    if method in names:
        found = validator(revision, names[method])
        assert found is not None, f"{method} does not exist in {revision}"
        found.validate(message)
    checked[revision] += 1


def check(revision, method, message):
    """Checks an answer to `method`: its envelope, and its result by the method's definition."""
    if not at_hand():
        return
    if "error" in message:
        # The oldest revisions demand an id. Where a request's is unknown it is left out (never null).
        nameless = "id" not in message
        envelope = validator("2025-11-25" if nameless else revision, "JSONRPCErrorResponse")
        (envelope or validator(revision, "JSONRPCError")).validate(message)
    else:
        envelope = validator(revision, "JSONRPCResultResponse")
        (envelope or validator(revision, "JSONRPCResponse")).validate(message)
        if (definition := definition_of(revision, method, message["result"])) is not None:
            validator(revision, definition).validate(message["result"])
    checked[revision] += 1


def definition_of(revision, method, result):
    """The definition of a result; None where the revision has none for it."""
    kind = result.get("resultType")
    if kind == "input_required":
        return "InputRequiredResult"
    if kind == "task":
        return "Result"
    if method in TASKS:
        return TASKS[method] if revision == "2025-11-25" else "Result"
    if method == "tools/call" and revision == "2025-11-25" and "task" in result:
        return "CreateTaskResult"
    return RESULTS.get(method, "Result")
