"""What a file of usage would bill, without storing anything: for a quote, a forecast, or a look before importing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flows.usage.csv_file import RefusedRow, open_usage
from flows.usage.event import CONFLICT, ReadingRules, UsageEvent
from flows.usage.header import FileRefused
from flows.usage.rules import Metered, UsageTotal, unpriced
from flows.usage.seen import SeenKeys, seen_keys
from flows.usage.tally import Tally
from flows.values.periods import Period
from flows.values.words import quoted

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class UsageReading:
    """What was read of a file: the totals by meter and period, and everything that did not go into them.

    `refused` are the first rows that could not be taken, of `refused_count`; `outside` counts events of no wanted
    period, `of_others` those of other subjects; `unpriced` has, by meter, the events that no line has a price for.
    """

    totals: Mapping[tuple[str, Period], UsageTotal]
    rows: int
    duplicates: int
    refused: tuple[RefusedRow, ...]
    refused_count: int
    outside: int
    of_others: int
    unpriced: Mapping[str, int]
    ignored_columns: tuple[str, ...]


def read_usage_file(
    path: Path,
    wanted: Iterable[Metered],
    *,
    zone: str,
    subject: str | None = None,
    rules: ReadingRules | None = None,
    given: Mapping[str, str] = MappingProxyType({}),
) -> UsageReading:
    """Return what the usage in a CSV file comes to in the wanted periods, whose days are in `zone`.

    A key counts once. Times without an offset are read in `zone` unless `rules` say otherwise, and may be in the
    future. `subject` picks one customer's or contract's events; without it the file must be about one only.
    Raises FileRefused when the file cannot be read, or is about several subjects and none was picked.
    """
    counter = _Counter(path, tuple(wanted), zone, subject, rules or ReadingRules(zone), given)
    reading = counter.read(frozenset())
    return counter.read(frozenset(counter.corrected)) if counter.corrected else reading


class _Counter:
    """Reads a file once, or, when events in it correct others, once more without those."""

    def __init__(
        self,
        path: Path,
        wanted: tuple[Metered, ...],
        zone: str,
        subject: str | None,
        rules: ReadingRules,
        given: Mapping[str, str],
    ) -> None:
        self.path, self.wanted, self.zone, self.subject, self.rules, self.given = (
            path, wanted, zone, subject, rules, given
        )  # fmt: skip
        self.corrected: set[str] = set()

    def read(self, without: frozenset[str]) -> UsageReading:
        tally, tried, others = Tally(self.wanted, self.zone), _Tried(), 0
        with open_usage(self.path, self.rules, self.given) as rows, seen_keys() as seen:
            for event in tried.only_new(rows, seen):
                if event[7] is not None:
                    self.corrected.add(event[7])
                if self.subject not in (None, event[1]):
                    others += 1
                elif event[0] not in without and not event[8]:
                    tally.add(event)
            ignored = rows.header.ignored
        subject = self.subject if self.subject is not None else self._only(tally)
        return UsageReading(
            tally.totals(subject, self.path.name),
            tried.rows,
            tried.duplicates,
            tuple(tried.refused),
            tried.refused_count,
            tally.outside,
            others,
            unpriced(tally.meters, self.wanted),
            ignored,
        )

    def _only(self, tally: Tally) -> str:
        if len(tally.subjects) > 1:
            some = ", ".join(f"{quoted(name)} (line {line})" for name, line in list(tally.subjects.items())[:5])
            raise FileRefused(
                f"{self.path.name} has usage of {len(tally.subjects)} customers, such as {some}; name the one that "
                "is meant."
            )
        return next(iter(tally.subjects), "")


class _Tried:
    """Counts what was read, and lets pass each key once."""

    def __init__(self) -> None:
        self.rows = self.duplicates = self.refused_count = 0
        self.refused: list[RefusedRow] = []

    def only_new(self, rows: Iterable[UsageEvent | RefusedRow], seen: SeenKeys) -> Iterator[UsageEvent]:
        """Give the events whose key comes for the first time; the same again is a duplicate, another one refused."""
        see = seen.see
        for row in rows:
            self.rows += 1
            if isinstance(row, RefusedRow):
                self._refuse(row)
                continue
            found = see(row[0], hash(row[1:9]))
            if found == "new":
                yield row
            elif found == "same":
                self.duplicates += 1
            else:
                self._refuse(RefusedRow(row.line, "usage.conflict", CONFLICT.format(key=quoted(row.key)), ()))

    def _refuse(self, row: RefusedRow) -> None:
        self.refused_count += 1
        if len(self.refused) < SHOWN:
            self.refused.append(row)
