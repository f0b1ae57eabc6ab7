"""How long a start takes and what a server holds at rest."""

import time

from . import servers
from .throughput import spread

RUNS = 5


def measure(folder, rounds, duration, log):
    makers = {
        "Metis": lambda: servers.metis(folder),
        "nginx": lambda: servers.nginx(folder, b"{}"),
        "official SDK": servers.official_sdk,
        "FastMCP": servers.fastmcp,
    }
    result = {name: {"first_answer": [], "resident_kib": []} for name in makers}
    for _ in range(RUNS):
        for name, make in makers.items():
            server = make()
            try:
                time.sleep(0.3)
                result[name]["first_answer"].append(server.first_answer)
                result[name]["resident_kib"].append(server.resident_kib())
            finally:
                server.stop()
    log("start: " + ", ".join(f"{n} {min(r['first_answer']) * 1000:.0f} ms" for n, r in result.items()))
    return result


def report(result):
    out = [
        "## Start and rest", "",
        f"From exec to the first 200, and the resident memory 0.3 s later; {RUNS} starts each, "
        "min / median / max.", "",
        "| Server | First answer, ms | Resident, MiB |", "|---|---|---|",
    ]  # fmt: skip
    for name, values in result.items():
        out.append(
            f"| {name} | {spread([v * 1000 for v in values['first_answer']], '{:.1f}')} "
            f"| {spread([v / 1024 for v in values['resident_kib']], '{:.1f}')} |"
        )
    return out + [""]
