"""What tests of reloads do to a configuration, and how they look at what follows."""

import os

from .admin import Admin
from .doors import wait_for
from .mcp import modern, text_of
from .process import TOKEN
from .stream import EventStream

QUICK = "\n[reload]\ndebounce_ms = 50\n"
TOOL = """
[[tools]]
name = "{}"
description = "Came later."
[tools.mock]
strategy = "static"
content = "new"
"""


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
