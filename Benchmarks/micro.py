#!/usr/bin/env python3
"""Instructions an operation, counted by valgrind: steady where time on a shared machine is not.

Runs `metis-micro NAME N` and `metis-micro NAME 2N` under callgrind; the difference divided by N is
what one operation takes, without the start. Compares with Benchmarks/thresholds.json:

  {"comment": …, "iterations": N, "operations": {"NAME": {"measured": COUNT, "most": COUNT}}}

  micro.py [--binary PATH] [--only NAME]   fails where an operation takes more than its threshold
  micro.py --update                        writes thresholds of 110 % of what is measured now

Also holds that a call through the plugin's tables takes at most 20 ns more than the same work as a
direct call, and that routing takes the same among 10 and among 10,000 tools.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
THRESHOLDS = ROOT / "Benchmarks" / "thresholds.json"
COMMENT = (
    "Instructions an operation of metis-micro, by callgrind: the difference of runs with N and 2N "
    "iterations, divided by N. `most` is 110 % of `measured`. Written by "
    "`python3 Benchmarks/micro.py --update` on the release build; the compiler's version counts."
)
# What a call through the ABI may take more than a direct one, in nanoseconds and instructions.
ABI_NANOSECONDS = 20
# What routing among 10,000 tools may take more than among 10, in instructions.
ROUTE_INSTRUCTIONS = 5


def instructions(binary, name, count):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                "valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
                str(binary), name, str(count),
            ],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise RuntimeError(f"metis-micro {name} {count} failed:\n{done.stderr[-2000:]}")
    return int(found[1])


def each(binary, name, count):
    return (instructions(binary, name, 2 * count) - instructions(binary, name, count)) / count


def run(binary, *arguments):
    done = subprocess.run(
        [str(binary), *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def nanoseconds(binary, *names):
    """The least of five turns each, taken in turn so that what else runs meets all alike."""
    turns = [[float(run(binary, name, "200000", "--time")) for name in names] for _ in range(5)]
    return [min(column) for column in zip(*turns)]


def comparisons(binary, measured):
    """What has to hold between operations; yields what does not."""
    if {"abi-call", "abi-direct"} <= set(measured):
        call, direct = nanoseconds(binary, "abi-call", "abi-direct")
        print(
            f"micro: a call through the ABI: {call:.1f} ns, directly: {direct:.1f} ns, "
            f"{call - direct:+.1f} ns, at most +{ABI_NANOSECONDS}; "
            f"{measured['abi-call'] - measured['abi-direct']:+.0f} instructions"
        )
        if call - direct > ABI_NANOSECONDS:
            yield "abi-call against abi-direct"
    if {"route-10", "route-10000"} <= set(measured):
        more = measured["route-10000"] - measured["route-10"]
        few, many = nanoseconds(binary, "route-10", "route-10000")
        print(
            f"micro: routing among 10 tools: {few:.1f} ns, among 10,000: {many:.1f} ns; "
            f"{more:+.0f} instructions, at most +{ROUTE_INSTRUCTIONS}"
        )
        if more > ROUTE_INSTRUCTIONS:
            yield "route-10000 against route-10"


def main():
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--binary", type=Path, default=ROOT / ".build/release/metis-micro")
    options.add_argument("--only")
    options.add_argument("--update", action="store_true")
    chosen = options.parse_args()
    for tool in ("valgrind", "strip"):
        if shutil.which(tool) is None:
            sys.exit(f"micro: found no {tool}: call scripts/setup test")
    thresholds = json.loads(THRESHOLDS.read_text())
    count = thresholds["iterations"]
    with tempfile.TemporaryDirectory(prefix="metis-micro-") as folder:
        # Debian 12's valgrind cannot read the debugging information of DWARF 5.
        binary = Path(folder) / "metis-micro"
        subprocess.run(["strip", "-g", "-o", str(binary), str(chosen.binary)], check=True)
        every = run(binary, "list").split()
        if unknown := set(thresholds["operations"]) - set(every):
            sys.exit(f"micro: thresholds for {', '.join(sorted(unknown))}, which metis-micro lacks")
        wanted = [chosen.only] if chosen.only else every
        with ThreadPoolExecutor(2) as pool:
            counts = pool.map(lambda name: each(binary, name, count), wanted)
            measured = dict(zip(wanted, counts))
        over = []
        for name, value in measured.items():
            most = thresholds["operations"].get(name, {}).get("most")
            print(f"micro: {name}: {value:.0f} instructions, at most {most}")
            if most is None or value > most:
                over.append(name)
        broken = list(comparisons(binary, measured))
    if chosen.update:
        for name, value in measured.items():
            thresholds["operations"][name] = {
                "measured": round(value), "most": round(value * 1.1)
            }  # fmt: skip
        thresholds["comment"] = COMMENT
        ordered = {key: thresholds[key] for key in ("comment", "iterations", "operations")}
        THRESHOLDS.write_text(json.dumps(ordered, indent=2) + "\n")
        over = []
    if failed := over + broken:
        sys.exit(f"micro: over the threshold, or without one: {', '.join(failed)}")


main()
