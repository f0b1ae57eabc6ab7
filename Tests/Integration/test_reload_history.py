"""Reloads as clients and operators see them: going back, backups, events, what is in force."""

import json
import os
import time

from harness.admin import Admin, check_problem
from harness.conformance import LegacyClient, ModernClient
from harness.doors import wait_for
from harness.reload import QUICK, TOOL, edit, events, hello, replace, says, status


# MARK: Going back


def test_history_difference_and_rollback(serve):
    host = serve()
    admin = Admin(host)
    first = host.config.read_text()
    for text in ["second", "third"]:
        edit(host, text)
        says(host, text)
    history = admin.get("/config/history")
    assert history["in_force"] == 3
    assert [entry["number"] for entry in history["entries"]] == [1, 2, 3]
    assert history["entries"][1]["counts"]["tools"] >= 3
    files = admin.get("/config/history/2")["files"]
    assert files[0]["path"] == str(host.config) and files[0]["bytes"] > 0
    check_problem(admin.send("GET", "/config/history/99"), 404)
    changes = admin.get("/config/diff?from=1")
    assert changes["from"] == 1 and changes["to"] == 3
    assert "hello from metis" in json.dumps(changes["changes"])
    assert "third" in json.dumps(changes["changes"])
    assert admin.get("/config/diff?from=3&to=disk")["changes"] == []

    back = admin.post("/config/rollback", {"to": 1})
    assert back["outcome"] == "active" and back["pinned_to"] == 1
    assert hello(host) == "hello from metis"
    now = status(host)
    assert now["pinned_to"] == 1 and now["origin"] == {"kind": "rollback", "to": 1}
    assert "third" in host.config.read_text(), "the file on disk stays"
    assert admin.get("/config/diff?from=1&to=disk")["changes"] != []
    time.sleep(0.4)
    assert hello(host) == "hello from metis", "it holds until the files change"
    # The next change on disk counts again.
    edit(host, "fourth")
    says(host, "fourth")
    assert status(host)["pinned_to"] is None

    admin.post("/config/rollback", {"to": 1, "write": True})
    assert host.config.read_text() == first
    assert hello(host) == "hello from metis"
    assert status(host)["pinned_to"] is None
    kept = sorted((host.folder / "state" / "metis" / "backups").rglob("metis.toml"))
    assert any("fourth" in it.read_text() for it in kept), "what was overwritten is kept"
    check_problem(admin.send("POST", "/config/rollback", {"to": 99}), 404)
    check_problem(admin.send("POST", "/config/rollback", {"to": "1"}), 422)
    check_problem(admin.send("POST", "/config/rollback", {}), 422)


def test_backups(serve):
    host = serve()
    edit(host, "second")
    says(host, "second")
    parent = host.folder / "state" / "metis" / "backups"
    wait_for(lambda: list(parent.rglob("backup.json")), "the backup is written", 5)
    (kept,) = parent.rglob("metis.toml")
    assert "hello from metis" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_a_backup_that_fails_is_a_warning(serve):
    host = serve()
    (host.folder / "state").write_text("no folder")
    edit(host, "second")
    says(host, "second")
    host.wait(lambda: any("no backup" in it for it in host.lines), 5, "a warning")


# MARK: Clients and operators


def test_listeners_hear_of_the_lists_that_changed(serve):
    host = serve("protocol.toml")
    modern_client, legacy = ModernClient(host.port), LegacyClient(host.port)
    asked = {"toolsListChanged": True, "promptsListChanged": True, "resourcesListChanged": True}
    stream = modern_client.open("subscriptions/listen", {"notifications": asked})
    with stream, legacy.listen() as get:
        assert stream.message()["method"] == "notifications/subscriptions/acknowledged"
        replace(host.config, host.config.read_text() + TOOL.format("added"))
        for reader in (stream, get):
            assert reader.message()["method"] == "notifications/tools/list_changed"
        os.utime(host.config)
        assert stream.silent(0.4) and get.silent(0.1)


def test_a_call_under_way_ends_on_the_old_configuration(serve):
    host = serve("protocol.toml")
    client = ModernClient(host.port)
    params = {"name": "count", "arguments": {"n": 60, "pause": 10}, "_meta": {"progressToken": 1}}
    with client.open("tools/call", params) as stream:
        assert stream.message()["params"]["progress"] == 1
        text = host.config.read_text()
        replace(host.config, text.replace("counted to", "now counted to"))
        wait_for(lambda: status(host)["number"] == 2, "the file counts", 5)
        assert stream.messages()[-1]["result"]["content"][0]["text"] == "counted to 60"
    after = client.tool("count", {"n": 1, "pause": 0})
    assert after["content"][0]["text"] == "now counted to 1"


def test_events(serve):
    host = serve()
    admin = Admin(host)
    with events(host) as stream:
        admin.swap(admin.plugin_id("static"))
        event = stream.next()
        assert event.event == "plugin" and event.json["outcome"] == "active"
        assert event.json["generation"] == 2
        edit(host, "second")
        second = stream.next()
        assert second.event == "reload" and second.json["number"] == 2
        assert int(second.id) == int(event.id) + 1
    # Who comes again gets what it missed.
    with events(host, after=event.id) as stream:
        assert stream.next().id == second.id
    with events(host, after=0) as stream:
        assert stream.next().id == event.id
    check_problem(admin.send("GET", "/events?after=x"), 422)
    check_problem(admin.send("POST", "/events"), 405)
    answer = admin.send("GET", "/events", token="wrong")
    check_problem(answer, 401)


def test_events_end_with_the_host(serve):
    host = serve()
    with events(host) as stream:
        began = time.monotonic()
        assert host.stop() == 0
        assert time.monotonic() - began < 5, "a listener does not hold the host up"
        assert stream.next() is None


def test_strategies_and_stats(serve):
    host = serve(more=QUICK + TOOL.format("lost").replace('"static"', '"nobody"'))
    answer = Admin(host).get("/strategies")
    static = next(it for it in answer["strategies"] if it["name"] == "static")
    assert static["uses"] == {"tool": 1} and static["version"] and static["plugin"]
    assert answer["missing"] == [{"name": "nobody", "uses": {"tool": 1}}]
    hello(host)
    stats = Admin(host).get("/stats")
    assert stats["requests"] >= 1 and stats["uptime_seconds"] >= 0
    assert stats["resident_bytes"] > 1 << 20


def test_the_effective_configuration(serve):
    host = serve()
    tree = Admin(host).get("/config")
    assert tree["server"]["name"] == "integration"
    assert tree["tools"][0]["mock"]["content"] == "hello from metis"
