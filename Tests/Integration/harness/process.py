"""A metis-host of our own: started on ephemeral ports, ended by its process id."""

import os
import re
import resource
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RELEASE = Path(os.environ.get("METIS_BUILD", ROOT / ".build" / "release"))
FIXTURE = ROOT / "Tests" / "Integration" / "fixture"
TOKEN = "integration-test-token"

LISTENING = re.compile(r"listening\s+http://([0-9.]+):(\d+)(/\S*?)?[\"\s]")
ADMIN = re.compile(r"admin\s+http://([0-9.]+):(\d+)")


class Host:
    """Starts `metis-host` and waits until it says where it listens."""

    def __init__(self, folder, config=None, plugins=None, arguments=(), threads=2, files=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.plugins = Path(plugins) if plugins else self.copy_manifests()
        self.config = Path(config) if config else self.copy_config()
        self.token_file = self.folder / "admin-token"
        self.token_file.write_text(TOKEN)
        self.token_file.chmod(0o600)
        self.lines = []
        self.port = self.admin_port = None
        self._changed = threading.Condition()
        self.command = [
            str(RELEASE / "metis-host"),
            "--plugins", str(self.plugins), "--config", str(self.config),
            "--transport", "http", "--host", "127.0.0.1", "--port", "0",
            "--admin", "127.0.0.1:0", "--admin-token-file", str(self.token_file),
            "--threads", str(threads), "--seed", "42", *arguments,
        ]  # fmt: skip

        # Backups of configurations stay in the folder of the test.
        environment = os.environ | {"XDG_STATE_HOME": str(self.folder / "state")}

        def limit():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace", preexec_fn=limit,
            env=environment,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def copy_manifests(self):
        """The project's manifests in a folder of our own; libraries come from the build folder."""
        target = self.folder / "plugins.d"
        shutil.copytree(ROOT / "plugins.d", target)
        return target

    def copy_config(self):
        target = self.folder / "metis.toml"
        shutil.copy(FIXTURE / "metis.toml", target)
        return target

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                if found := LISTENING.search(line + "\n"):
                    self.port = int(found[2])
                if found := ADMIN.search(line):
                    self.admin_port = int(found[2])
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait(self, condition, seconds, what):
        """Waits until `condition()` holds; fails with the log where it does not."""
        end = time.monotonic() + seconds
        with self._changed:
            while not condition():
                left = end - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self._reader.is_alive()):
                    raise AssertionError(
                        f"{what}: not within {seconds} s; exit code {self.process.poll()}\n"
                        + "\n".join(self.lines[-40:])
                    )
                self._changed.wait(min(left, 0.2))

    def ready(self):
        self.wait(lambda: self.port and self.admin_port, 20, "metis-host listens")
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/mcp"

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        os.kill(self.pid, number)

    def stop(self, seconds=20):
        """SIGTERM, then SIGKILL where it does not end; returns the exit code."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self._reader.join(5)
        return self.process.returncode

    def resident_kib(self):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS in /proc/PID/status")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def load(*arguments, seconds=60):
    """Runs metis-load to its end; returns its exit code and its JSON object."""
    import json

    done = subprocess.run(
        [str(RELEASE / "metis-load"), *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])
