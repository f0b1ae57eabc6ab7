"""Ten thousand idle connections and streams, slow clients, and the end of the process."""

import json
import resource
import shutil
import subprocess
import threading
import time

from . import servers
from .servers import RELEASE

COUNT = 10_000


def hold(server, *arguments):
    process = subprocess.Popen(
        [str(RELEASE / "metis-load"), "--url", server.url, "--sources", "8", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return process, json.loads(process.stdout.readline())


def held(server, what, *arguments):
    """Opens, weighs, closes."""
    before = server.resident_kib()
    process, opened = hold(server, *arguments)
    time.sleep(0.5)
    grown = server.resident_kib() - before
    answer = server.ask()
    out, _ = process.communicate(timeout=120)
    ended = json.loads(out.splitlines()[-1])
    return {
        "what": what, "open": opened["open"], "failed": opened["failed"],
        "error": opened["error"], "alive": ended["alive"], "seconds": opened["seconds"],
        "grown_kib": grown, "served_meanwhile": answer is not None and answer.status == 200,
    }  # fmt: skip


def load_json(server, seconds, connections=8):
    done = subprocess.run(
        [
            str(RELEASE / "metis-load"), "--url", server.url, "--tool", "hello", "--expect",
            "hello from metis", "--connections", str(connections), "--duration", str(seconds),
        ],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 60,
    )  # fmt: skip
    return json.loads(done.stdout)


def slow_clients(server, duration):
    """The latency of honest clients, alone and beside 1,000 that send a few bytes at a time."""
    if shutil.which("slowhttptest") is None:
        return None
    alone = load_json(server, duration)
    attack = subprocess.Popen(
        [
            "slowhttptest", "-H", "-c", "1000", "-r", "500", "-i", "1", "-l", str(duration + 6),
            "-p", "3", "-x", "24", "-u", server.url, "-t", "POST",
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        time.sleep(3)
        beside = load_json(server, duration)
    finally:
        attack.kill()
        attack.wait(5)
    return {"alone": alone, "beside": beside}


def drain(server):
    """SIGTERM under load: how long the end takes, and what the load saw besides closed doors."""
    result = {}
    thread = threading.Thread(target=lambda: result.update(load_json(server, 3, 64)))
    thread.start()
    time.sleep(1)
    seconds, code = server.stop()
    thread.join()
    # Who comes after the signal finds a closed door, or is turned away from the queue before it.
    late = ("connect", "unserved")
    lost = {kind: count for kind, count in result["failures"].items() if kind not in late}
    return {"seconds": seconds, "code": code, "answers": result["requests"], "lost": lost}


def measure(folder, rounds, duration, log):
    # The servers inherit the limit.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    result = {"files": most, "held": []}
    server = servers.metis(folder)
    try:
        for what, option in (("idle connections", "--idle"), ("event streams", "--streams")):
            more = ("--tool", "hello") if option == "--idle" else ()
            row = held(server, what, option, str(COUNT), *more)
            log(f"capacity: {row}")
            result["held"].append(row)
    finally:
        server.stop()
    server = servers.metis(folder)
    try:
        result["slow"] = slow_clients(server, duration)
        result["drain"] = drain(server)
        log(f"capacity: drain {result['drain']}")
    finally:
        server.stop()
    return result


def report(result):
    out = [
        "## Many connections", "",
        f"Opened from one process, held, weighed, then asked. Limit of open files: {result['files']}.",
        "", "| What | Open | Alive at the end | To open all, s | Memory | Bytes each | Served meanwhile |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in result["held"]:
        each = row["grown_kib"] * 1024 / max(1, row["open"])
        out.append(
            f"| {row['what']} | {row['open']} | {row['alive']} | {row['seconds']:.2f} "
            f"| {row['grown_kib'] / 1024:.1f} MiB | {each:.0f} "
            f"| {'yes' if row['served_meanwhile'] else 'no'} |"
        )
        if row["failed"]:
            out.append(f"\n{row['failed']} {row['what']} could not be opened: {row['error']}\n")
    out += ["", "## Slow clients", ""]
    if result["slow"] is None:
        out += ["Not run: slowhttptest is not installed.", ""]
    else:
        out += [
            "8 honest connections, alone and beside 1,000 that send heads a few bytes at a time.",
            "", "| | Requests a second | p50 µs | p99 µs | Failed |", "|---|---|---|---|---|",
        ]  # fmt: skip
        for name, run in result["slow"].items():
            out.append(
                f"| {name} | {run['per_second']:.0f} | {run['latency_us']['p50']:.0f} "
                f"| {run['latency_us']['p99']:.0f} | {run['failed']} |"
            )
    ended = result["drain"]
    lost = sum(ended["lost"].values())
    out += [
        "", "## Drain", "",
        f"SIGTERM under 64 busy connections: the process ended after {ended['seconds'] * 1000:.0f} ms "
        f"with exit code {ended['code']}; of the requests on served connections {lost} were lost.", "",
    ]  # fmt: skip
    return out
