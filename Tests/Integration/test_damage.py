"""One character of a configuration is damaged while a host serves it: a reload applies the whole or
nothing, and says where the fault is."""

import json
import os
import random

import pytest

from harness.admin import Admin
from harness.conformance import ModernClient
from harness.process import ROOT

ALPHABET = list("[]{}\"'=.,#\n\\ :-&*!|>%@\tax09_$é\0")
DAMAGES = 500

# The quickstart and the configuration of the conformance scenarios: tools, resources and prompts
# that a host can serve whole.
SOURCES = {
    "quickstart": ROOT / "Examples" / "quickstart" / "metis.toml",
    "conformance": ROOT / "Examples" / "conformance" / "metis.toml",
}


def damaged(text, chance):
    """`text` with one character removed, replaced or added."""
    place = chance.randrange(len(text))
    character = chance.choice(ALPHABET)
    match chance.randrange(3):
        case 0:
            return text[:place] + text[place + 1 :]
        case 1:
            return text[:place] + character + text[place + 1 :]
        case _:
            return text[:place] + character + text[place:]


def visible(client):
    """Everything that a client sees of a configuration."""
    lists = ("tools/list", "resources/list", "resources/templates/list", "prompts/list")
    return json.dumps([client.call(method) for method in lists], sort_keys=True)


@pytest.mark.parametrize("source", SOURCES)
def test_a_damaged_configuration_is_applied_whole_or_not_at_all(fresh, tmp_path, source):
    text = SOURCES[source].read_text()
    config = tmp_path / "metis.toml"
    # The files that it names are where they were.
    for entry in SOURCES[source].parent.iterdir():
        if entry.name != "metis.toml":
            os.symlink(entry, tmp_path / entry.name)
    config.write_text(text + "\n[reload]\nenabled = false\n")
    host = fresh(config=config).ready()
    admin, client = Admin(host), ModernClient(host.port)
    chance = random.Random(7)
    before = visible(client)
    number = admin.get("/stats")["configuration"]
    applied = refused = 0
    for _ in range(DAMAGES // len(SOURCES)):
        broken = damaged(text, chance)
        config.write_text(broken + "\n[reload]\nenabled = false\n")
        answer = admin.send("POST", "/config/reload")
        now = admin.get("/stats")["configuration"]
        if answer.status == 200:
            applied += 1
            if answer.json["outcome"] == "unchanged":
                assert now == number and visible(client) == before
            else:
                assert now == number + 1
                before = visible(client)
        else:
            refused += 1
            assert answer.status == 422, (answer.status, answer.body)
            errors = answer.json["errors"]
            assert errors, answer.body
            for error in errors:
                assert error["line"] > 0 and error["column"] > 0, error
                assert error["file"].endswith("metis.toml") and error["message"], error
            assert now == number
            assert visible(client) == before
        number = now
    assert applied > 20 and refused > 50, (applied, refused)
    config.write_text(text)
    assert admin.post("/config/reload")["outcome"] in ("active", "unchanged")
