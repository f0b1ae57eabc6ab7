"""Reloads: how changed files are noticed, what an error leaves, going back, and who hears of it."""

import json
import os
import shutil
import signal
import time

import pytest

from harness.admin import Admin, check_problem
from harness.conformance import LegacyClient, ModernClient
from harness.doors import wait_for
from harness.mcp import modern, text_of
from harness.process import FIXTURE, RELEASE, ROOT, TOKEN, load
from harness.stream import EventStream

QUICK = "\n[reload]\ndebounce_ms = 50\n"
TOOL = """
[[tools]]
name = "{}"
description = "Came later."
[tools.mock]
strategy = "static"
content = "new"
"""


@pytest.fixture
def serve(fresh, tmp_path, monkeypatch):
    """A host on a configuration of the test's own, whose backups stay in the test's folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def make(source="metis.toml", more=QUICK, **options):
        folder = tmp_path / "conf"
        folder.mkdir(exist_ok=True)
        config = folder / "metis.toml"
        config.write_text((FIXTURE / source).read_text() + more)
        host = fresh(config=config, **options).ready()
        # From here on the files are watched, and what came before that was looked at once more.
        if "enabled = false" not in more:
            wait_for(lambda: status(host)["watching"]["folders"] > 0, "the files are watched", 5)
        return host

    return make


def status(host):
    return Admin(host).get("/config/status")


def hello(host):
    return text_of(modern(host.port, "tools/call", {"name": "hello"}).json["result"])


def says(host, text, seconds=5):
    wait_for(lambda: hello(host) == text, f"hello says {text!r}", seconds)


def replace(path, text):
    """As editors do: another file takes the place."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(text)
    os.replace(beside, path)


def edit(host, text, how=replace):
    """Lets the tool hello say something else."""
    lines = host.config.read_text().splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if line.startswith("content = "))
    lines[place] = f'content = "{text}"\n'
    how(host.config, "".join(lines))


def events(host, after=None):
    fields = {"Authorization": f"Bearer {TOKEN}"}
    if after is not None:
        fields["Last-Event-ID"] = str(after)
    stream = EventStream(host.admin_port, "GET", "/admin/events", fields)
    assert stream.head.status == 200 and stream.is_stream
    # Not the protocol: nothing for its schema.
    stream.traffic = None
    return stream


# MARK: Files


@pytest.mark.parametrize("how", ["rename", "in place", "vim", "link"])
def test_an_edit_is_noticed(serve, how):
    host = serve()

    def vim(path, text):
        os.rename(path, str(path) + "~")
        path.write_text(text)
        os.unlink(str(path) + "~")

    def link(path, text):
        number = len(list(path.parent.iterdir()))
        target = path.with_name(f"..{number}")
        target.write_text(text)
        os.symlink(target.name, path.with_name("..link"))
        os.replace(path.with_name("..link"), path)

    ways = {
        "rename": replace, "in place": lambda path, text: path.write_text(text),
        "vim": vim, "link": link,
    }  # fmt: skip
    for text in ["second", "third"]:
        edit(host, text, ways[how])
        says(host, text)
    now = status(host)
    assert now["origin"]["kind"] == "files" and now["number"] == 3
    assert now["origin"]["files"] == [str(host.config)]
    assert now["watching"]["mode"] == "inotify" and now["watching"]["files"] >= 1


def test_a_touch_changes_nothing(serve):
    host = serve()
    edit(host, "second")
    # The new configuration serves a moment before it stands in the status.
    wait_for(lambda: status(host)["number"] == 2, "the file counts", 5)
    with events(host) as stream:
        os.utime(host.config)
        event = stream.next()
        assert event.event == "reload" and event.json["outcome"] == "unchanged"
    assert status(host)["number"] == 2
    stats = Admin(host).get("/stats")
    assert stats["reloads"]["active"] == 1 and stats["reloads"]["failed"] == 0
    assert stats["configuration"] == 2, "nothing was published"


def test_many_quick_edits_are_few_reloads(serve):
    host = serve(more="\n[reload]\ndebounce_ms = 200\n")
    for number in range(20):
        edit(host, f"edit {number}")
        time.sleep(0.01)
    says(host, "edit 19")
    assert 1 <= Admin(host).get("/stats")["reloads"]["active"] <= 4


def test_a_folder_of_definitions(serve, tmp_path):
    folder = tmp_path / "conf" / "tools"
    host = serve()
    folder.mkdir()
    text = host.config.read_text()
    replace(host.config, 'tools_dir = "tools"\n' + text)
    tool = 'name = "later"\ndescription = "x"\n[mock]\nstrategy = "static"\ncontent = "{}"\n'
    client = ModernClient(host.port)

    def later():
        answer = modern(host.port, "tools/call", {"name": "later"}).json
        return "result" in answer and text_of(answer["result"])

    (folder / "later.toml").write_text(tool.format("one"))
    wait_for(lambda: later() == "one", "the file counts", 5)
    replace(folder / "later.toml", tool.format("two"))
    wait_for(lambda: later() == "two", "the change counts", 5)
    # What editors leave there counts for nothing.
    before = status(host)["number"]
    (folder / ".later.toml.swp").write_text("junk")
    (folder / "later.toml~").write_text("junk")
    (folder / "later.toml").unlink()
    wait_for(lambda: not later(), "the tool is gone", 5)
    assert status(host)["number"] == before + 1
    assert client.tool("hello")


def test_a_watched_folder_makes_instances_anew(serve, tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "parts").mkdir()
    part = tmp_path / "conf" / "parts" / "a.txt"
    part.write_text("one")
    host = serve(more='\n[reload]\ndebounce_ms = 50\nwatch_directories = ["parts"]\n')
    part.write_text("two")
    wait_for(lambda: status(host)["number"] == 2, "the change counts", 5)
    digests = {entry["digest"] for entry in Admin(host).get("/config/history")["entries"]}
    assert len(digests) == 1, "the configuration's own files are the same"
    os.utime(part)
    wait_for(lambda: Admin(host).get("/stats")["reloads"]["unchanged"] == 1, "a touch is none", 5)
    assert status(host)["number"] == 2


# MARK: Errors


def test_an_error_keeps_the_old_and_is_shown_everywhere(serve):
    host = serve()
    good = host.config.read_text()
    line = good.count("\n") + 2
    with events(host) as stream:
        replace(host.config, good + "\n[[tools]]\nname = 5\n")
        failed = stream.next()
        assert failed.event == "reload" and failed.json["outcome"] == "failed"
        assert hello(host) == "hello from metis"
        now = status(host)
        assert now["number"] == 1 and now["last_attempt"]["outcome"] == "failed"
        places = [
            (error["file"], error["line"], error["column"], error["key"])
            for error in now["last_attempt"]["errors"]
        ]  # fmt: skip
        assert any(
            file == str(host.config) and at == line + 1 and column > 0 and key.endswith("name")
            for file, at, column, key in places
        ), places
        assert failed.json["errors"] == now["last_attempt"]["errors"]
        host.wait(
            lambda: any(f"{host.config}:{line + 1}:" in it for it in host.lines), 5, "the log"
        )
        # A broken file may be repaired; what was wrong stays in the history.
        replace(host.config, good)
        assert stream.next().json["outcome"] == "unchanged"
        edit(host, "repaired")
        assert stream.next().json["outcome"] == "active"
    says(host, "repaired")
    now = status(host)
    assert now["last_attempt"]["outcome"] == "active" and now["number"] == 3
    entries = Admin(host).get("/config/history")["entries"]
    assert [(it["number"], it["outcome"]) for it in entries] == [
        (1, "active"), (2, "failed"), (3, "active"),
    ]  # fmt: skip


def test_a_section_that_its_plugin_refuses(serve):
    host = serve()
    text = host.config.read_text()
    refused = text.replace('strategy = "random"', 'strategy = "random"\nkind = "no such kind"')
    replace(host.config, refused)
    wait_for(lambda: (status(host)["last_attempt"] or {}).get("outcome") == "failed", "it fails", 5)
    errors = status(host)["last_attempt"]["errors"]
    assert errors and errors[0]["file"] == str(host.config) and errors[0]["line"] > 0
    answer = Admin(host).send("POST", "/config/reload")
    problem = check_problem(answer, 422)
    assert problem["errors"] == errors and str(host.config) in problem["detail"]


def test_validate_publishes_nothing(serve):
    host = serve(more="\n[reload]\nenabled = false\n")
    admin = Admin(host)
    good = admin.post("/config/validate")
    assert good["valid"] and not good["changed"] and good["counts"]["tools"] >= 3
    edit(host, "not yet")
    assert admin.post("/config/validate")["changed"]
    replace(host.config, host.config.read_text() + "\n[[tools]]\nname = 5\n")
    bad = admin.post("/config/validate")
    assert not bad["valid"] and bad["errors"][0]["file"] == str(host.config)
    assert hello(host) == "hello from metis"
    assert admin.get("/config/status")["number"] == 1


# MARK: Other triggers


def test_signal_and_admin(serve):
    host = serve()
    admin = Admin(host)
    for number, path in [(2, "/config/reload"), (3, "/reload"), (4, None)]:
        edit(host, f"text {number}")
        if path:
            answer = admin.post(path)
            # The watcher may have been first.
            assert answer["outcome"] in ("active", "unchanged")
        else:
            host.signal(signal.SIGHUP)
        says(host, f"text {number}")
        assert status(host)["number"] == number
    again = admin.post("/config/reload")
    assert again["outcome"] == "unchanged" and again["number"] == 4


def test_what_needs_a_restart(serve):
    host = serve()
    text = host.config.read_text()
    replace(host.config, text + "\n[server.performance]\nworker_threads = 7\n")
    wait_for(lambda: status(host)["number"] == 2, "the file counts", 5)
    (line,) = status(host)["needs_restart"]
    assert line.startswith("server.performance.worker_threads: ") and line.endswith(" → 7")
    host.wait(lambda: any("worker_threads" in it for it in host.lines), 5, "the log says so")
    replace(host.config, text)
    wait_for(lambda: status(host)["number"] == 3, "the file counts", 5)
    assert status(host)["needs_restart"] == []


def test_the_log_follows(serve):
    host = serve()
    text = host.config.read_text()
    replace(host.config, text + '\n[logging]\nlevel = "debug"\nformat = "json"\n')
    wait_for(lambda: status(host)["number"] == 2, "the file counts", 5)
    host.wait(lambda: any(it.startswith("{") for it in host.lines), 5, "lines are JSON")
    Admin(host).post("/reload")
    host.wait(lambda: any('"level":"debug"' in it for it in host.lines), 5, "debug is on")


# MARK: Going back


def test_history_difference_and_rollback(serve, tmp_path):
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
    kept = sorted((tmp_path / "state" / "metis" / "backups").rglob("metis.toml"))
    assert any("fourth" in it.read_text() for it in kept), "what was overwritten is kept"
    check_problem(admin.send("POST", "/config/rollback", {"to": 99}), 404)
    check_problem(admin.send("POST", "/config/rollback", {"to": "1"}), 422)
    check_problem(admin.send("POST", "/config/rollback", {}), 422)


def test_backups(serve, tmp_path):
    host = serve()
    edit(host, "second")
    says(host, "second")
    parent = tmp_path / "state" / "metis" / "backups"
    wait_for(lambda: list(parent.rglob("backup.json")), "the backup is written", 5)
    (kept,) = parent.rglob("metis.toml")
    assert "hello from metis" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_a_backup_that_fails_is_a_warning(serve, tmp_path):
    host = serve()
    (tmp_path / "state").write_text("no folder")
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


# MARK: Load and development


def test_reloads_under_load(serve):
    import threading

    host = serve()
    done = {}

    def run():
        arguments = (
            "--url", host.url, "--tool", "echo", "--arguments", '{"n":1}', "--expect", '{"n":1}',
            "--connections", 4, "--duration", 5,
        )  # fmt: skip
        done["code"], done["report"] = load(*arguments)

    thread = threading.Thread(target=run)
    thread.start()
    for number in range(30):
        edit(host, f"edit {number}")
        Admin(host).post("/config/reload")
        time.sleep(0.1)
    thread.join()
    assert status(host)["number"] == 31
    assert done["code"] == 0 and done["report"]["failed"] == 0, done["report"]
    assert done["report"]["requests"] > 100


def test_a_changed_library_is_swapped_in_development(serve, tmp_path):
    manifests = tmp_path / "plugins.d"
    shutil.copytree(ROOT / "plugins.d", manifests)
    library = tmp_path / "libStaticStrategy.so"
    shutil.copy(RELEASE / library.name, library)
    manifest = next(it for it in manifests.iterdir() if library.name in it.read_text())
    manifest.write_text(manifest.read_text().replace(library.name, str(library)))
    more = "\n[development]\nenabled = true\n" + QUICK
    host = serve(more=more, plugins=manifests)
    admin = Admin(host)
    id = admin.plugin_id("static")
    assert admin.generation(id) == 1
    # A library that is none leaves the old one.
    good = library.read_bytes()
    with events(host) as stream:
        replaced = tmp_path / "next.so"
        replaced.write_bytes(b"\x7fELF" + b"\0" * 100)
        os.replace(replaced, library)
        event = stream.next()
        assert event.event == "plugin" and event.json["outcome"] == "failed"
        assert hello(host) == "hello from metis" and admin.generation(id) == 1
        # One more byte after the last section is another file and the same code.
        library.write_bytes(good + b"\0")
        event = stream.next()
        assert event.event == "plugin" and event.json["outcome"] == "active"
    assert admin.generation(id) == 2
    assert hello(host) == "hello from metis"
