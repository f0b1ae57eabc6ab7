"""The tool `metis` against a running host, as a person and as a script would call it."""

import json
import shutil
import subprocess

import pytest

from harness.admin import LIBRARIES, Admin
from harness.mcp import modern, text_of
from harness.process import RELEASE, ROOT


def metis(*arguments, host=None, cwd=None):
    command = [str(RELEASE / "metis"), *map(str, arguments)]
    if host is not None:
        command += ["--admin", f"127.0.0.1:{host.admin_port}"]
        command += ["--admin-token-file", str(host.token_file)]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, cwd=cwd
    )


def test_list(host):
    people = metis("plugin", "list", host=host)
    assert people.returncode == 0
    programs = json.loads(metis("plugin", "list", "--json", host=host).stdout)
    ids = {plugin["id"] for plugin in programs["plugins"]}
    assert ids == set(Admin(host).plugins())
    assert all(id in people.stdout for id in ids)


def test_show(host):
    id = Admin(host).plugin_id("static")
    shown = json.loads(metis("plugin", "show", id, "--json", host=host).stdout)
    assert shown["id"] == id
    assert shown["generations"]


def test_swap_and_rollback(fresh):
    host = fresh().ready()
    admin = Admin(host)
    id = admin.plugin_id("static")
    first = admin.generation(id)
    done = metis("plugin", "swap", id, RELEASE / LIBRARIES["static"], "--json", host=host)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["generation"] == admin.generation(id) > first
    assert metis("plugin", "rollback", id, host=host).returncode == 0
    hello = modern(host.port, "tools/call", {"name": "hello"}).json["result"]
    assert text_of(hello) == "hello from metis"


def test_disable_and_enable(fresh):
    host = fresh().ready()
    id = Admin(host).plugin_id("echo")
    assert metis("plugin", "disable", id, host=host).returncode == 0
    assert Admin(host).get(f"/plugins/{id}")["state"] == "disabled"
    assert metis("plugin", "enable", id, host=host).returncode == 0
    assert Admin(host).get(f"/plugins/{id}")["state"] == "active"


def test_refusals_say_why(host, tmp_path):
    unknown = metis("plugin", "show", "org.example.none", host=host)
    assert unknown.returncode != 0
    assert "org.example.none" in unknown.stderr
    wrong = tmp_path / "token"
    wrong.write_text("wrong")
    wrong.chmod(0o600)
    address = f"127.0.0.1:{host.admin_port}"
    refused = metis("plugin", "list", "--admin", address, "--admin-token-file", wrong)
    assert refused.returncode != 0
    assert "token" in refused.stderr


@pytest.mark.parametrize(
    "arguments", [["plugin", "lisst"], ["plugin", "list", "--jsn"], ["plugin", "show"], ["x"]]
)
def test_usage(arguments):
    done = metis(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert not done.stdout


@pytest.mark.parametrize("library", LIBRARIES.values())
def test_check_of_our_own_plugins(library):
    done = metis("plugin", "check", RELEASE / library)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_of_a_broken_plugin(tmp_path):
    bad = tmp_path / "libbad.so"
    bad.write_bytes((RELEASE / LIBRARIES["echo"]).read_bytes()[:4000])
    done = metis("plugin", "check", bad)
    assert done.returncode != 0
    assert "libbad.so" in done.stdout + done.stderr


def test_quickstart_is_valid():
    done = metis("config", "validate", ROOT / "Examples/quickstart/metis.toml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_new_plugin_builds_and_serves(fresh, tmp_path):
    """What `plugin new` writes is built by its own Makefile and answers a call."""
    folder = tmp_path / "greeting"
    done = metis(
        "plugin", "new", "greeting", "--language", "c", "--output", folder, "--sdk", ROOT
    )
    assert done.returncode == 0, done.stderr
    made = subprocess.run(["make", "-C", str(folder)], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    library = next(folder.rglob("*.so"))
    assert metis("plugin", "check", library).returncode == 0
    host = fresh(plugins=manifests(tmp_path, library)).ready()
    assert Admin(host).get("/plugins/org.example.greeting")["state"] == "active"


def manifests(tmp_path, library):
    """The project's manifests and one for `library`."""
    plugins = tmp_path / "plugins.d"
    shutil.copytree(ROOT / "plugins.d", plugins)
    (plugins / "New.toml").write_text(f'library = "{library}"\n')
    return plugins
