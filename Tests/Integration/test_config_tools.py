"""`metis config …` and `--validate`: on files, and on a running host."""

import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from harness.admin import Admin
from harness.mcp import modern, text_of
from harness.process import FIXTURE, RELEASE, ROOT
from harness.tool import metis

GOOD = """
# What every test begins with.

[server]
name = "mine"
port = 3001

[[tools]]
name = "hello"

[tools.mock]
strategy = "static"

[tools.mock.static]
content = "hi"
"""


FAULTY_SECTION = """\
[[tools]]
name = "greet"
[tools.mock]
strategy = "static"
[tools.mock.static]
txet = "hello"
"""


def validate_by_host(*arguments, cwd=None):
    return subprocess.run(
        [str(RELEASE / "metis-host"), "--validate", *map(str, arguments)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, cwd=cwd,
    )  # fmt: skip


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(GOOD.replace("port", "prot").replace('"hi"', "5"))
    return path


# --- validate --------------------------------------------------------------------------------


def test_valid(good):
    for done in (metis("config", "validate", good), validate_by_host("-c", good)):
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "valid: 1 tool, transport http\n"


def test_all_errors_with_excerpts(bad):
    for done in (metis("config", "validate", bad), validate_by_host("-c", bad)):
        assert done.returncode == 2
        assert not done.stdout
        assert f"{bad}:6:1: error: server.prot: unknown key" in done.stderr
        assert "6 | prot = 3001\n" in done.stderr
        assert "^~~~" in done.stderr
        assert 'did you mean "port"?' in done.stderr
        assert "1 error" in done.stderr
        assert "\x1b" not in done.stderr


def test_a_start_shows_them_as_well(bad):
    """What keeps a host from starting is what a check shows, whoever finds it."""
    for text in (bad.read_text(), FAULTY_SECTION):
        bad.write_text(text)
        checked = validate_by_host("-c", bad)
        started = subprocess.run(
            [str(RELEASE / "metis-host"), "-c", str(bad), "--admin", "none"],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        assert started.returncode == checked.returncode == 2
        assert not started.stdout
        assert started.stderr == checked.stderr
        assert "^~~" in started.stderr and "1 error" in started.stderr


def test_findings_for_programs(bad):
    by_tool = metis("config", "validate", bad, "--json")
    by_host = validate_by_host("-c", bad, "--json")
    assert by_tool.returncode == by_host.returncode == 2
    assert by_tool.stdout == by_host.stdout
    assert not by_tool.stderr and not by_host.stderr
    found = json.loads(by_tool.stdout)
    assert found["valid"] is False
    assert found["errors"] >= 1
    first = found["diagnostics"][0]
    assert (first["key"], first["line"], first["column"]) == ("server.prot", 6, 1)
    assert first["severity"] == "error"


def test_sections_belong_to_plugins(good):
    good.write_text(GOOD.replace('"hi"', "{ nonsense = 1 }").replace("content", "contnt"))
    checked = metis("config", "validate", good)
    assert checked.returncode == 2
    assert "contnt" in checked.stderr
    assert metis("config", "validate", "--no-plugins", good).returncode == 0


def test_strict_refuses_warnings(good):
    good.write_text(GOOD + '\n[metrics]\nenabled = true\n')
    loose = metis("config", "validate", good)
    assert loose.returncode == 0
    assert "warning: " in loose.stderr
    strict = metis("config", "validate", "--strict", good)
    assert strict.returncode == 2
    assert not strict.stdout


def test_a_transport_that_no_plugin_brings(good, tmp_path):
    (tmp_path / "none").mkdir()
    done = metis("config", "validate", good, "--plugins", tmp_path / "none")
    assert done.returncode == 2
    assert 'no active plugin provides the transport "http"' in done.stderr


def test_settings_count_over_files(good):
    done = metis("config", "validate", "-c", good, "--set", "server.port=nonsense")
    assert done.returncode == 2
    assert "--set server.port=nonsense" in done.stderr
    assert metis("config", "validate", "-c", good, "--set", "server.port=1").returncode == 0


def test_configuration_of_this_folder(good, tmp_path):
    nothing = metis("config", "validate", cwd=tmp_path)
    assert nothing.returncode == 2
    assert "there is no configuration in this folder" in nothing.stderr
    good.rename(tmp_path / "metis.toml")
    assert metis("config", "validate", cwd=tmp_path).returncode == 0
    (tmp_path / "metis.json").write_text("{}")
    both = metis("config", "validate", cwd=tmp_path)
    assert both.returncode == 2
    assert "metis.toml, metis.json" in both.stderr
    assert validate_by_host(cwd=tmp_path).returncode == 2


def test_environment_names_files_and_overlays(good, tmp_path):
    (tmp_path / "mine.staging.toml").write_text("[server]\nport = 3002\n")
    env = {"METIS_CONFIG": str(good), "METIS_ENV": "staging"}
    shown = metis("config", "show", env=env)
    assert tomllib.loads(shown.stdout)["server"]["port"] == 3002
    assert tomllib.loads(metis("config", "show", good).stdout)["server"]["port"] == 3001


def test_a_broken_file_is_shown(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{\n  "server": {,}\n}\n')
    done = metis("config", "show", path)
    assert done.returncode == 2
    assert f"{path}:2:" in done.stderr
    assert not done.stdout


# --- show, explain ---------------------------------------------------------------------------


def test_show_in_every_format(good):
    toml = metis("config", "show", good)
    assert toml.returncode == 0, toml.stderr
    assert tomllib.loads(toml.stdout)["server"]["port"] == 3001
    shown = json.loads(metis("config", "show", good, "--format", "json").stdout)
    assert shown["tools"][0]["name"] == "hello"
    assert "port: 3001" in metis("config", "show", good, "-f", "yaml").stdout


def test_show_a_section_with_settings(good):
    done = metis("config", "show", good, "--set", "server.port=7", "--section", "server.port")
    assert tomllib.loads(done.stdout) == {"server": {"port": 7}}
    wrong = metis("config", "show", good, "-s", "server.prot")
    assert wrong.returncode == 2
    assert "did you mean server.port?" in wrong.stderr


def test_secrets_are_masked(good):
    good.write_text(GOOD + '\n[server.input]\nkey = "${SEAL}"\n')
    secret = "a secret of the environment"
    for words in (["show"], ["show", "-f", "json"], ["explain", "server.input.key", "-c"]):
        done = metis("config", *words, good, env={"SEAL": secret})
        assert done.returncode == 0, done.stderr
        assert secret not in done.stdout
        assert "***" in done.stdout


def test_secrets_of_the_command_line(good, fresh):
    """--set may hold a secret: nothing that the host tells says it, and no message does."""
    setting = "server.input.key=hunter2-hunter2-hunter2"
    explained = metis("config", "explain", "server.input.key", good, "--set", setting)
    assert explained.returncode == 0, explained.stderr
    assert "--set server.input.key=***" in explained.stdout
    assert '= "***"' in explained.stdout
    refused = metis("config", "validate", good, "--set", "server.input.key=hunter2")
    assert refused.returncode == 2
    assert "--set server.input.key=***: error: server.input.key: " in refused.stderr
    host = fresh(config=good, arguments=["--set", setting, "--log-level", "trace"]).ready()
    told = [json.dumps(Admin(host).get(path)) for path in ("/config", "/config/status")]
    told += [ask(host, "show").stdout, ask(host, "reload", "--json").stdout]
    for text in [explained.stdout, refused.stderr, *told, *host.lines]:
        assert "hunter2" not in text


def test_explain_names_other_spellings(good):
    with good.open("a") as file:
        file.write("[server.performance]\nthreads = 3\n")
    done = metis("config", "explain", "server.performance.loops", good)
    assert done.returncode == 0, done.stderr
    assert "server.performance.loops = (not set)" in done.stdout
    assert f"see also: server.performance.threads = 3 ({good}:" in done.stdout


def test_explain_names_every_layer(good, tmp_path):
    (tmp_path / "mine.ci.toml").write_text("[server]\nport = 3002\n")
    words = ["explain", "server.port", good, "--set", "server.port=3003", "-p", "3004"]
    done = metis("config", *words, env={"METIS_ENV": "ci"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("server.port = 3004\n")
    found = json.loads(metis("config", *words, "--json", env={"METIS_ENV": "ci"}).stdout)
    layers = [(layer["origin"], str(layer["value"])) for layer in found["layers"]]
    assert layers == [
        ("setting", "3004"), ("setting", "3003"), ("overlay", "3002"), ("file", "3001"),
        ("declaration", "3000"),
    ]  # fmt: skip
    assert [layer["in_force"] for layer in found["layers"]] == [True, False, False, False, False]
    named = metis("config", "explain", "tools.hello.mock.strategy", good)
    assert '"static"' in named.stdout
    wrong = metis("config", "explain", "server.prot", good)
    assert wrong.returncode == 2
    assert 'did you mean "port"?' in wrong.stderr


# --- schema, docs ----------------------------------------------------------------------------


def test_schema_and_docs(tmp_path):
    schema = json.loads(metis("config", "schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "port" in json.dumps(schema)
    definition = json.loads(metis("config", "schema", "--definition").stdout)
    assert definition != schema
    assert metis("config", "schema", "-o", tmp_path / "s.json").stdout == ""
    assert json.loads((tmp_path / "s.json").read_text()) == schema
    assert "`[server.tls]`" in metis("config", "docs").stdout


# --- convert, migrate ------------------------------------------------------------------------


def test_convert_there_and_back(good, tmp_path):
    previous = good
    for format in ("yaml", "json", "toml"):
        next = tmp_path / f"next.{format}"
        done = metis("config", "convert", previous, "--to", format, "-o", next)
        assert done.returncode == 0, done.stderr
        previous = next
    assert tomllib.loads(previous.read_text()) == tomllib.loads(GOOD)
    assert metis("config", "diff", good, tmp_path / "next.yaml", "--exit-code").returncode == 0
    by_name = metis("config", "convert", good, "-o", tmp_path / "named.yml")
    assert by_name.returncode == 0
    assert "server:" in (tmp_path / "named.yml").read_text()


def test_convert_says_what_cannot_be_said(tmp_path):
    path = tmp_path / "null.json"
    path.write_text('{"server": {"name": null}}')
    done = metis("config", "convert", path, "--to", "toml")
    assert done.returncode == 2
    assert "server.name" in done.stderr
    assert not done.stdout
    assert metis("config", "convert", path).returncode == 2
    assert metis("config", "convert", path, "-o", tmp_path / "x.xml").returncode == 2


def test_migrate(tmp_path):
    old = '# kept in the backup\n[server]\nlog_level = "warn"\n'
    path = tmp_path / "old.toml"
    path.write_text(old)
    told = metis("config", "migrate", path)
    assert told.returncode == 0
    assert f"{path}:3:1: " in told.stdout
    assert path.read_text() == old
    assert not (tmp_path / "old.toml.bak").exists()
    path.chmod(0o640)
    written = metis("config", "migrate", path, "--write")
    assert written.returncode == 0, written.stderr
    assert (tmp_path / "old.toml.bak").read_text() == old
    new = tomllib.loads(path.read_text())
    assert new["logging"] == {"level": "warn"}
    assert path.stat().st_mode & 0o777 == 0o640
    again = json.loads(metis("config", "migrate", path, "-w", "--json").stdout)
    assert again == [{"file": str(path), "steps": [], "written": False}]


# --- diff of files ---------------------------------------------------------------------------


def test_difference_of_files(good, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(GOOD.replace("3001", "3002") + '\n[logging]\nlevel = "warn"\n')
    done = metis("config", "diff", good, other)
    assert done.returncode == 0
    assert "~ server.port = 3001 -> 3002" in done.stdout
    assert "+ logging" in done.stdout
    assert metis("config", "diff", good, other, "--exit-code").returncode == 1
    changes = json.loads(metis("config", "diff", good, other, "--json").stdout)["changes"]
    assert {"path": "server.port", "kind": "changed", "old": 3001, "new": 3002}.items() <= changes[
        0
    ].items()
    assert metis("config", "diff", good).returncode == 2
    assert metis("config", "diff", good, "1").returncode == 2


# --- A running host --------------------------------------------------------------------------


def ask(host, *arguments):
    return metis(
        "config", *arguments, "--admin", f"127.0.0.1:{host.admin_port}", "--admin-token-file",
        host.token_file,
    )  # fmt: skip


def said(host):
    return text_of(modern(host.port, "tools/call", {"name": "hello"}).json["result"])


def test_history_diff_and_rollback(fresh, tmp_path):
    config = tmp_path / "live.toml"
    config.write_text(GOOD + "\n[reload]\nenabled = false\n")
    host = fresh(config=config).ready()
    assert said(host) == "hi"
    nothing = ask(host, "rollback")
    assert nothing.returncode == 1
    assert "keeps no configuration from before" in nothing.stderr

    config.write_text(config.read_text().replace('"hi"', '"hello"'))
    disk = ask(host, "diff", "1", "disk")
    assert '"hi" -> "hello"' in disk.stdout
    reloaded = ask(host, "reload")
    assert reloaded.returncode == 0, reloaded.stderr
    assert "reloaded: configuration 2" in reloaded.stdout
    again = ask(host, "reload")
    assert again.returncode == 0
    assert again.stdout.startswith("nothing has changed, ") and "reloaded" not in again.stdout
    assert said(host) == "hello"

    config.write_text(config.read_text().replace("[server]", "[srver]"))
    refused = ask(host, "reload")
    assert refused.returncode == 1
    assert "srver" in refused.stderr
    assert said(host) == "hello"

    rows = ask(host, "history").stdout.splitlines()
    assert rows[0].split()[:2] == ["NUMBER", "STATE"]
    states = [row.split()[:2] for row in rows[1:]]
    assert ["1", "kept"] in states and ["2", "active"] in states
    assert any(state == "failed" for _, state in states)
    kept = json.loads(ask(host, "history", "--json").stdout)
    assert kept["in_force"] == 2

    assert ask(host, "diff").stdout == ask(host, "diff", "1", "2").stdout
    assert '"hi" -> "hello"' in ask(host, "diff", "1").stdout
    assert ask(host, "diff", "1", "2", "--exit-code").returncode == 1

    back = ask(host, "rollback")
    assert back.returncode == 0, back.stderr
    assert said(host) == "hi"
    assert "srver" in config.read_text()
    written = ask(host, "rollback", "2", "--write")
    assert f"written: {config}" in written.stdout
    assert said(host) == "hello"
    assert "[server]" in config.read_text()
    assert ask(host, "rollback", "99").returncode == 1
    assert ask(host, "rollback", "x").returncode == 2


def test_no_host(tmp_path):
    token = tmp_path / "token"
    token.write_text("a-token-of-a-test")
    token.chmod(0o600)
    for words in (["history"], ["diff"], ["rollback"], ["reload"]):
        done = metis("config", *words, "--admin", "127.0.0.1:9", "--admin-token-file", token)
        assert done.returncode == 3
        assert not done.stdout


def test_the_fixture_and_the_quickstart_are_valid():
    for path in (ROOT / "Examples/quickstart/metis.toml", FIXTURE / "metis.toml"):
        done = metis("config", "validate", path)
        assert done.returncode == 0, done.stderr


def test_colours_only_on_a_terminal(bad):
    """A pipe never gets escape sequences; a terminal does, unless NO_COLOR is set."""
    import pty

    for variable, colored in (({}, True), ({"NO_COLOR": "1"}, False)):
        parent, child = pty.openpty()
        process = subprocess.Popen(
            [str(RELEASE / "metis"), "config", "validate", str(bad)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=child,
            env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | variable,
        )  # fmt: skip
        os.close(child)
        shown = b""
        try:
            while part := os.read(parent, 4096):
                shown += part
        except OSError:
            pass
        assert process.wait(20) == 2
        os.close(parent)
        assert (b"\x1b[" in shown) == colored
        assert Path(str(bad)).name.encode() in shown
