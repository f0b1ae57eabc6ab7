"""The admin endpoint: authorization, the list, swap, rollback, enable, disable, problems."""

import json

import pytest

from harness.admin import Admin, check_problem
from harness.http import fetch
from harness.mcp import modern, text_of


@pytest.mark.parametrize("token", ["", "wrong", "integration-test-token2", "x" * 5000])
def test_without_the_token(host, token):
    answer = Admin(host).send("GET", "/plugins", token=token or "")
    if token == "":
        answer = fetch(host.admin_port, "GET", "/admin/plugins")
    problem = check_problem(answer, 401)
    assert "www-authenticate" in answer.fields
    assert "integration-test-token" not in json.dumps(problem)


def test_list(host):
    plugins = Admin(host).plugins()
    assert len(plugins) >= 5
    for plugin in plugins.values():
        assert plugin["state"] in ("active", "found", "disabled", "failed")
        assert plugin["version"]
    assert [p["state"] for id, p in plugins.items() if "static" in id] == ["active"]


def test_one(host):
    admin = Admin(host)
    id = admin.plugin_id("static")
    assert admin.get(f"/plugins/{id}")["id"] == id


def test_unknown_plugin(host):
    admin = Admin(host)
    check_problem(admin.send("GET", "/plugins/org.example.none"), 404)
    check_problem(admin.send("POST", "/plugins/org.example.none/swap"), 404)


def test_unknown_path_and_verb(host):
    admin = Admin(host)
    check_problem(admin.send("GET", "/nothing"), 404)
    answer = admin.send("DELETE", "/plugins")
    check_problem(answer, 405)
    assert "GET" in answer.fields["allow"]


def test_rollback_without_an_earlier_generation(fresh):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("static")
    check_problem(admin.send("POST", f"/plugins/{id}/rollback"), 409)
    assert modern(host.port, "tools/call", {"name": "hello"}).status == 200


def test_swap_and_rollback(fresh):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("static")
    first = admin.get(f"/plugins/{id}")["generation"]
    admin.post(f"/plugins/{id}/swap")
    second = admin.get(f"/plugins/{id}")
    assert second["generation"] > first
    assert second["state"] == "active"
    hello = modern(host.port, "tools/call", {"name": "hello"}).json["result"]
    assert text_of(hello) == "hello from metis"
    admin.post(f"/plugins/{id}/rollback")
    assert admin.get(f"/plugins/{id}")["state"] == "active"
    assert modern(host.port, "tools/call", {"name": "hello"}).status == 200


def test_a_bad_library_leaves_the_old_generation(fresh, tmp_path):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("static")
    before = admin.get(f"/plugins/{id}")
    bad = tmp_path / "bad.so"
    bad.write_bytes(b"\x7fELF" + b"\0" * 100)
    answer = admin.send("POST", f"/plugins/{id}/swap", {"path": str(bad)})
    assert 400 <= answer.status < 500
    problem = check_problem(answer, answer.status)
    assert problem["detail"]
    after = admin.get(f"/plugins/{id}")
    assert after["generation"] == before["generation"]
    assert after["state"] == "active"
    hello = modern(host.port, "tools/call", {"name": "hello"}).json["result"]
    assert text_of(hello) == "hello from metis"


def test_disable_and_enable(fresh):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("echo")
    admin.post(f"/plugins/{id}/disable")
    assert admin.get(f"/plugins/{id}")["state"] != "active"
    refused = modern(host.port, "tools/call", {"name": "echo", "arguments": {"a": 1}})
    assert "error" in refused.json or refused.json["result"].get("isError")
    # The others serve on.
    assert modern(host.port, "tools/call", {"name": "hello"}).status == 200
    admin.post(f"/plugins/{id}/enable")
    again = modern(host.port, "tools/call", {"name": "echo", "arguments": {"a": 1}})
    assert json.loads(text_of(again.json["result"])) == {"a": 1}


def test_body_that_is_no_json(host):
    admin = Admin(host)
    id = admin.plugin_id("static")
    fields = {"Authorization": f"Bearer {admin.token}", "Content-Type": "application/json"}
    answer = fetch(host.admin_port, "POST", f"/admin/plugins/{id}/swap", fields, b"{bad")
    check_problem(answer, 400)


def test_foreign_origin_and_host(host):
    admin = Admin(host)
    fields = {"Authorization": f"Bearer {admin.token}"}
    answer = fetch(
        host.admin_port, "GET", "/admin/plugins", {**fields, "Origin": "http://evil.example"}
    )
    assert answer.status == 403
    answer = fetch(host.admin_port, "GET", "/admin/plugins", {**fields, "Host": "evil.example"})
    assert answer.status in (403, 421)
