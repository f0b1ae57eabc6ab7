"""Fixtures: one host for the tests that only ask, a new one for those that change it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import schema  # noqa: E402
from harness.doors import wait_for  # noqa: E402
from harness.process import FIXTURE, RELEASE, ROOT, Host  # noqa: E402
from harness.reload import QUICK, status  # noqa: E402


def pytest_configure(config):
    missing = [name for name in ("metis-host", "metis-load") if not (RELEASE / name).exists()]
    if missing:
        raise pytest.UsageError(f"{RELEASE} lacks {', '.join(missing)}: call `make build` first")


@pytest.fixture(scope="session")
def host(tmp_path_factory):
    """A host that no test changes."""
    it = Host(tmp_path_factory.mktemp("host")).ready()
    yield it
    assert it.stop() == 0, "\n".join(it.lines[-40:])


@pytest.fixture
def fresh(tmp_path):
    """Makes hosts of a test's own: `fresh(arguments=…)`; each ends with the test."""
    made = []

    def make(**options):
        it = Host(tmp_path / f"host{len(made)}", **options)
        made.append(it)
        return it

    yield make
    for it in made:
        it.stop()


@pytest.fixture
def serve(fresh, tmp_path):
    """Makes hosts on a configuration of the test's own, which is watched when they are ready."""

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


@pytest.fixture(scope="session")
def conformance(tmp_path_factory):
    """A host that serves Examples/conformance as it stands."""
    example = ROOT / "Examples" / "conformance" / "metis.toml"
    it = Host(tmp_path_factory.mktemp("conformance"), config=example).ready()
    yield it
    assert it.stop() == 0, "\n".join(it.lines[-40:])


@pytest.fixture(scope="session")
def protocol(tmp_path_factory):
    """A host that serves something of every feature, in pages of three."""
    it = Host(tmp_path_factory.mktemp("protocol"), config=FIXTURE / "protocol.toml").ready()
    yield it
    assert it.stop() == 0, "\n".join(it.lines[-40:])


def pytest_collection_modifyitems(items):
    """What counts the messages of all tests runs last."""
    items.sort(key=lambda item: item.path.name == "test_traffic.py")


def pytest_terminal_summary(terminalreporter):
    if schema.checked:
        counts = ", ".join(f"{schema.checked[it]} of {it}" for it in sorted(schema.checked))
        terminalreporter.write_line(f"messages held against the official schemas: {counts}")
