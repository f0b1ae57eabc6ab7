"""Ten thousand tools in a thousand files: the start, the memory, and reloads of one changed file, at
rest and under load."""

import json
import subprocess
import time
from statistics import median

from harness.admin import Admin

from . import servers
from .servers import RELEASE

FILES = 1000
TOOLS_A_FILE = 10
AT_REST = 50
UNDER_LOAD = 200
# Seconds between reloads under load; a turn holds so many, then one without reloads follows.
PACE = 0.25
TURN = 20
FIRST = "tool_0000_0"

# What a figure has to keep, as (most, unit); the share of throughput is a least.
START_MS = 1000
RESIDENT_MIB = 150
RELOAD_MS = 50
LEAST_SHARE = 0.9
GROWTH_KIB = 10

# As people run it, with files watched; backups stay in the folder of the run.
MAIN = """tools_dir = "tools"
[server]
name = "reload"
[reload]
backup_dir = "backups"
"""

TOOL = """[[tools]]
name = "tool_{file:04}_{place}"
description = "Answers about customer {number}, version {version}: orders, dates, what is open."
[tools.input_schema]
type = "object"
[tools.input_schema.properties]
customer = {{ type = "string", minLength = 1, maxLength = {length} }}
since = {{ type = "string", format = "date" }}
limit = {{ type = "integer", minimum = 1, maximum = {most} }}
[tools.mock]
strategy = "static"
content = "hello from metis"

"""


def write_file(folder, file, version=0):
    """One file of ten tools; `version` changes one of them."""
    text = ""
    for place in range(TOOLS_A_FILE):
        number = file * TOOLS_A_FILE + place
        text += TOOL.format(
            file=file, place=place, number=number, version=version if place == 5 else 0,
            length=20 + number % 50, most=number + 1,
        )  # fmt: skip
    path = folder / "tools" / f"{file:04}.toml"
    other = path.with_suffix(".new")
    other.write_text(text)
    other.rename(path)


def prepare(folder):
    (folder / "tools").mkdir()
    for file in range(FILES):
        write_file(folder, file)
    config = folder / "metis.toml"
    config.write_text(MAIN)
    return config


class Reloads:
    """Rewrites one file after the other and has the host reload."""

    def __init__(self, folder, server):
        self.folder = folder
        self.admin = Admin(server)
        self.count = 0

    def one(self):
        """Milliseconds from the request to the answer."""
        while True:
            self.count += 1
            # Never the first file: its tool is the one that the load asks.
            write_file(self.folder, 1 + self.count * 37 % (FILES - 1), self.count)
            started = time.monotonic()
            answer = self.admin.post("/config/reload")
            took = (time.monotonic() - started) * 1000
            # Who watches the files may have come first, with what was written before.
            if answer["outcome"] != "unchanged":
                assert answer["outcome"] == "active", answer
                return took


def drive(server, seconds):
    """Sixteen busy connections; every answer is checked."""
    return subprocess.Popen(
        [
            str(RELEASE / "metis-load"), "--url", server.url, "--tool", FIRST,
            "--expect", "hello from metis", "--connections", "16", "--duration", str(seconds),
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def turn(server, reloads):
    """One turn of load, with reloads where `reloads` is not None: what came of both."""
    load = drive(server, PACE * TURN)
    times, begun = [], time.monotonic()
    for number in range(TURN if reloads else 0):
        time.sleep(max(0, begun + (number + 0.5) * PACE - time.monotonic()))
        times.append(reloads.one())
    out, _ = load.communicate(timeout=60)
    return json.loads(out), times


def measure(folder, rounds, duration, log):
    config = prepare(folder)
    starts = []
    for _ in range(max(1, rounds) - 1):
        server = servers.metis(folder, config=config, tool=FIRST)
        starts.append(server.first_answer * 1000)
        server.stop()
    server = servers.metis(folder, config=config, tool=FIRST)
    starts.append(server.first_answer * 1000)
    try:
        time.sleep(0.5)
        resident, own = server.resident_kib(), server.resident_kib("RssAnon")
        reloads = Reloads(folder, server)
        cpu = server.cpu_seconds()
        at_rest = [reloads.one() for _ in range(AT_REST)]
        cpu = (server.cpu_seconds() - cpu) * 1000 / AT_REST
        log(f"reload: start {starts}, {resident} KiB, at rest {median(at_rest):.1f} ms")
        turns, held = [], []
        while sum(len(times) for _, _, times in turns) < UNDER_LOAD:
            alone, _ = turn(server, None)
            beside, times = turn(server, reloads)
            turns.append((alone, beside, times))
            time.sleep(0.2)
            held.append(server.resident_kib("RssAnon"))
        after = server.resident_kib()
    finally:
        server.stop()
    half = len(held) // 2
    loaded = [time for _, _, times in turns for time in times]
    both = [answers for alone, beside, _ in turns for answers in (alone, beside)]
    return {
        "start_ms": starts, "resident_kib": resident, "own_kib": own, "cpu_ms": cpu,
        "at_rest_ms": at_rest, "under_load_ms": loaded,
        "answers": sum(answers["requests"] for answers in both),
        "failed": sum(answers["failed"] for answers in both),
        "first_failure": next((a["first_failure"] for a in both if a["failed"]), ""),
        "shares": [beside["per_second"] / alone["per_second"] for alone, beside, _ in turns],
        "p99_us": [beside["latency_us"]["p99"] for _, beside, _ in turns],
        "p99_alone_us": [alone["latency_us"]["p99"] for alone, _, _ in turns],
        "held_kib": held, "after_kib": after,
        "growth_kib": (held[-1] - held[half - 1]) / (TURN * (len(held) - half)),
    }  # fmt: skip


def rows(result):
    """What, the figure as text, the bound as text, whether it holds."""
    start, resident = median(result["start_ms"]), result["resident_kib"] / 1024
    rest, loaded = result["at_rest_ms"], result["under_load_ms"]
    share = median(result["shares"])
    return [
        ("first answered `tools/call` after exec, median", f"{start:.0f} ms",
         f"≤ {START_MS} ms", start <= START_MS),
        ("resident memory", f"{resident:.0f} MiB", f"≤ {RESIDENT_MIB} MiB",
         resident <= RESIDENT_MIB),
        ("reload at rest, median", f"{median(rest):.1f} ms", f"≤ {RELOAD_MS} ms",
         median(rest) <= RELOAD_MS),
        ("reload at rest, longest", f"{max(rest):.1f} ms", f"≤ {RELOAD_MS} ms",
         max(rest) <= RELOAD_MS),
        ("CPU of the process a reload at rest", f"{result['cpu_ms']:.1f} ms", "", True),
        ("reload under load, median / longest", f"{median(loaded):.1f} / {max(loaded):.1f} ms",
         "", True),
        (f"failed of {result['answers']:,} requests", str(result["failed"]), "0",
         result["failed"] == 0),
        ("throughput with reloads, of that without, median", f"{share:.2f}", f"≥ {LEAST_SHARE}",
         share >= LEAST_SHARE),
        ("p99 with / without reloads, median",
         f"{median(result['p99_us']):.0f} / {median(result['p99_alone_us']):.0f} µs", "", True),
        ("anonymous memory a reload, the second half", f"{result['growth_kib']:.1f} KiB",
         f"≤ {GROWTH_KIB} KiB", result["growth_kib"] <= GROWTH_KIB),
    ]  # fmt: skip


def report(result):
    out = [
        "## Reloads", "",
        f"{FILES * TOOLS_A_FILE:,} tools with an input schema each in {FILES:,} files. A reload: one file is rewritten, "
        "then the time from `POST /admin/config/reload` to its answer. "
        f"{AT_REST} at rest; {UNDER_LOAD} under 16 busy connections, one each {PACE} s, in turns with load alone.", "",
        "| What | Measured | Bound | |", "|---|---|---|---|",
    ]  # fmt: skip
    for what, found, bound, holds in rows(result):
        out.append(f"| {what} | {found} | {bound} | {'' if not bound else 'kept' if holds else '**missed**'} |")
    if result["failed"]:
        out += ["", f"The first failure: {result['first_failure']}"]
    return out + [""]
