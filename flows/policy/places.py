"""Where in a TOML text each key stands, so that a mistake can be named by its line.

The text has been accepted by tomllib already; this only follows table heads and keys, and skips values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEAD = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?")
_ASSIGN = re.compile(rf"\s*({_DOTTED})\s*=\s*(.*)")
_PART = re.compile(_KEY)
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


class Places:
    """Line numbers by path: ("approvals", "rules", 2, "needed") -> 31."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {(): 1}
        counts: dict[Path, int] = {}
        table: Path = ()
        for number, line in _statements(text):
            if head := _HEAD.match(line):
                table = _resolve(_parts(head[2]), counts)
                if head[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                for end in range(1, len(table) + 1):
                    self._lines.setdefault(table[:end], number)
            elif assign := _ASSIGN.match(line):
                self._note(table, _parts(assign[1]), number)

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest table around it that is written down."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _note(self, table: Path, parts: Path, number: int) -> None:
        for end in range(1, len(parts) + 1):
            self._lines.setdefault(table + parts[:end], number)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Give (line number, text) of every line that begins a table head or a key; the rest of long values is skipped."""
    fence, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if depth == 0:
            yield number, line
        value = assign[2] if depth == 0 and (assign := _ASSIGN.match(line)) else line if depth else ""
        fence = next((mark for mark in ('"""', "'''") if value.count(mark) == 1), "")
        bare = _STRINGS.sub("", value).split("#")[0]
        depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")


def _parts(dotted: str) -> Path:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in _PART.findall(dotted))


def _resolve(parts: Path, counts: dict[Path, int]) -> Path:
    """Put into a head such as approvals.rules.steps the number of the rule that it belongs to."""
    path: Path = ()
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    return (*path, *parts[-1:])
