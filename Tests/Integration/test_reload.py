"""Reloads: how changed files are noticed, what an error leaves, what triggers one."""

import os
import shutil
import signal
import time

import pytest

from harness.admin import Admin, check_problem
from harness.conformance import ModernClient
from harness.doors import wait_for
from harness.mcp import modern, text_of
from harness.process import RELEASE, ROOT, load
from harness.reload import QUICK, edit, events, hello, replace, says, status


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
