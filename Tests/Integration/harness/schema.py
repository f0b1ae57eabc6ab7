"""Holds messages against the official JSON Schemas, where they are at hand.

The schemas are not part of this repository. METIS_MCP_SCHEMA names the folder that holds
`<revision>/schema.json`; without it `../shared/mcp/schema` beside the project is looked for. Where
neither exists, messages are still checked by the tests' own assertions, and the test
`test_schemas_are_at_hand` reports itself as not run.
"""

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

checked = 0


def at_hand():
    return FOLDER.is_dir()


@functools.lru_cache(maxsize=None)
def validator(revision, definition):
    schema = json.loads((FOLDER / revision / "schema.json").read_text())
    section = "$defs" if "$defs" in schema else "definitions"
    if definition not in schema[section]:
        return None
    whole = {"$schema": schema["$schema"], section: schema[section]}
    whole["$ref"] = f"#/{section}/{definition}"
    return jsonschema.validators.validator_for(whole)(whole)


def check_message(revision, message):
    """Checks whatever a server sent outside of what ``check`` knows the method of: notifications and
    requests by their definitions, answers by their envelope."""
    global checked
    if not at_hand():
        return
    method = message.get("method")
    if method is None:
        return check(revision, None, message)
    names = REQUESTS if "id" in message else NOTIFICATIONS
    # The notifications of an extension have no official schema.
    if method in names:
        found = validator(revision, names[method])
        assert found is not None, f"{method} does not exist in {revision}"
        found.validate(message)
    checked += 1


def check(revision, method, message):
    """Checks an answer to `method`: its envelope, and its result by the method's definition."""
    global checked
    if not at_hand():
        return
    envelope = "JSONRPCErrorResponse" if "error" in message else "JSONRPCResultResponse"
    older = "JSONRPCError" if "error" in message else "JSONRPCResponse"
    found = validator(revision, envelope) or validator(revision, older)
    found.validate(message)
    if "result" in message and method in RESULTS:
        definition = RESULTS[method]
        if message["result"].get("resultType") == "input_required":
            definition = "InputRequiredResult"
        if message["result"].get("resultType") == "task":
            return
        validator(revision, definition).validate(message["result"])
    checked += 1
