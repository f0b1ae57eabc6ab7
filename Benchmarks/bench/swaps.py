"""Replacing plugins under load: how long it takes, what it costs, and what it loses."""

import json
import shutil
import subprocess
import time
from statistics import median

from harness.admin import Admin

from . import servers
from .servers import RELEASE, ROOT

PLAN = [
    # (what, word of the id, tool, swaps, pause in seconds)
    ("C strategy, unmapped after each swap", "constant", "constant", 1000, 0.0),
    ("Swift strategy, images stay mapped", "static", "hello", 200, 0.0),
    ("HTTP transport, connections move over", "http", "hello", 20, 0.25),
]


def prepare(folder):
    """The fixture's configuration with one more tool, whose plugin is compiled here."""
    plugins = folder / "plugins.d"
    shutil.copytree(ROOT / "plugins.d", plugins)
    library = plugins / "libconstant.so"
    subprocess.run(
        [
            "clang", "-shared", "-fPIC", "-O2", "-std=c11", "-fvisibility=hidden",
            f"-I{ROOT / 'Sources/MetisPluginAPI/include'}",
            str(ROOT / "Benchmarks/plugins/constant.c"), "-o", str(library),
        ],
        check=True,
    )  # fmt: skip
    (plugins / "Constant.toml").write_text('library = "libconstant.so"\n')
    config = folder / "metis.toml"
    config.write_text(
        servers.CONFIG.read_text()
        + '\n[[tools]]\nname = "constant"\n\n[tools.mock]\nstrategy = "constant"\n'
    )
    return plugins, config, library


def measure(folder, rounds, duration, log):
    plugins, config, library = prepare(folder)
    result = []
    for what, word, tool, swaps, pause in PLAN:
        server = servers.metis(folder, config=config, plugins=plugins)
        try:
            row = one(server, what, word, tool, swaps, pause, library)
        finally:
            server.stop()
        log(f"swaps: {row}")
        result.append(row)
    return result


def drive(server, tool, seconds):
    """Sixteen busy connections for so long; every answer is checked."""
    return subprocess.Popen(
        [
            str(RELEASE / "metis-load"), "--url", server.url, "--tool", tool,
            "--expect", "hello from metis", "--connections", "16", "--duration", str(seconds),
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def one(server, what, word, tool, swaps, pause, library):
    admin = Admin(server)
    id = admin.plugin_id(word)
    path = library if word == "constant" else None
    # The same load without swaps, on the same server.
    alone = drive(server, tool, 3).communicate(timeout=60)[0]
    # Long enough for all swaps on a slow machine; ended when they are done.
    seconds = swaps * (pause + 1)
    before, own_before = server.resident_kib(), server.resident_kib("RssAnon")
    load = drive(server, tool, seconds)
    times, refused = [], ""
    time.sleep(0.2)
    while len(times) < swaps and load.poll() is None:
        started = time.monotonic()
        try:
            admin.swap(id, path)
        except AssertionError as error:
            refused = str(error)[:300]
            break
        times.append(time.monotonic() - started)
        time.sleep(pause)
    time.sleep(0.5)
    load.terminate()
    out, _ = load.communicate(timeout=60)
    answers = json.loads(out)
    time.sleep(0.5)
    return {
        "what": what, "swaps": len(times), "planned": swaps, "refused": refused,
        "median_ms": median(times) * 1000 if times else 0,
        "max_ms": max(times) * 1000 if times else 0,
        "answers": answers["requests"], "failed": answers["failed"],
        "first_failure": answers["first_failure"], "p99_us": answers["latency_us"]["p99"],
        "p99_alone_us": json.loads(alone)["latency_us"]["p99"],
        "max_us": answers["latency_us"]["max"], "reconnects": answers["reconnects"],
        "grown_kib": server.resident_kib() - before,
        "own_kib": server.resident_kib("RssAnon") - own_before,
    }  # fmt: skip


def report(result):
    out = [
        "## Swaps under load", "",
        "16 busy connections; every answer is checked for its status, id and text. Memory a swap: "
        "anonymous pages, and all that is resident, with the pages of mapped files.", "",
        "| Plugin | Swaps | Median ms | Max ms | Answers | Failed | p99 µs | p99 without swaps | Longest answer µs "
        "| Anonymous KiB a swap | Resident KiB a swap |", "|---|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in result:
        out.append(
            f"| {row['what']} | {row['swaps']} of {row['planned']} | {row['median_ms']:.1f} "
            f"| {row['max_ms']:.1f} | {row['answers']} | {row['failed']} | {row['p99_us']:.0f} "
            f"| {row['p99_alone_us']:.0f} "
            f"| {row['max_us']:.0f} | {row['own_kib'] / max(1, row['swaps']):.1f} "
            f"| {row['grown_kib'] / max(1, row['swaps']):.1f} |"
        )
        if row["refused"]:
            out.append(f"\n{row['what']}: the host refused a swap: {row['refused']}\n")
    return out + [""]
