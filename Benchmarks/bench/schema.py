"""Validation of a tool's arguments: Metis against PyPI's jsonschema, in turns."""

import json
import re
import subprocess
from statistics import median

from .servers import RELEASE, ROOT

PYTHON = ROOT / ".venv" / "bin" / "python"
TEXTS = ROOT / "Benchmarks" / "Micro" / "SchemaOperations.swift"
TURNS = 9

# Reads {"schema": …, "instance": …, "count": N}; prints nanoseconds a validation, the least of five
# rounds as in metis-micro: of the parsed instance, and of its text with json.loads.
SCRIPT = """
import json, sys, time
import jsonschema
work = json.load(sys.stdin)
kind = jsonschema.validators.validator_for(work["schema"])
validator = kind(work["schema"], format_checker=kind.FORMAT_CHECKER)
text = json.dumps(work["instance"])
assert validator.is_valid(work["instance"])
def least(body):
    rounds = []
    for _ in range(5):
        start = time.perf_counter_ns()
        for _ in range(work["count"]):
            body()
        rounds.append((time.perf_counter_ns() - start) / work["count"])
    return min(rounds)
instance = work["instance"]
print(least(lambda: validator.is_valid(instance)),
      least(lambda: validator.is_valid(json.loads(text))), jsonschema.__version__)
"""


def texts():
    """The schema and the instance that metis-micro validates."""
    found = re.findall(r'= #"""\n(.*?)\n *"""#', TEXTS.read_text(), re.DOTALL)
    schema, instance = (json.loads(text) for text in found)
    return schema, instance


def measure(folder, rounds, duration, log):
    schema, instance = texts()
    work = json.dumps({"schema": schema, "instance": instance, "count": 200})
    result = {"metis": [], "jsonschema": [], "with_parsing": [], "version": ""}
    for _ in range(TURNS):
        done = subprocess.run(
            [RELEASE / "metis-micro", "schema", "20000", "--time"],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        result["metis"].append(float(done.stdout))
        done = subprocess.run(
            [PYTHON, "-c", SCRIPT], input=work, capture_output=True, text=True, timeout=60,
            check=True,
        )  # fmt: skip
        validated, parsed, result["version"] = done.stdout.split()
        result["jsonschema"].append(float(validated))
        result["with_parsing"].append(float(parsed))
    metis, other = median(result["metis"]), median(result["jsonschema"])
    log(
        f"schema: Metis {metis:.0f} ns, jsonschema {result['version']} {other:.0f} ns, "
        f"ratio {other / metis:.0f}"
    )
    return result


def report(result):
    metis = median(result["metis"])
    rows = [
        ("Metis, text to verdict", metis),
        (f"jsonschema {result['version']}, parsed instance", median(result["jsonschema"])),
        (f"jsonschema {result['version']}, text to verdict", median(result["with_parsing"])),
    ]
    return [
        "## Schema", "",
        "Validating an object of ten members (strings, bounds, enum, pattern, format, array, nested "
        f"object), schema compiled before; median of {TURNS} turns each.", "",
        "| | ns | ratio |", "|---|---|---|",
    ] + [f"| {name} | {value:,.0f} | {value / metis:,.0f} |" for name, value in rows] + [""]  # fmt: skip
