#!/usr/bin/env python3
"""Instructions an operation, counted by valgrind: steady where time on a shared machine is not.

Runs `metis-micro NAME N` and `metis-micro NAME 2N` under callgrind; the difference divided by N is
what one operation takes, without the start. Compares with Benchmarks/thresholds.json:

  {"iterations": N, "operations": {"NAME": {"most": INSTRUCTIONS}}}

  micro.py [--binary PATH] [--only NAME]   fails where an operation takes more than its threshold
  micro.py --update                        writes thresholds of 110 % of what is measured now
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


def names(binary):
    """What `metis-micro` without arguments lists, a name a line."""
    done = subprocess.run([str(binary)], capture_output=True, text=True, timeout=20)
    return done.stdout.split()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", type=Path, default=ROOT / ".build/release/metis-micro")
    options.add_argument("--only")
    options.add_argument("--update", action="store_true")
    chosen = options.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("micro: found no valgrind: call scripts/setup test")
    thresholds = json.loads(THRESHOLDS.read_text())
    count = thresholds["iterations"]
    every = names(chosen.binary)
    if unknown := set(thresholds["operations"]) - set(every):
        sys.exit(f"micro: thresholds for {', '.join(sorted(unknown))}, which metis-micro lacks")
    wanted = [chosen.only] if chosen.only else every
    with ThreadPoolExecutor(2) as pool:
        measured = dict(zip(wanted, pool.map(lambda n: each(chosen.binary, n, count), wanted)))
    over = []
    for name, value in measured.items():
        most = thresholds["operations"].get(name, {}).get("most")
        print(f"micro: {name}: {value:.0f} instructions, at most {most}")
        if most is None or value > most:
            over.append(name)
    if chosen.update:
        for name, value in measured.items():
            thresholds["operations"][name] = {"most": round(value * 1.1) + 1}
        THRESHOLDS.write_text(json.dumps(thresholds, indent=2) + "\n")
    elif over:
        sys.exit(f"micro: over the threshold, or without one: {', '.join(over)}")


main()
