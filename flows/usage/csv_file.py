"""Reading a CSV file of usage row by row, whatever its size: each row is an event or is refused with line and reason.

Most rows are plain; those are read by a short way, every other one by `read_event`, which alone
knows what is wrong and says it. A test holds the two to the same answers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from flows.usage.event import (
    EARLIEST,
    LATEST,
    LONGEST,
    MOST_DECIMALS,
    EventRefused,
    ReadingRules,
    UsageEvent,
    read_event,
)
from flows.usage.header import PARTS, FileRefused, Header, read_header

LONGEST_LINE: Final = 1024 * 1024
PLAIN_DIGITS: Final = 15
MOST_NAMES: Final = 10_000  # how many customers and meters are remembered to be plain
_NOT_CSV: Final = {
    b"\xff\xfe": "It is UTF-16 text; save it as CSV in UTF-8.",
    b"\xfe\xff": "It is UTF-16 text; save it as CSV in UTF-8.",
    b"PK\x03\x04": "It is an Excel workbook or another archive; save it as CSV in UTF-8.",
    b"\xd0\xcf\x11\xe0": "It is an Excel workbook; save it as CSV in UTF-8.",
    b"\x1f\x8b": "It is compressed; unpack it first.",
}
_Said = tuple[str, str, str, str, str, str, str, str]  # the parts of a row, in the order of PARTS


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: the line on which it begins, why in words, and its cells as they were."""

    line: int
    code: str
    reason: str
    cells: tuple[str, ...]


class UsageRows:
    """The rows of one file, to be iterated once. `header` says how they are read."""

    def __init__(self, lines: Iterator[str], rules: ReadingRules, given: Mapping[str, str]) -> None:
        first = next(lines, None)
        if first is None:
            raise FileRefused("The file is empty.")
        self.header: Final[Header] = read_header(first, given)
        self._lines, self._rules = lines, rules
        self._extra = [given.get(part, "") for part in PARTS]
        self._subjects: dict[str, str] = {}
        self._meters: dict[str, str] = {}

    def __iter__(self) -> Iterator[UsageEvent | RefusedRow]:
        reader = csv.reader(self._lines, delimiter=self.header.separator, strict=True)
        width, line, following = len(self.header.columns), 2, 2
        pick, plain = self._picker(width), self._plain_way()
        while True:
            line = following
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                following = reader.line_num + 2
                yield RefusedRow(line, "usage.bad_row", f"The row cannot be read: {error}.", ())
                continue
            following = reader.line_num + 2
            if len(row) == width:
                row += self._extra
                said = pick(row)
                if event := plain(said, line):
                    yield event
                elif any(cell.strip() for cell in row[:width]):
                    yield self._by_the_rules(said, line, row[:width])
            elif any(cell.strip() for cell in row):
                yield _wrong_width(line, row, width)

    def _picker(self, width: int) -> Callable[[list[str]], _Said]:
        """Return what takes the parts out of a row that has what is said for the whole file behind its own cells."""
        places = self.header.places
        at = [width + number if (own := places[part]) is None else own for number, part in enumerate(PARTS)]
        return cast("Callable[[list[str]], _Said]", itemgetter(*at))

    def _plain_way(self) -> Callable[[_Said, int], UsageEvent | None]:
        """Return the short way: the event of a row in which everything is plain, None for every other row."""
        subjects, meters, longest_key = self._subjects, self._meters, LONGEST["key"]
        latest = self._rules.not_after or LATEST
        read_time, new = datetime.fromisoformat, tuple.__new__

        def plain(said: _Said, line: int) -> UsageEvent | None:
            key, subject, meter, quantity, when, value, corrects, void = said
            if value or corrects or void or len(quantity) > PLAIN_DIGITS or not quantity.isascii():
                return None
            decimals = 0
            if not quantity.isdigit():
                whole, _, fraction = quantity.partition(".")
                if not whole.isdigit() or not fraction.isdigit() or len(fraction) > MOST_DECIMALS:
                    return None
                fraction = fraction.rstrip("0")
                quantity, decimals = whole + fraction, len(fraction)
            try:
                at, subject, meter = read_time(when), subjects[subject], meters[meter]
            except (ValueError, KeyError):
                return None
            if at.tzinfo is not UTC or not EARLIEST <= at <= latest or "\0" in when:
                return None
            if not key.isprintable() or not 0 < len(key) <= longest_key or key[0] == " " or key[-1] == " ":
                return None
            return new(UsageEvent, (key, subject, meter, int(quantity), decimals, at, None, None, False, None, line))

        return plain

    def _by_the_rules(self, said: _Said, line: int, cells: list[str]) -> UsageEvent | RefusedRow:
        try:
            event = read_event(dict(zip(PARTS, said, strict=True)), self._rules, line)
        except EventRefused as refused:
            return RefusedRow(line, refused.code, str(refused), tuple(cells))
        for known, text, name in ((self._subjects, said[1], event.subject), (self._meters, said[2], event.meter)):
            if len(known) < MOST_NAMES:
                known[text] = name
        return event


@contextmanager
def open_usage(path: Path, rules: ReadingRules, given: Mapping[str, str] = MappingProxyType({})) -> Iterator[UsageRows]:
    """Open a file of usage for reading. `given` says parts for the whole file: subject, meter.

    Raises FileRefused, in words, when it cannot be read at all: not there, not CSV, without a column that is needed.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
            for mark, why in _NOT_CSV.items():
                if start.startswith(mark):
                    raise FileRefused(f"{path.name} is not CSV. {why}")
            file.seek(0)
            text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
            try:
                yield UsageRows(_lines(text, path.name), rules, given)
            finally:
                text.detach()
    except OSError as error:
        raise FileRefused(f"The file {path} cannot be read ({error.strerror}).") from None


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    """Give the lines, refusing one that would not fit into memory."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise FileRefused(f"Line {number} of {name} has over {LONGEST_LINE:,} characters: it is no file of usage.")
        yield line


def _wrong_width(line: int, row: list[str], width: int) -> RefusedRow:
    cells = f"{len(row)} cells" if len(row) > 1 else "1 cell"
    hint = " A separator inside a number or a name needs quotation marks around it." if len(row) > width else ""
    return RefusedRow(line, "usage.bad_row", f"The row has {cells}; the first line has {width}.{hint}", tuple(row))
