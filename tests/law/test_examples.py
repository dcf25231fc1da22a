"""What the documentation shows is what happens: each example below `<!-- tested -->` is carried out.

In a `console` block every line that starts with `$ ` is given to the shell in an empty folder, and what follows it is
compared with what is printed; `...` stands for anything. A `python` block must run to its end. A `toml` block is a
policy that must be accepted.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.policy.load import PolicyError, read_policy
from tests.law.tracked import read, tracked
from tests.places import REPO_ROOT

BLOCK = re.compile(r"^<!-- tested -->\n```(console|python|toml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """One block of a page."""

    name: str
    language: str
    source: str


def examples(name: str, text: str) -> Iterator[Example]:
    """Give the examples of a page that are to be carried out."""
    for number, (language, source) in enumerate(BLOCK.findall(text), start=1):
        yield Example(f"{name}-{number}", language, source)


def differences(example: Example, folder: Path) -> list[str]:
    """Carry out an example in an empty folder and tell where it did something else than the page says."""
    if example.language == "python":
        ran = _run([sys.executable, "-c", example.source], folder)
        return [ran.stderr] if ran.returncode else []
    if example.language == "toml":
        try:
            read_policy(example.source)
        except PolicyError as error:
            return [str(error)]
        return []
    return [wrong for command, shown in COMMAND.findall(example.source) if (wrong := _differs(command, shown, folder))]


def _differs(command: str, shown: str, folder: Path) -> str:
    ran = _run(["bash", "-c", command], folder)
    printed = "\n".join(line.rstrip() for line in (ran.stdout + ran.stderr).splitlines()) + "\n"
    same = doctest.OutputChecker().check_output(shown or "\n", printed, doctest.ELLIPSIS)
    return "" if same else f"$ {command}\nthe page shows:\n{shown}\nit printed:\n{printed}"


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False)


def _environment() -> dict[str, str]:
    """The reader's shell: our commands on the path, no settings, and lines as wide as the page."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**kept, "PATH": path, "COLUMNS": "100", "TERM": "dumb", "REPO": str(REPO_ROOT)}


WRITTEN = [example for page in tracked("*.md") for example in examples(str(page), read(page))]


@pytest.mark.parametrize("example", WRITTEN, ids=lambda example: example.name)
def test_an_example_does_what_its_page_shows(example: Example, tmp_path: Path) -> None:
    assert differences(example, tmp_path) == []


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ("```console\n$ echo one; echo two\none\n...\n$ echo three\nthree\n```", 0),
        ("```console\n$ echo one\ntwo\n```", 1),
        ("```console\n$ echo one\n$ echo two\ntwo\n```", 1),
        ("```python\nassert 1 + 1 == 2\n```", 0),
        ("```python\nassert 1 + 1 == 3\n```", 1),
        ("```toml\n[company]\nname = 'Northwind'\n```", 1),
    ],
)
def test_the_runner_tells_a_true_example_from_a_false_one(block: str, wrong: int, tmp_path: Path) -> None:
    (example,) = examples("page", f"Words.\n\n<!-- tested -->\n{block}\n")
    assert len(differences(example, tmp_path)) == wrong
