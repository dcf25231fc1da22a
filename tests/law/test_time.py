"""Tests wait for what they need, never for a while: a `sleep` is too long here and too short on a slower machine."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.law.tracked import read, tracked

WAITS = {"sleep", "wait_for_timeout"}


def sleeps(source: str) -> Iterator[int]:
    """Give the line of each call that only lets time pass; `sleep(0)` merely gives way to others."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _called(node.func) in WAITS and not _is_zero(node.args):
            yield node.lineno


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_zero(arguments: list[ast.expr]) -> bool:
    return len(arguments) == 1 and isinstance(arguments[0], ast.Constant) and arguments[0].value == 0


def test_no_test_sleeps() -> None:
    found = [f"{path}:{line}" for path in tracked("tests/*.py") for line in sleeps(read(path))]
    assert found == []


@pytest.mark.parametrize("source", ["time.sleep(0.1)", "from time import sleep\nsleep(1)", "page.wait_for_timeout(5)"])
def test_the_law_on_sleep_knows_one(source: str) -> None:
    assert len(list(sleeps(source))) == 1


def test_giving_way_is_not_sleeping() -> None:
    assert list(sleeps("await_ = asyncio.sleep(0)")) == []
