"""What is imported is declared: nothing works only because some other package happens to bring it along."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from tests.law.tracked import read, tracked

PYPROJECT: dict[str, Any] = tomllib.loads(read(Path("pyproject.toml")))
PROJECT: dict[str, Any] = PYPROJECT["project"]
PROGRAM = {*PROJECT["dependencies"]}
DEMO = PROGRAM | {*PROJECT["optional-dependencies"]["demo"]}
EVERYTHING = DEMO | {*PYPROJECT["dependency-groups"]["dev"]}
OURS = {*PYPROJECT["tool"]["importlinter"]["root_packages"], "tests", "benchmarks"}


def imported(source: str) -> Iterator[str]:
    """Give the top-level name of every module that a file imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def undeclared(paths: list[Path], requirements: set[str]) -> set[str]:
    """Return the imports of these files that none of the requirements brings, as "file: module"."""
    declared = {_canonical(re.split(r"[\[<>=!~ ]", requirement)[0]) for requirement in requirements}
    brought_by = packages_distributions()
    return {
        f"{path}: {module}"
        for path in paths
        for module in imported(read(path))
        if module not in OURS | sys.stdlib_module_names
        and declared.isdisjoint(map(_canonical, brought_by.get(module, ())))
    }


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_program_imports_what_it_declares() -> None:
    paths = [path for path in tracked("*.py") if path.parts[0] in OURS - {"tests", "benchmarks"}]
    assert undeclared(sorted({*paths} - {*_demo()}), PROGRAM) == set()


def test_the_demo_workspace_imports_what_it_declares() -> None:
    assert undeclared(_demo(), DEMO) == set()


def test_tests_and_benchmarks_import_what_is_declared_somewhere() -> None:
    assert undeclared(tracked("tests/*.py", "benchmarks/*.py"), EVERYTHING) == set()
    assert undeclared([Path("tests/conftest.py")], PROGRAM) != set()


def _demo() -> list[Path]:
    return tracked("bot/sandbox/*.py", "bot/demo.py")
