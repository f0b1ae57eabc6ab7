"""Requests a second and what one costs, against nginx, the official SDK and FastMCP."""

from statistics import median

from . import servers
from .load import with_metis_load, with_wrk

CONNECTIONS = 64
GENERATORS = {"metis-load": with_metis_load, "wrk": with_wrk}


def measure(folder, rounds, duration, log):
    """All servers live for the whole run; the rounds go round them, so that what the machine does
    beside falls on all alike."""
    running = []
    try:
        running.append(servers.metis(folder))
        body = running[0].answer.body
        running.append(servers.nginx(folder, body))
        running += [servers.official_sdk(), servers.fastmcp()]
        samples = {name: {server.name: [] for server in running} for name in GENERATORS}
        for server in running:
            with_metis_load(server, folder, CONNECTIONS, 1)
        for number in range(rounds):
            for server in running:
                for name, generator in GENERATORS.items():
                    sample = generator(server, folder, CONNECTIONS, duration)
                    if sample is None:
                        continue
                    samples[name][server.name].append(sample)
                    log(
                        f"round {number + 1}: {server.name}, {name}: "
                        f"{sample['per_second']:.0f}/s, {sample['cpu_us']:.1f} µs of CPU, "
                        f"{sample['failed']} failed {sample['first_failure']}"
                    )
        resident = {server.name: server.resident_kib() for server in running}
        first = {server.name: [server.first_answer] for server in running}
        return {
            "samples": samples, "resident_kib": resident, "first_answer": first,
            "request_bytes": len(servers.whole_request(running[0].port)), "answer_bytes": len(body),
        }  # fmt: skip
    finally:
        for server in running:
            server.stop()


def spread(values, form="{:.0f}"):
    """min / median / max."""
    return " / ".join(form.format(f(values)) for f in (min, median, max))


def report(result):
    out = ["## Throughput", ""]
    out += [
        f"One `tools/call` of a static tool, {result['request_bytes']} bytes there and "
        f"{result['answer_bytes']} bytes of body back, {CONNECTIONS} connections, kept alive; one "
        "thread or process a server. nginx answers the same bytes from memory without looking at "
        "the request. Each cell: min / median / max over the rounds.",
        "",
    ]
    for name, by_server in result["samples"].items():
        if not any(by_server.values()):
            out += [f"{name}: not run, it is not installed.", ""]
            continue
        out += [
            f"With {name}:", "",
            "| Server | Requests a second | CPU µs a request | p50 µs | p99 µs | Failed |",
            "|---|---|---|---|---|---|",
        ]  # fmt: skip
        for server, samples in by_server.items():
            pick = lambda key: [sample[key] for sample in samples]  # noqa: E731
            out.append(
                f"| {server} | {spread(pick('per_second'))} | {spread(pick('cpu_us'), '{:.2f}')} "
                f"| {spread(pick('p50_us'))} | {spread(pick('p99_us'))} | {sum(pick('failed'))} |"
            )
        out += ["", "Metis against each, in the same round:", ""]
        out += ["| Against | Requests a second | CPU time a request | p99 |", "|---|---|---|---|"]
        ours = by_server["Metis"]
        for server, samples in by_server.items():
            if server != "Metis":
                cells = [
                    spread([a[key] / b[key] for a, b in zip(ours, samples)], "{:.3g}")
                    for key in ("per_second", "cpu_us", "p99_us")
                ]
                out.append(f"| {server} | {' | '.join(cells)} |")
        out.append("")
    return out
