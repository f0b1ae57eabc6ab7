"""Sections of plugins end to end: every mistake with its place, before anything is served."""

import os

import pytest

from harness.admin import Admin, check_problem
from harness.mcp import modern, text_of

FAULTS = """\
[server.transport.http]
max_body_bytes = "big"

[[tools]]
name = "a"
[tools.mock]
strategy = "static"
[tools.mock.static]
txet = "hello"

[[tools]]
name = "b"
[tools.mock]
strategy = "random"
type = "boolean"
probability = 2

[[tools]]
name = "c"
[tools.mock]
strategy = "random"
type = "string"
max_length = "${METIS_TEST_LENGTH}"
"""

GOOD = """\
[[tools]]
name = "a"
[tools.mock]
strategy = "random"
type = "string"
alphabet = "x"
min_length = "${METIS_TEST_LENGTH}"
max_length = "${METIS_TEST_LENGTH}"
"""


@pytest.fixture
def length():
    os.environ["METIS_TEST_LENGTH"] = "5"
    yield
    del os.environ["METIS_TEST_LENGTH"]


def host(fresh, tmp_path, text, **options):
    config = tmp_path / "metis.toml"
    config.write_text(text)
    return fresh(config=config, **options), config


def refused(it):
    """The problem of a reload that is refused."""
    answer = Admin(it).send("POST", "/reload")
    return check_problem(answer, answer.status if answer.status >= 400 else 400)


def called(it):
    """The text that the tool answers with."""
    return text_of(modern(it.port, "tools/call", {"name": "a"}).json["result"])


def test_all_mistakes_are_told_at_once_and_nothing_is_served(fresh, tmp_path, length):
    it, config = host(fresh, tmp_path, FAULTS)
    assert it.process.wait(20) == 2
    it.stop()
    log = "\n".join(it.lines)
    assert f"{config}:2:1: error: server.transport.http.max_body_bytes: found \"big\"" in log
    assert f"{config}:9:1: error: tools[0].mock.static.txet: unknown key\n" in log
    assert '= help: did you mean "text"?' in log
    assert f"{config}:16:1: error: tools[1].mock.probability: found 2, expected at most 1" in log
    # A number of the environment is a number.
    assert "tools[2]" not in log
    assert it.port is None and it.admin_port is None


def test_a_value_of_the_environment_is_not_quoted(fresh, tmp_path):
    os.environ["METIS_TEST_LENGTH"] = "hunter2"
    try:
        it, config = host(fresh, tmp_path, GOOD)
        assert it.process.wait(20) == 2
    finally:
        del os.environ["METIS_TEST_LENGTH"]
    it.stop()
    log = "\n".join(it.lines)
    assert f"{config}:7:1: error: tools[0].mock.min_length: found a value from the env" in log
    assert "hunter2" not in log


def test_a_number_of_the_environment_reaches_the_plugin(fresh, tmp_path, length):
    it, _ = host(fresh, tmp_path, GOOD)
    it.ready()
    assert called(it) == "xxxxx"


def test_a_reload_with_a_fault_keeps_the_old(fresh, tmp_path, length):
    it, config = host(fresh, tmp_path, GOOD)
    it.ready()
    config.write_text(GOOD.replace('alphabet = "x"', 'alphabt = "y"'))
    problem = refused(it)
    assert f"{config}:6:1" in problem["detail"] and "alphabet" in problem["detail"]
    assert called(it) == "xxxxx"
    # The section of the transport is held against its schema at a reload as well.
    config.write_text("[server.transport.http]\nmax_header = 5\n" + GOOD)
    problem = refused(it)
    assert f"{config}:2:1: error: server.transport.http.max_header: unknown" in problem["detail"]
    assert called(it) == "xxxxx"
    config.write_text(GOOD.replace('alphabet = "x"', 'alphabet = "y"'))
    Admin(it).post("/reload")
    assert called(it) == "yyyyy"


def test_a_strategy_that_is_not_installed_is_told(fresh, tmp_path):
    text = '[[tools]]\nname = "a"\nmock = { strategy = "llm", model = "m" }\n'
    it, config = host(fresh, tmp_path, text)
    it.ready()
    line = next(line for line in it.lines if "llm" in line)
    assert f"{config}:3:21: warning: tools[0].mock.strategy" in line
    assert 'the strategy "llm" is not installed' in line and "static" in line


def test_a_file_that_a_section_names_is_read_again(fresh, tmp_path):
    (tmp_path / "answer.txt").write_text("old")
    text = '[[tools]]\nname = "a"\nmock = { strategy = "static", content_file = "answer.txt" }\n'
    it, config = host(fresh, tmp_path, text)
    it.ready()
    assert called(it) == "old"
    (tmp_path / "answer.txt").write_text("newer")
    Admin(it).post("/reload")
    assert called(it) == "newer"
    (tmp_path / "answer.txt").rename(tmp_path / "answers.txt")
    problem = refused(it)
    assert f"{config}:3:31: error: tools[0].mock.content_file: found no file" in problem["detail"]
    assert 'did you mean "answers.txt"?' in problem["detail"]
    assert called(it) == "newer"
