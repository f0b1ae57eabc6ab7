"""The tool `metis`, as a person and as a script call it."""

import os
import pty
import select
import subprocess
import time

from .process import RELEASE

METIS = RELEASE / "metis"


def metis(*arguments, cwd=None, env=None, input=None):
    """Runs it to its end, without METIS_* of the caller's environment."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("METIS_")}
    feed = {"stdin": subprocess.DEVNULL} if input is None else {"input": input}
    return subprocess.run(
        [str(METIS), *map(str, arguments)], capture_output=True, text=True, timeout=60, cwd=cwd,
        env=environment | (env or {}), **feed,
    )  # fmt: skip


def on_terminal(*arguments, answers, cwd=None, seconds=20):
    """Runs it on a terminal; gives a line of `answers` whenever it stops at a question."""
    process_id, terminal = pty.fork()
    if process_id == 0:
        os.chdir(cwd or ".")
        os.execv(METIS, ["metis", *map(str, arguments)])
    shown, left, end = "", list(answers), time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(terminal, 4096).decode()
        except OSError:
            break
        if not part:
            break
        shown += part
        if shown.endswith("]: ") and left:
            os.write(terminal, (left.pop(0) + "\n").encode())
    _, status = os.waitpid(process_id, 0)
    os.close(terminal)
    assert not left, f"not asked for: {left}\n{shown}"
    return os.waitstatus_to_exitcode(status), shown
