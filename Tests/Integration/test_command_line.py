"""`metis` and `metis-host` as programs: options, environment, completions, manual pages, init."""

import json
import os
import re
import shutil
import signal
import subprocess
import tomllib

import pytest

from harness.mcp import modern, text_of
from harness.process import LISTENING, RELEASE, ROOT
from harness.tool import METIS, metis, on_terminal

TOOL = '[server]\nname = "mine"\n[[tools]]\nname = "hello"\nmock = { strategy = "static", content = "hi" }\n'


class Serving:
    """`metis` without a command, until the end of the block."""

    def __init__(self, *arguments, cwd=None, env=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("METIS_")}
        self.process = subprocess.Popen(
            [str(METIS), *map(str, arguments), "--admin", "none"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            cwd=cwd, env=environment | (env or {}),
        )  # fmt: skip
        self.lines = []

    def __enter__(self):
        for line in self.process.stderr:
            self.lines.append(line)
            if found := LISTENING.search(line + "\n"):
                self.host, self.port = found[1], int(found[2])
                return self
        raise AssertionError("".join(self.lines))

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)
        assert self.process.returncode == 0


def hello(port):
    return text_of(modern(port, "tools/call", {"name": "hello"}).json["result"])


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(TOOL)
    return path


# --- The host under the name of the tool ----------------------------------------------------


@pytest.mark.parametrize("start", [(), ("run",)])
def test_without_a_command_it_serves(config, start):
    with Serving(*start, "-c", config, "-p0", "-t", "http", "-l=warn", "-d") as serving:
        assert hello(serving.port) == "hi"


def test_metis_is_the_host_in_one_process(config):
    """The host takes the place of the tool: signals and exit codes go straight to it."""
    with Serving("-c", config, "-p", "0") as serving:
        assert os.readlink(f"/proc/{serving.process.pid}/exe").endswith("metis-host")


def test_files_from_the_environment(config, tmp_path):
    over = tmp_path / "over.toml"
    over.write_text('[server]\nport = 0\n')
    with Serving(env={"METIS_CONFIG": f"{config}:{over}"}) as serving:
        assert serving.port not in (0, 3000)
        assert hello(serving.port) == "hi"


# --- Where plugins come from -----------------------------------------------------------------


@pytest.fixture
def own_plugins(tmp_path):
    """A configuration whose plugins are its own: two manifests, a library of another name."""
    manifests = tmp_path / "mine.d"
    manifests.mkdir()
    shutil.copy(ROOT / "plugins.d" / "HTTPTransport.toml", manifests)
    text = (ROOT / "plugins.d" / "StaticStrategy.toml").read_text()
    (manifests / "StaticStrategy.toml").write_text(text.replace("libStaticStrategy", "libmine"))
    (tmp_path / "lib").mkdir()
    shutil.copy(RELEASE / "libStaticStrategy.so", tmp_path / "lib" / "libmine.so")
    path = tmp_path / "own.toml"
    path.write_text('[plugins]\ndirectory = "mine.d"\nlibrary_path = "lib"\n' + TOOL)
    return path


def test_plugins_of_the_configuration(own_plugins):
    """[plugins] counts where the command line says nothing, for a start and for a check."""
    with Serving("-c", own_plugins, "-p", "0") as serving:
        assert hello(serving.port) == "hi"
    assert metis("config", "validate", "--strict", own_plugins).returncode == 0
    with own_plugins.open("a") as file:
        file.write('[[tools]]\nname = "back"\nmock = { strategy = "echo" }\n')
    lacking = metis("config", "validate", "--strict", own_plugins)
    assert lacking.returncode == 2
    assert 'the strategy "echo" is not installed' in lacking.stderr
    everything = ["--plugins", ROOT / "plugins.d"]
    checked = metis("config", "validate", "--strict", own_plugins, *everything)
    assert checked.returncode == 0, checked.stderr
    with Serving("-c", own_plugins, "-p", "0", *everything) as serving:
        assert hello(serving.port) == "hi"


def test_libraries_of_the_command_line_count_more(own_plugins, tmp_path):
    other = ["--library-path", tmp_path / "mine.d"]
    lacking = metis("config", "validate", "--strict", own_plugins, *other)
    assert lacking.returncode == 2
    assert "libmine.so" in lacking.stderr


def test_signatures_of_the_configuration(own_plugins):
    text = own_plugins.read_text()
    own_plugins.write_text(text.replace("[plugins]", '[plugins]\nsignatures = "require"'))
    refused = metis("config", "validate", own_plugins)
    assert refused.returncode == 2
    assert "this host requires one" in refused.stderr
    assert metis("config", "validate", own_plugins, "--signatures", "off").returncode == 0
    missing = text.replace("[plugins]", '[plugins]\nsignatures = "warn"\ntrusted_keys = "no.pub"')
    own_plugins.write_text(missing)
    refused = metis("config", "validate", own_plugins)
    assert refused.returncode == 2
    assert "no.pub" in refused.stderr


# --- Files of the configuration --------------------------------------------------------------


def test_config_option_counts_more_than_the_environment(config):
    with Serving("-c", config, "-p", "0", env={"METIS_CONFIG": "nowhere.toml"}) as serving:
        assert hello(serving.port) == "hi"


def test_configuration_of_this_folder(config, tmp_path):
    config.rename(tmp_path / "metis.toml")
    with Serving("-p", "0", cwd=tmp_path) as serving:
        assert hello(serving.port) == "hi"


def test_no_host_beside_it(tmp_path):
    alone = tmp_path / "metis"
    shutil.copy(METIS, alone)
    done = subprocess.run(
        [str(alone), "-c", "x.toml"], capture_output=True, text=True, env={"PATH": "/nowhere"}
    )
    assert done.returncode == 1
    assert f"neither in {tmp_path} nor on PATH" in done.stderr
    host = tmp_path / "bin" / "metis-host"
    host.parent.mkdir()
    host.write_text('#!/bin/sh\necho "$@"\n')
    host.chmod(0o755)
    done = subprocess.run(
        [str(alone), "-c", "x y"], capture_output=True, text=True, env={"PATH": str(host.parent)}
    )
    assert (done.returncode, done.stdout) == (0, "-c x y\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--prot", "1"], "unknown option --prot; did you mean --port?"),
        (["-x"], "unknown option -x"),
        (["-p", "70000"], "--port: found 70000, expected 0 to 65535"),
        (["-p"], "-p needs a value: -p PORT"),
        (["-t", "htp"], "-t: found htp, expected http or stdio; did you mean http?"),
        (["--set", "x"], "--set: found x, expected KEY=VALUE"),
        (["--json"], "--json stands with --validate"),
        (["-p", "1", "--port", "2"], "--port is given twice"),
        (["-c", "a", "b"], 'unexpected "b"'),
    ],
)
def test_mistakes_of_the_host(words, message):
    for program in (METIS, RELEASE / "metis-host"):
        done = subprocess.run([str(program), *words], capture_output=True, text=True, timeout=20)
        assert done.returncode == 2
        assert done.stderr.startswith(f"metis-host: {message}")
        assert done.stderr.endswith("Try: metis-host --help\n")
        assert not done.stdout


def test_help_and_version():
    for words in (["-h"], ["--help"], ["help"]):
        done = metis(*words)
        assert done.returncode == 0
        for word in ("plugin swap", "config validate", "init", "--config FILE", "metis-host --help"):
            assert word in done.stdout
    host = subprocess.run([RELEASE / "metis-host", "-h"], capture_output=True, text=True).stdout
    for word in ("-c, --config FILE", "METIS_ENV", "METIS_CONFIG", "70", "--drain-limit SECONDS"):
        assert word in host
    assert re.fullmatch(r"metis \d+\.\d+\.\d+\n", metis("-V").stdout)
    version = subprocess.run([RELEASE / "metis-host", "-V"], capture_output=True, text=True).stdout
    assert version.removeprefix("metis-host") == metis("--version").stdout.removeprefix("metis")
    assert metis("help", "plugin", "swap").stdout == metis("plugin", "swap", "--help").stdout
    assert metis("help", "plugin").stdout == metis("plugin", "-h").stdout
    wrong = metis("help", "plugin", "swp")
    assert wrong.returncode == 2
    assert "did you mean swap?" in wrong.stderr


def test_unknown_commands_name_the_nearest():
    done = metis("plugn")
    assert done.returncode == 2
    assert 'unknown command "plugn"; did you mean plugin?' in done.stderr
    assert "a command is missing; expected one of: " in metis("plugin").stderr


# --- Completions -----------------------------------------------------------------------------


def bash(*words, program="metis", cwd=None):
    """What bash would offer for the last of the words."""
    script = (
        'source <("$METIS" completions bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        f'_{program.replace("-", "_")}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(
        ["bash", "-uc", script, "bash", program, *words], capture_output=True, text=True, cwd=cwd,
        env=os.environ | {"METIS": str(METIS)},
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.stdout.split()


def test_bash_completion(tmp_path):
    (tmp_path / "mine.toml").touch()
    (tmp_path / "folder").mkdir()
    commands = bash("")
    assert {"init", "config", "plugin", "completions", "man", "help", "run"} <= set(commands)
    assert bash("plugin", "s") == ["show", "swap", "sign"]
    assert "reload" in bash("config", "")
    assert bash("--transport", "") == ["http", "stdio"]
    assert bash("-c", "x", "-t", "s") == ["stdio"]
    assert bash("--transport", "=", "h") == ["http"]
    assert bash("--log-level", "=") == ["trace", "debug", "info", "warn", "error"]
    assert bash("--lo") == ["--log-level"]
    assert bash("-c", "", cwd=tmp_path) == ["folder", "mine.toml"] or set(
        bash("-c", "", cwd=tmp_path)
    ) == {"folder", "mine.toml"}
    assert bash("init", "", cwd=tmp_path) == ["folder"]
    assert bash("plugin", "new", "--language", "") == ["c", "cpp", "rust", "swift"]
    assert bash("plugin", "swap", "", cwd=tmp_path) == []
    assert bash("plugin", "swap", "--admin", "x", "id", "m", cwd=tmp_path) == ["mine.toml"]
    assert bash("completions", "") == ["bash", "zsh", "fish"]
    assert bash("--val", program="metis-host") == ["--validate"]


def test_every_option_is_offered():
    """What completes is what is parsed: each option of each command, by its own help."""
    for words in (["plugin", "swap"], ["init"], ["config", "validate"], ["run"]):
        known = re.findall(r"^  (?:-\w, |    )(--[a-z0-9-]+)", metis(*words, "--help").stdout, re.M)
        assert set(known) == set(bash(*words, "--"))


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_completion(tmp_path):
    (tmp_path / "_metis").write_text(metis("completions", "zsh").stdout)
    assert subprocess.run(["zsh", "-fn", tmp_path / "_metis"]).returncode == 0
    script = f"""
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z "PS1='>'; fpath=({tmp_path} \\$fpath); autoload -Uz compinit; compinit -u -D; print RE''ADY"
      zpty -r -m z heard '*READY*'
      for line in 'metis plugin ro' 'metis -t s' 'metis-host --drai'; do
        zpty -w -n z $'\\x15'"$line"$'\\t'
        sleep 0.7
      done
      while zpty -r -t z part; do print -r -- "$part"; done
      zpty -d z
    """
    done = subprocess.run(["zsh", "-fc", script], capture_output=True, text=True, timeout=60)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x07", "", done.stdout)
    for rest in ("llback", "tdio", "n-limit"):
        assert rest in shown, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
def test_fish_completion(tmp_path):
    file = tmp_path / "metis.fish"
    file.write_text(metis("completions", "fish").stdout)

    def fish(line):
        done = subprocess.run(
            ["fish", "--no-config", "-c", 'source $argv[1]; complete -C $argv[2]', file, line],
            capture_output=True, text=True, env=os.environ | {"HOME": str(tmp_path)}, timeout=60,
        )  # fmt: skip
        assert not done.stderr, done.stderr
        return [row.split("\t")[0] for row in done.stdout.splitlines()]

    assert fish("metis plugin s") == ["show", "sign", "swap"]
    assert sorted(fish("metis -t ")) == ["http", "stdio"]
    assert fish("metis init --fo") == ["--force", "--format"]
    assert {"init", "config", "plugin"} <= set(fish("metis "))
    assert fish("metis-host --drai") == ["--drain-limit"]
    assert sorted(fish("metis completions ")) == ["bash", "fish", "zsh"]


# --- Manual pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["metis", "metis-host"])
def test_manual_pages(page):
    text = metis("man", page).stdout
    kept = ROOT / "docs" / "man" / f"{page}.1"
    assert kept.read_text() == text, f"stale: metis man {page} > docs/man/{page}.1"
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-ww", "-Tutf8"], input=text, capture_output=True, text=True
        )
        assert done.returncode == 0
        assert not done.stderr
        assert "EXIT STATUS" in re.sub(r"\x1b\[\d*m|.\x08", "", done.stdout)


# --- init ------------------------------------------------------------------------------------


def init(folder, *options):
    done = metis("init", folder, "--yes", *options)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("format", ["toml", "yaml", "json"])
def test_init_serves(tmp_path, format):
    init(tmp_path / "new", "--format", format, "-w", "tools,resources,prompts", "-n", 'My "mock"')
    file = tmp_path / "new" / f"metis.{format}"
    checked = metis("config", "validate", "--strict", file)
    assert checked.returncode == 0, checked.stderr
    assert not checked.stderr
    with Serving("-c", file, "-p", "0") as serving:
        assert "Metis" in hello(serving.port)
        called = modern(
            serving.port, "tools/call", {"name": "echo", "arguments": {"message": "back"}}
        )
        assert "back" in json.dumps(called.json["result"])
        listed = modern(serving.port, "resources/list", {}).json["result"]["resources"]
        assert [it["uri"] for it in listed] == ["notes://welcome"]
        prompts = modern(serving.port, "prompts/list", {}).json["result"]["prompts"]
        assert [it["name"] for it in prompts] == ["review"]


def test_init_says_what_was_asked_for(tmp_path):
    init(tmp_path, "--name", "Mine", "--port", "4000", "--transport", "stdio", "--with", "none")
    text = (tmp_path / "metis.toml").read_text()
    assert "# " in text
    server = tomllib.loads(text)["server"]
    assert (server["name"], server["port"]) == ("Mine", 4000)
    assert server["transport"]["type"] == "stdio"
    assert not (tmp_path / "config").exists()


def test_init_does_not_overwrite(tmp_path):
    kept = tmp_path / "config" / "tools" / "echo.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    done = metis("init", tmp_path, "--yes")
    assert done.returncode == 1
    assert f"{kept} is there already" in done.stderr
    assert kept.read_text() == "mine"
    assert not (tmp_path / "metis.toml").exists()
    init(tmp_path, "--force")
    assert kept.read_text() != "mine"


def test_init_asks_on_a_terminal(tmp_path):
    code, shown = on_terminal(
        "init", tmp_path / "asked", "--name", "Given",
        answers=["jsn", "json", "stdio", "tools prompts"],
    )  # fmt: skip
    assert code == 0, shown
    assert "found jsn, expected toml, yaml or json" in shown
    root = json.loads((tmp_path / "asked" / "metis.json").read_text())
    assert root["server"]["name"] == "Given"
    assert root["server"]["transport"]["type"] == "stdio"
    assert "prompts" in root and "resources" not in root


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--with", "tolls"], "--with: found tolls, expected tools, resources and prompts"),
        (["--format", "xml"], "--format: found xml, expected toml, yaml or json"),
        (["--port", "x"], "--port: found x, expected 0 to 65535"),
        (["--name", "a\nb"], "--name: expected no control characters"),
    ],
)
def test_mistakes_of_init(tmp_path, words, message):
    done = metis("init", tmp_path / "new", "--yes", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "new").exists()
