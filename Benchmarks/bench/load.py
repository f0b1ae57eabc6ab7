"""The two generators: metis-load, which checks every answer, and wrk, which others know."""

import json
import re
import shutil
import subprocess

from .servers import RELEASE, request_bytes, whole_request

EXPECTED = "hello from metis"


def with_metis_load(server, folder, connections, duration):
    """Requests a second, microseconds at quantiles, failures; None where it does not run."""
    file = folder / f"request-{server.port}"
    file.write_bytes(whole_request(server.port))
    cpu = server.cpu_seconds()
    done = subprocess.run(
        [
            str(RELEASE / "metis-load"), "--url", server.url, "--request", str(file),
            "--expect", EXPECTED, "--connections", str(connections), "--duration", str(duration),
        ],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=duration + 60,
    )  # fmt: skip
    result = json.loads(done.stdout)
    used = server.cpu_seconds() - cpu
    return {
        "per_second": result["per_second"],
        "cpu_us": used / max(1, result["requests"]) * 1e6,
        "p50_us": result["latency_us"]["p50"],
        "p99_us": result["latency_us"]["p99"],
        "failed": result["failed"],
        "first_failure": result["first_failure"],
    }


UNITS = {"us": 1, "ms": 1000, "s": 1_000_000, "m": 60_000_000}


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * UNITS[unit]


def with_wrk(server, folder, connections, duration):
    """The same from wrk; None where wrk is not installed."""
    if shutil.which("wrk") is None:
        return None
    fields, body = request_bytes()
    script = folder / "request.lua"
    lines = ['wrk.method = "POST"', f"wrk.body = {json.dumps(body.decode())}"]
    lines += [f"wrk.headers[{json.dumps(n)}] = {json.dumps(v)}" for n, v in fields.items()]
    script.write_text("\n".join(lines) + "\n")
    cpu = server.cpu_seconds()
    done = subprocess.run(
        [
            "wrk", "-t1", f"-c{connections}", f"-d{duration}s", "--latency", "-s", str(script),
            server.url,
        ],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=duration + 60,
    )  # fmt: skip
    used = server.cpu_seconds() - cpu
    text = done.stdout
    requests = int(re.search(r"(\d+) requests in", text)[1])
    failed = 0
    if found := re.search(r"Non-2xx or 3xx responses: (\d+)", text):
        failed += int(found[1])
    if found := re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", text):
        failed += sum(map(int, found.groups()))
    return {
        "per_second": float(re.search(r"Requests/sec:\s*([\d.]+)", text)[1]),
        "cpu_us": used / max(1, requests) * 1e6,
        "p50_us": microseconds(re.search(r"^\s+50%\s+(\S+)", text, re.M)[1]),
        "p99_us": microseconds(re.search(r"^\s+99%\s+(\S+)", text, re.M)[1]),
        "failed": failed,
        "first_failure": "",
    }
