"""The files of the checkout that belong to the project."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.places import REPO_ROOT


def tracked(*patterns: str) -> list[Path]:
    """Return the tracked files that fit one of the patterns of `git ls-files` and are there, as relative paths."""
    command = ["git", "ls-files", "-z", "--", *patterns]
    listed = subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in sorted(listed.split("\0")) if name and (REPO_ROOT / name).exists()]


def read(path: Path) -> str:
    """Return the text of a tracked file."""
    return (REPO_ROOT / path).read_text(encoding="utf-8")
