"""What Examples/conformance serves alike in both eras: tools, resources, prompts, completion."""

import base64
import json

import pytest

from harness.conformance import PNG_SIGNATURE, LegacyClient, ModernClient
from harness.mcp import LEGACY


@pytest.fixture(params=["modern", *LEGACY])
def client(request, conformance):
    if request.param == "modern":
        return ModernClient(conformance.port)
    return LegacyClient(conformance.port, request.param)


def call(client, method, params=None):
    return client.call(method, params) if isinstance(client, ModernClient) else client.result(
        method, params
    )


def version(client):
    return getattr(client, "version", "2026-07-28")


def test_tools_list(client):
    tools = call(client, "tools/list")["tools"]
    names = [tool["name"] for tool in tools]
    assert names[0] == "test_simple_text"
    assert len(set(names)) == len(names)
    assert all(tool["description"] and tool["inputSchema"]["type"] == "object" for tool in tools)
    # The order is the same each time.
    assert [tool["name"] for tool in call(client, "tools/list")["tools"]] == names


def test_the_schema_of_2020_12_stays_as_it_is(client):
    tools = {tool["name"]: tool for tool in call(client, "tools/list")["tools"]}
    assert tools["json_schema_2020_12_tool"]["inputSchema"] == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            }
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {
            "properties": {"contactMethod": {"const": "phone"}},
            "required": ["contactMethod"],
        },
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": False,
    }


def test_simple_text(client):
    result = call(client, "tools/call", {"name": "test_simple_text"})
    assert result["content"] == [
        {"type": "text", "text": "This is a simple text response for testing."}
    ]


def test_image(client):
    (block,) = call(client, "tools/call", {"name": "test_image_content"})["content"]
    assert block["type"] == "image" and block["mimeType"] == "image/png"
    assert base64.b64decode(block["data"], validate=True).startswith(PNG_SIGNATURE)


def test_audio(client):
    (block,) = call(client, "tools/call", {"name": "test_audio_content"})["content"]
    if version(client) == "2024-11-05":
        # The revision has no audio: the client is told in words.
        assert block["type"] == "text" and "audio/wav" in block["text"]
        return
    assert block["type"] == "audio" and block["mimeType"] == "audio/wav"
    assert base64.b64decode(block["data"], validate=True).startswith(b"RIFF")


def test_embedded_resource(client):
    (block,) = call(client, "tools/call", {"name": "test_embedded_resource"})["content"]
    assert block == {
        "type": "resource",
        "resource": {
            "uri": "test://embedded-resource",
            "mimeType": "text/plain",
            "text": "This is an embedded resource content.",
        },
    }


def test_mixed_content(client):
    text, image, resource = call(client, "tools/call", {"name": "test_multiple_content_types"})[
        "content"
    ]
    assert text == {"type": "text", "text": "Multiple content types test:"}
    assert image["type"] == "image" and image["mimeType"] == "image/png"
    assert resource["resource"] == {
        "uri": "test://mixed-content-resource",
        "mimeType": "application/json",
        "text": '{"test":"data","value":123}',
    }


def test_tool_error(client):
    result = call(client, "tools/call", {"name": "test_error_handling"})
    assert result["isError"] is True
    assert result["content"][0]["text"] == "This tool intentionally returns an error for testing"


def test_progress(client):
    params = {"name": "test_tool_with_progress", "_meta": {"progressToken": "progress-test-1"}}
    if isinstance(client, ModernClient):
        _, messages = client.exchange("tools/call", params)
    else:
        messages = client.exchange("tools/call", params)
    progress = [m["params"] for m in messages if m.get("method") == "notifications/progress"]
    assert [p["progress"] for p in progress] == [0, 50, 100]
    assert all(p["progressToken"] == "progress-test-1" and p["total"] == 100 for p in progress)
    assert messages[-1]["result"]["content"][0]["type"] == "text"
    # Nobody asked: only the answer comes.
    params.pop("_meta")
    if isinstance(client, ModernClient):
        _, messages = client.exchange("tools/call", params)
    else:
        messages = client.exchange("tools/call", params)
    assert len(messages) == 1


def test_resources_list(client):
    resources = call(client, "resources/list")["resources"]
    assert {"test://static-text", "test://static-binary", "test://watched-resource"} <= {
        resource["uri"] for resource in resources
    }
    assert all(resource["name"] and resource["description"] for resource in resources)
    templates = call(client, "resources/templates/list")["resourceTemplates"]
    assert "test://template/{id}/data" in [template["uriTemplate"] for template in templates]


def test_read_text(client):
    result = call(client, "resources/read", {"uri": "test://static-text"})
    assert result["contents"] == [
        {
            "uri": "test://static-text",
            "mimeType": "text/plain",
            "text": "This is the content of the static text resource.",
        }
    ]


def test_read_binary(client):
    (content,) = call(client, "resources/read", {"uri": "test://static-binary"})["contents"]
    assert content["mimeType"] == "image/png"
    assert base64.b64decode(content["blob"], validate=True).startswith(PNG_SIGNATURE)


def test_read_template(client):
    uri = "test://template/123/data"
    (content,) = call(client, "resources/read", {"uri": uri})["contents"]
    assert content["uri"] == uri and content["mimeType"] == "application/json"
    assert json.loads(content["text"]) == {
        "id": "123",
        "templateTest": True,
        "data": "Data for ID: 123",
    }


def test_unknown_resource(client):
    params = {"uri": "test://nonexistent-resource-for-conformance-testing"}
    if isinstance(client, ModernClient):
        status, error = client.refused("resources/read", params)
        assert (status, error["code"]) == (400, -32602)
    else:
        error = client.exchange("resources/read", params)[-1]["error"]
        assert error["code"] == -32002
    assert error["data"] == params


def test_prompts_list(client):
    prompts = {prompt["name"]: prompt for prompt in call(client, "prompts/list")["prompts"]}
    assert {
        "test_simple_prompt", "test_prompt_with_arguments", "test_prompt_with_embedded_resource",
        "test_prompt_with_image",
    } <= set(prompts)  # fmt: skip
    assert all(prompt["description"] for prompt in prompts.values())
    arguments = prompts["test_prompt_with_arguments"]["arguments"]
    assert [(a["name"], a["required"]) for a in arguments] == [("arg1", True), ("arg2", True)]


def test_simple_prompt(client):
    result = call(client, "prompts/get", {"name": "test_simple_prompt"})
    assert result["messages"] == [
        {
            "role": "user",
            "content": {"type": "text", "text": "This is a simple prompt for testing."},
        }
    ]


def test_prompt_with_arguments(client):
    params = {"name": "test_prompt_with_arguments", "arguments": {"arg1": "a", "arg2": "b c"}}
    (message,) = call(client, "prompts/get", params)["messages"]
    assert message["content"]["text"] == "Prompt with arguments: arg1='a', arg2='b c'"


def test_prompt_with_embedded_resource(client):
    uri = "test://example-resource"
    params = {"name": "test_prompt_with_embedded_resource", "arguments": {"resourceUri": uri}}
    first, second = call(client, "prompts/get", params)["messages"]
    assert first["content"] == {
        "type": "resource",
        "resource": {
            "uri": uri,
            "mimeType": "text/plain",
            "text": "Embedded resource content for testing.",
        },
    }
    assert second["content"]["text"] == "Please process the embedded resource above."


def test_prompt_with_image(client):
    first, second = call(client, "prompts/get", {"name": "test_prompt_with_image"})["messages"]
    assert first["content"]["type"] == "image" and first["content"]["mimeType"] == "image/png"
    assert second["content"]["text"] == "Please analyze the image above."


def test_completion(client):
    params = {
        "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
        "argument": {"name": "arg1", "value": "par"},
    }
    completion = call(client, "completion/complete", params)["completion"]
    assert completion["values"] == ["paris", "park", "party"]
    assert completion["total"] == 150 and completion["hasMore"] is False
    params["argument"]["value"] = "xyz"
    assert call(client, "completion/complete", params)["completion"]["values"] == []
