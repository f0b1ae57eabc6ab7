"""The admin endpoint: authorization, the list, swap, rollback, enable, disable, problems."""

import json

import pytest

from harness.admin import LIBRARIES, Admin, check_problem
from harness.http import fetch
from harness.mcp import modern, text_of
from harness.process import RELEASE


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
    swap = admin.send("POST", "/plugins/org.example.none/swap", {"path": "/none.so"})
    check_problem(swap, 404)


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
    first = admin.generation(id)
    admin.swap(id)
    assert admin.generation(id) > first
    assert admin.get(f"/plugins/{id}")["state"] == "active"
    hello = modern(host.port, "tools/call", {"name": "hello"}).json["result"]
    assert text_of(hello) == "hello from metis"
    admin.post(f"/plugins/{id}/rollback")
    assert admin.get(f"/plugins/{id}")["state"] == "active"
    assert modern(host.port, "tools/call", {"name": "hello"}).status == 200


def test_a_bad_library_leaves_the_old_generation(fresh, tmp_path):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("static")
    before = admin.generation(id)
    bad = tmp_path / "bad.so"
    bad.write_bytes(b"\x7fELF" + b"\0" * 100)
    answer = admin.send("POST", f"/plugins/{id}/swap", {"path": str(bad)})
    assert 400 <= answer.status < 600
    problem = check_problem(answer, answer.status)
    assert problem["detail"]
    assert admin.generation(id) == before
    assert admin.get(f"/plugins/{id}")["state"] == "active"
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


@pytest.mark.parametrize(
    "body",
    [None, {}, {"path": ""}, {"path": 1}, {"path": "relative.so"}, {"path": "/x.so", "more": 1}],
)
def test_swap_without_a_usable_path(host, body):
    admin = Admin(host)
    id = admin.plugin_id("static")
    check_problem(admin.send("POST", f"/plugins/{id}/swap", body), 422)


def test_wrong_digest(host):
    admin = Admin(host)
    id = admin.plugin_id("static")
    body = {"path": str(RELEASE / LIBRARIES["static"]), "sha256": "0" * 64}
    answer = admin.send("POST", f"/plugins/{id}/swap", body)
    assert "sha" in check_problem(answer, answer.status)["detail"].lower()
    assert answer.status >= 400


def test_foreign_host(host):
    admin = Admin(host)
    fields = {"Authorization": f"Bearer {admin.token}", "Host": "evil.example"}
    check_problem(fetch(host.admin_port, "GET", "/admin/plugins", fields), 421)


def test_health_needs_no_token(host):
    answer = fetch(host.admin_port, "GET", "/admin/health")
    assert answer.json == {"status": "ok"}


def test_metrics(host):
    answer = Admin(host).send("GET", "/metrics")
    assert answer.status == 200
    assert answer.fields["content-type"].startswith("text/plain")


def test_reload(fresh):
    host = fresh().ready()
    admin = Admin(host)
    text = host.config.read_text()
    host.config.write_text(text.replace("hello from metis", "hello again"))
    admin.post("/reload")
    hello = modern(host.port, "tools/call", {"name": "hello"}).json["result"]
    assert text_of(hello) == "hello again"
    host.config.write_text(text + "\n[[tools]]\nname = 5\n")
    answer = admin.send("POST", "/reload")
    assert "metis.toml" in check_problem(answer, answer.status)["detail"]
    hello = modern(host.port, "tools/call", {"name": "hello"}).json["result"]
    assert text_of(hello) == "hello again"
