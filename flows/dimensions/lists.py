"""Long lists in CSV files beside the dimensions file: accounts, values, defaults, relationships, periods."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Final

from flows.policy.places import Path, Places
from flows.policy.reading import Fault, Section

_SEPARATORS: Final = (",", ";", "\t", "|")
_TRUTHS: Final = {"active", "header", "parent_only"}
_LISTS: Final = {"requires", "subsidiaries", "customers"}
_WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class _OneLine(Places):
    """Everything of a row stands on the row's line."""

    def __init__(self, line: int) -> None:
        super().__init__("")
        self._line = line

    def line(self, path: Path) -> int:  # noqa: ARG002
        return self._line


class _Row(Section):
    """One row of a list, as a table."""

    __slots__ = ()

    def lacks(self, key: str, example: str) -> None:
        """Note that a cell which must be filled is empty, or has no column."""
        bare = example.strip('"')
        self.fault(key, f"is empty in this row; write it there, such as {bare}.")


class Lists:
    """The CSV files of one folder, and the mistakes in each, by the file's name as it is written.

    `before` is called with each file before it is read; `texts` are the files that were found, as they are stored.
    """

    def __init__(self, folder: FilePath, before: Callable[[FilePath], None]) -> None:
        self._folder = folder
        self._before = before
        self.texts: dict[str, bytes] = {}
        self.faults: dict[str, list[Fault]] = {}

    def rows(self, section: Section, key: str, columns: tuple[str, ...]) -> Iterator[Section]:
        """Give the rows of the file that `key` names, each as a table; nothing when the key is not written."""
        name = section.optional_text(key)
        if name is None or name == "?":
            return
        self._before(self._folder / name)
        try:
            stored = (self._folder / name).read_bytes()
        except OSError as error:
            reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
            section.fault(key, f'names "{name}", which {reason}; it is looked for in {self._folder}.')
            return
        self.texts[name] = stored
        faults = self.faults.setdefault(name, [])
        try:
            text = stored.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            faults.append(not_utf8(stored, error))
            return
        yield from _tables(text, columns, faults)


def not_utf8(stored: bytes, error: UnicodeDecodeError) -> Fault:
    """Return the mistake of a file that was saved in another encoding, at the first letter that shows it."""
    line = stored.count(b"\n", 0, error.start) + 1
    return Fault(line, 'is not UTF-8 text; save the file anew as "CSV UTF-8", or with the encoding UTF-8.')


def _tables(text: str, columns: tuple[str, ...], faults: list[Fault]) -> Iterator[Section]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_separator(text, columns))
    try:
        head = [word.strip() for word in next(reader, [])]
        if missing := _wrong_head(head, columns):
            faults.append(Fault(1, missing))
            return
        begins = reader.line_num + 1
        for row in reader:
            if len(row) not in {0, len(head)}:
                faults.append(Fault(begins, f"has {len(row)} fields, but the first line has {len(head)}."))
            elif any(word.strip() for word in row):
                yield _Row(_typed(dict(zip(head, row, strict=True))), (), _OneLine(begins), faults)
            begins = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(reader.line_num, f"this is not CSV: {error}. Text with a comma needs double quotes."))


def _separator(text: str, columns: tuple[str, ...]) -> str:
    """Return what parts the columns: that by which the first line names most of them."""
    first = text.partition("\n")[0]
    return max(_SEPARATORS, key=lambda one: len({word.strip().strip('"') for word in first.split(one)} & {*columns}))


def _wrong_head(head: list[str], columns: tuple[str, ...]) -> str | None:
    unknown = [word for word in head if word not in columns]
    if unknown or len(set(head)) != len(head) or columns[0] not in head:
        return f"the first line must name columns out of {', '.join(columns)}, each once; it says {', '.join(head)}."
    return None


def _typed(row: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what the row says, without its empty fields: yes and no as truths, a;b as a list."""
    typed: dict[str, Any] = {}
    for column, written in row.items():
        word = written.strip()
        if word and column in _TRUTHS:
            typed[column] = _WORDS.get(word.casefold(), word)
        elif word:
            typed[column] = [part.strip() for part in word.split(";")] if column in _LISTS else word
    return typed
