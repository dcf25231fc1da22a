"""The line of each key, whatever stands between."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from flows.policy.places import Path, Places

TEXT = '''\
# a remark with [brackets] and key = 1
top = 1
[plain]  # a remark
"quoted key" = "x [y] # z"
many = [
  "a = 1",
  "]",
]
words = """
[not.a.table]
key = "no key"
"""
raw = \'\'\'
also = "not"\'\'\'
after = 2
dotted.inner = 3
[deep."with.dot".er]
here = true
[[list]]
first = 1
[[list]]
inline = { a = 1, b = [1, 2] }
last = 2
[[list.steps]]
one = 1
[[list.steps]]
two = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("plain",), 3),
        (("plain", "quoted key"), 4),
        (("plain", "many"), 5),
        (("plain", "words"), 9),
        (("plain", "raw"), 13),
        (("plain", "after"), 15),
        (("plain", "dotted", "inner"), 16),
        (("deep", "with.dot", "er", "here"), 18),
        (("list", 0, "first"), 20),
        (("list", 1), 21),
        (("list", 1, "inline", "a"), 22),
        (("list", 1, "last"), 23),
        (("list", 1, "steps", 0, "one"), 25),
        (("list", 1, "steps", 1), 26),
        (("list", 1, "steps", 1, "two"), 27),
        (("plain", "missing"), 3),
        (("nowhere", "at", "all"), 1),
    ],
)
def test_the_line_of_a_key(path: Path, line: int) -> None:
    assert Places(TEXT).line(path) == line


def test_nothing_inside_a_value_is_taken_for_a_key() -> None:
    def paths(value: Any, path: Path) -> set[Path]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return {path}.union(*(paths(one, (*path, key)) for key, one in inner))

    assert set(Places(TEXT)._lines) <= paths(tomllib.loads(TEXT), ())
