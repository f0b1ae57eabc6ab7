"""What the numbers were measured on."""

import os
import platform
import re
import subprocess
from pathlib import Path


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except OSError:
        return "not installed"
    text = (done.stdout + done.stderr).strip()
    return text.splitlines()[0] if text else "unknown"


def package(python, name):
    code = f"import importlib.metadata as m; print(m.version({name!r}))"
    return first_line(str(python), "-c", code)


def facts(root, python):
    """Rows of (what, value)."""
    cpu = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    commit = first_line("git", "-C", str(root), "rev-parse", "--short=12", "HEAD")
    return [
        ("CPU", cpu[1] if cpu else platform.machine()),
        ("Cores", str(os.cpu_count())),
        ("Memory", f"{int(memory[1]) // 1024} MiB"),
        ("Kernel", platform.release()),
        ("Metis", commit),
        ("Swift", first_line("swift", "--version")),
        ("nginx", first_line("nginx", "-v").removeprefix("nginx version: ")),
        ("wrk", first_line("wrk", "-v").split(" Copyright")[0]),
        ("Python", first_line(str(python), "--version")),
        ("mcp (official SDK)", package(python, "mcp")),
        ("FastMCP", package(python, "fastmcp")),
        ("uvicorn", package(python, "uvicorn")),
    ]
