"""The files of the project, and what was found in them."""

import os
import subprocess
from pathlib import Path

SKIPPED = {".build", ".git", ".venv", ".venv-bench", ".metis", "__pycache__", ".pytest_cache"}
TEXT = {
    ".swift", ".c", ".h", ".cpp", ".hpp", ".rs", ".py", ".sh", ".md", ".toml", ".json", ".txt",
    ".modulemap", ".map", ".yml", ".yaml", "",
}  # fmt: skip


class Tree:
    def __init__(self, root):
        self.root = root
        self.breaches = []
        self.notes = []
        self.files = sorted(self._find())
        self._lines = {}

    def _find(self):
        # What git ignores is not the project's. Outside a repository (the rules' own tests)
        # everything counts.
        done = subprocess.run(
            ["git", "-C", str(self.root), "ls-files", "-z", "-co", "--exclude-standard"],
            capture_output=True,
        )  # fmt: skip
        if done.returncode == 0 and (self.root / ".git").exists():
            names = [Path(os.fsdecode(name)) for name in done.stdout.split(b"\0") if name]
            return [name for name in names if (self.root / name).is_file()]
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name not in SKIPPED]
            found += [(Path(folder) / name).relative_to(self.root) for name in files]
        return found

    def under(self, *folders, suffix=None):
        """The files below any of the folders, by suffix."""
        return [
            path
            for path in self.files
            if any(path.is_relative_to(folder) for folder in folders)
            and (suffix is None or path.suffix in ((suffix,) if isinstance(suffix, str) else suffix))
        ]

    def texts(self):
        return [path for path in self.files if path.suffix in TEXT]

    def lines(self, path):
        if path not in self._lines:
            text = (self.root / path).read_text(errors="replace")
            self._lines[path] = text.split("\n")
        return self._lines[path]

    def text(self, path):
        return "\n".join(self.lines(path))

    def breach(self, path, line, message):
        self.breaches.append(f"{path}:{line}: {message}")

    def note(self, path, message):
        self.notes.append(f"{path}: {message}")
