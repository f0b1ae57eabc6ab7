"""Rules, ordered answers, a closed world and the journal, as docs/guide/stubbing.md and admin.md tell."""

import pytest

from harness.admin import Admin, check_problem
from harness.conformance import LegacyClient, ModernClient
from harness.mcp import MODERN, PREFIX, Session, text_of
from harness.process import FIXTURE, Host

STUBS = FIXTURE / "stubs.toml"


@pytest.fixture(scope="module")
def stubs(tmp_path_factory):
    it = Host(tmp_path_factory.mktemp("stubs"), config=STUBS).ready()
    yield it
    assert it.stop() == 0, "\n".join(it.lines[-40:])


@pytest.fixture(params=["modern", "2025-11-25"])
def client(request, stubs):
    """A client of each era."""
    if request.param == "modern":
        return ModernClient(stubs.port)
    return LegacyClient(stubs.port, request.param)


@pytest.fixture
def own(fresh):
    """A host of the test's own: what is counted begins at nothing."""
    return fresh(config=STUBS).ready()


def answer(client, name, arguments=None):
    """The answer to a call, whether a result or an error."""
    params = {"name": name, "arguments": arguments or {}}
    if isinstance(client, ModernClient):
        return client.exchange("tools/call", params)[1][-1]
    return client.exchange("tools/call", params)[-1]


def say(client, name, arguments=None):
    return text_of(answer(client, name, arguments)["result"])


# MARK: Rules


def test_all_members_of_a_rule_have_to_hold(client):
    assert say(client, "user", {"id": 5, "name": "Ann"}) == "Hello, Ann"
    assert say(client, "user", {"id": 5.0, "name": "Ann"}) == "Hello, Ann"
    for arguments in ({"id": 5}, {"id": 6, "name": "Ann"}, {"id": "5", "name": "Ann"}, {}):
        result = answer(client, "user", arguments)["result"]
        assert result["isError"] and text_of(result) == "no such user", arguments


def test_pointers_and_steps(client):
    bern = {"address": {"city": "Bern"}, "tags": ["new", "vip"]}
    assert say(client, "user", bern) == "Grüezi"
    assert say(client, "user", {**bern, "tags": ["new"]}) == "no such user"


def test_priority(client):
    """The lowest number goes first, wherever it stands in the file."""
    result = answer(client, "user", {"id": 5, "name": "Ann", "urgent": True})["result"]
    assert result["structuredContent"] == {"served": "at once"}


def test_errors(client):
    error = answer(client, "user", {"error": "you asked for it"})["error"]
    assert error == {
        "code": 4711, "message": "made to fail", "data": {"why": "you asked for it"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"includes": {"a": 1, "b": {"c": [2], "d": 3}, "e": 4}}, "includes"),
        ({"matches": "/tmp/abc"}, "matches"),
        ({"contains": "a needle in hay"}, "contains"),
        ({"contains": ["hay", "needle"]}, "contains"),
        ({"ends_with": "a.txt"}, "ends_with"),
        ({"range": 10}, "range"), ({"range": 19.5}, "range"),
        ({"one_of": 7}, "one_of"), ({"one_of": "red"}, "one_of"),
        ({"schema": [1, 2]}, "schema"),
        ({"marker": "not", "not": 2}, "not"), ({"marker": "not"}, "not"),
        ({"marker": "absent"}, "absent"),
        ({"any_of": 1}, "any_of"), ({"any_of": "xyz"}, "any_of"),
    ],
)  # fmt: skip
def test_operators(client, arguments, expected):
    assert say(client, "operators", arguments) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"includes": {"a": 1}}, {"matches": "/tmp/9"}, {"contains": "hay"}, {"ends_with": "txt."},
        {"range": 20}, {"range": "15"}, {"one_of": "blue"}, {"schema": [1, 2, 3]},
        {"marker": "not", "not": 1}, {"marker": "absent", "absent": None}, {"any_of": 2},
    ],
)  # fmt: skip
def test_operators_that_do_not_hold(client, arguments):
    assert answer(client, "operators", arguments)["error"]["code"] == -32602


def test_callers(stubs):
    assert say(ModernClient(stubs.port), "caller") == "somebody"
    assert say(LegacyClient(stubs.port, "2025-03-26"), "caller") == "an old client"
    inspector = {PREFIX + "clientInfo": {"name": "inspector", "version": "1"}}
    params = {"name": "caller", "_meta": inspector}
    assert text_of(ModernClient(stubs.port).call("tools/call", params)) == "an inspector"


# MARK: One answer after the other


def test_answers_in_order(own):
    client = ModernClient(own.port)
    said = [answer(client, "queue")["result"] for _ in range(5)]
    assert [text_of(result) for result in said] == [
        "queued", "running", "the job was lost", "the job was lost", "the job was lost",
    ]  # fmt: skip
    assert [result.get("isError", False) for result in said] == [False, False, True, True, True]
    assert [say(client, "ring") for _ in range(5)] == ["tick", "tock", "tick", "tock", "tick"]


def test_rules_that_match_a_few_times(own):
    client = ModernClient(own.port)
    assert [say(client, "flaky") for _ in range(4)] == [
        "try again", "try again", "there it is", "there it is",
    ]  # fmt: skip


def test_calls_are_counted_by_session(own):
    one, two = LegacyClient(own.port), LegacyClient(own.port)
    assert [say(one, "session"), say(two, "session"), say(one, "session")] == [
        "first", "first", "again",
    ]  # fmt: skip


def test_calls_are_counted_by_client(own):
    client = ModernClient(own.port)

    def call(name):
        params = {
            "name": "mine", "_meta": {PREFIX + "clientInfo": {"name": name, "version": "1"}},
        }  # fmt: skip
        return text_of(client.call("tools/call", params))

    assert [call("a"), call("a"), call("b"), call("a")] == ["first", "second", "first", "last"]


def test_counts_survive_a_reload_and_a_swap(own):
    client, admin = ModernClient(own.port), Admin(own)
    assert say(client, "queue") == "queued"
    admin.post("/reload")
    assert say(client, "queue") == "running"
    admin.swap(admin.plugin_id("interaction"))
    assert say(client, "queue") == "the job was lost"


def test_calls_at_once_get_each_answer_once(own):
    """Twenty calls of forty threads: one is the first, one the second."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(lambda _: say(ModernClient(own.port), "queue"), range(20)))
    assert said.count("queued") == 1 and said.count("running") == 1


# MARK: A closed world


def test_the_nearest_rule_is_named(client):
    error = answer(client, "closed", {"name": "Bob", "age": 30})["error"]
    assert error["code"] == -32602
    assert "the only one" in error["message"] and "Bob" in error["message"]
    unmatched = error["data"]["unmatched"]
    assert "the only one" in unmatched["nearest"]
    (difference,) = unmatched["differences"]
    assert difference["at"] == "name" and "Bob" in difference["found"]
    error = answer(client, "closed")["error"]
    assert [it["at"] for it in error["data"]["unmatched"]["differences"]] == ["name", "age"]
    assert say(client, "closed", {"name": "Ann", "age": 18}) == "welcome"


# MARK: Resources and prompts


def test_resources(client):
    ask = client.call if isinstance(client, ModernClient) else client.result
    (found,) = ask("resources/read", {"uri": "users://17"})["contents"]
    assert found["text"] == "User 17"
    if isinstance(client, ModernClient):
        _, error = client.refused("resources/read", {"uri": "users://x"})
    else:
        error = client.exchange("resources/read", {"uri": "users://x"})[-1]["error"]
    assert error["message"] == "no such user"


def test_prompts(client):
    ask = client.call if isinstance(client, ModernClient) else client.result
    for mood, text in [("good", "Write something merry."), ("bad", "Write something.")]:
        (message,) = ask("prompts/get", {"name": "mood", "arguments": {"mood": mood}})["messages"]
        assert message["content"]["text"] == text


# MARK: Mistakes


@pytest.mark.parametrize(
    ("mock", "words"),
    [
        ('rules = [{ when = { a = { starts = "x" } }, text = "y" }]', ["starts", "starts_with"]),
        ('rules = [{ when = { a = 1 } }]', ["answer"]),
        ('rules = []', ["rule"]),
        ('rules = [{ when = { a = { matches = "(" } }, text = "y" }]', ["matches"]),
        ('answers = []', ["answers"]),
        ('answers = ["a"]\nafter_last = "explode"', ["after_last", "explode"]),
        ('unmatched = "default"\nrules = [{ text = "x" }]', ["unmatched"]),
        ('text = "{{ arguments.a"', ["text"]),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_the_first_call(tmp_path, mock, words):
    """The host does not start, and says which member of which file is wrong."""
    import subprocess

    from harness.process import RELEASE, ROOT

    config = tmp_path / "metis.toml"
    config.write_text(f'[[tools]]\nname = "t"\n[tools.mock]\nstrategy = "stub"\n{mock}\n')
    done = subprocess.run(
        [
            str(RELEASE / "metis-host"), "--plugins", str(ROOT / "plugins.d"), "--config",
            str(config), "--port", "0", "--admin", "none",
        ],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    for word in words:
        assert word in done.stderr, (word, done.stderr)


# MARK: The journal


def verify(host, **expectation):
    return Admin(host).send("POST", "/journal/verify", expectation)


def test_verify(own):
    modern, legacy = ModernClient(own.port), Session(own.port)
    for name in ("Ann", "Bob"):
        answer(modern, "closed", {"name": name, "age": 20})
    legacy.call("tools/call", {"name": "ring"})
    legacy.call("tools/list")
    for expectation in [
        {"method": "tools/call", "times": 3},
        {"method": "tools/call", "target": "closed", "times": 2},
        {"method": "tools/call", "target": "closed", "arguments": {"name": "Ann"}, "times": 1},
        {"method": "tools/call", "target": "closed", "arguments": {"age": 20}, "at_least": 2},
        {"method": "tools/list", "at_most": 1},
        {"method": "prompts/list", "never": True},
        {"method": "tools/call", "session": legacy.id, "times": 1},
        {"method": "tools/call", "outcome": "error", "times": 1},
        {
            "order": [
                {"target": "closed", "arguments": {"name": "Ann"}}, {"target": "ring"},
                {"method": "tools/list"},
            ]
        },
    ]:  # fmt: skip
        found = verify(own, **expectation)
        assert found.status == 200, (expectation, found.body)
        assert found.json["verified"] is True


@pytest.mark.parametrize(
    "expectation",
    [
        {"method": "tools/call", "times": 2}, {"target": "closed", "never": True},
        {"target": "closed", "arguments": {"name": "Cyd"}}, {"target": "closed", "at_least": 2},
        {"order": [{"target": "ring"}, {"target": "closed"}]},
    ],
)  # fmt: skip
def test_what_is_not_so_is_told(own, expectation):
    client = ModernClient(own.port)
    answer(client, "closed", {"name": "Ann", "age": 20})
    answer(client, "ring")
    answer(client, "ring")
    found = verify(own, **expectation)
    assert 400 <= found.status < 500, found
    problem = check_problem(found, found.status)
    assert problem["detail"]


def test_the_journal_is_listed_and_emptied(own):
    client, admin = ModernClient(own.port), Admin(own)
    for _ in range(3):
        answer(client, "ring")
    entries = admin.get("/journal?method=tools/call")["entries"]
    assert [entry["target"] for entry in entries] == ["ring"] * 3
    assert all(entry["method"] == "tools/call" for entry in entries)
    assert {entry["revision"] for entry in entries} == {MODERN}
    assert admin.send("DELETE", "/journal").status in (200, 204)
    assert admin.get("/journal")["entries"] == []
    assert verify(own, method="tools/call", never=True).status == 200
