"""Read one table of a TOML file, noting everything that is wrong with it and going on.

A value that is wrong is noted with its line and replaced by a harmless one, so that one run of `dunwell doctor` shows
all mistakes; nothing that was replaced leaves this package, because `load_policy` raises when anything was noted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flows.policy.places import Path, Places

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake in the file. `message` names the key, what is wrong and the mend."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the file. Every key that is asked for counts as known; `finish` notes the others."""

    table: Mapping[str, Any]
    path: Path
    places: Places
    faults: list[Fault]
    _known: set[str] = field(default_factory=set)

    def fault(self, key: str | None, message: str) -> None:
        """Note a mistake at `key` of this table, or at the table itself."""
        path = self.path if key is None else (*self.path, key)
        words = f"{written(path)} {message}" if path else message
        self.faults.append(Fault(self.places.line(path), words))

    def lacks(self, key: str, example: str) -> None:
        """Note that a key which must be there is not; `example` is a value as it is written here."""
        self.fault(key, f"is missing; add a line such as: {key} = {example}")

    def has(self, key: str) -> bool:
        """Tell whether the key is written, counting it as known."""
        self._known.add(key)
        return key in self.table

    def text(self, key: str, *, default: str | None = None, example: str) -> str:
        """Return a text that is not blank; without a default it must be there."""
        return self.optional_text(key) or self._missing(key, default, f'"{example}"')

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None when the key is not written. A blank text is a mistake."""
        if not self.has(key):
            return None
        value = self.table[key]
        if not isinstance(value, str):
            self.fault(key, f"is {kind(value)}, but must be text in quotes.")
            return "?"
        if not value.strip():
            self.fault(key, "is empty; write something or remove the line.")
            return "?"
        return value.strip()

    def whole(self, key: str, *, default: int, least: int, most: int) -> int:
        """Return a whole number within bounds, both included."""
        if not self.has(key):
            return default
        value = self.table[key]
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(key, f"is {kind(value)}, but must be a whole number such as {default}.")
            return default
        if not least <= value <= most:
            self.fault(key, f"is {value}, but must be between {least} and {most}.")
            return default
        return value

    def amount(self, key: str) -> Decimal | None:
        """Return an exact amount, written as a number or in quotes; None when the key is not written."""
        if not self.has(key):
            return None
        value = self.table[key]
        try:
            amount = value if isinstance(value, Decimal) else Decimal(str(value).replace(",", ""))
        except ArithmeticError:
            amount = Decimal("NaN")
        if isinstance(value, bool) or not amount.is_finite():
            self.fault(key, f"is {kind(value)}, but must be an amount such as 10000 or 10000.50.")
            return None
        return amount

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when the key is not written."""
        value = self.table[key] if self.has(key) else []
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.fault(key, 'must be a list of texts, such as ["dana@example.com", "U0123ABCD"].')
            return ()
        return tuple(item.strip() for item in value)

    def section(self, key: str, *, required: bool = True) -> Section:
        """Return the table of that name, an empty one when it is missing or is something else."""
        if not self.has(key):
            if required:
                line = self.places.line(self.path)
                self.faults.append(Fault(line, f"the table [{written((*self.path, key))}] is missing; add it."))
            return self._inner({}, key)
        value = self.table[key]
        if not isinstance(value, dict):
            self.fault(key, f"is {kind(value)}, but must be a table: write [{written((*self.path, key))}].")
            return self._inner({}, key)
        return self._inner(value, key)

    def sections(self, key: str) -> tuple[Section, ...]:
        """Return the tables written as [[key]], in the order of the file."""
        value = self.table[key] if self.has(key) else []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(key, f"must be written as tables: [[{written((*self.path, key))}]].")
            return ()
        return tuple(self._inner(item, key, number) for number, item in enumerate(value))

    def finish(self) -> None:
        """Note every key that nobody asked for, with the nearest known one."""
        for key in self.table:
            if key not in self._known:
                near = difflib.get_close_matches(key, sorted(self._known), 1)
                mend = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(sorted(self._known))}."
                self.fault(key, f"is not a setting; {mend}")

    def _inner(self, table: Mapping[str, Any], *path: str | int) -> Section:
        return Section(table, (*self.path, *path), self.places, self.faults)

    def _missing(self, key: str, default: str | None, example: str) -> str:
        if default is None:
            self.lacks(key, example)
        return default or "?"


def written(path: Path) -> str:
    """Write a path as people count: approvals.rules[3].needed is the third rule."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            words += ("." if words else "") + (part if _BARE_KEY.fullmatch(part) else f'"{part}"')
    return words


def kind(value: object) -> str:
    """Say what a value is, shortened: 'the text "abc"', "the number 3"."""
    match value:
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return f"the number {value}"[:60]
        case str():
            return f'the text "{value[:40]}{"…" if len(value) > 40 else ""}"'
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return f"a {type(value).__name__}"
