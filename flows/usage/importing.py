"""Importing a file of usage: row by row in short transactions, so that a file larger than memory holds nobody up.

An import may be broken off at any point and started again: what is stored counts as accepted, nothing counts twice. One
that is to be taken whole or not at all is read twice: first everything is checked, then it is stored; its events count
from the moment at which the last one is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from flows.durable import Engine
from flows.usage.csv_file import RefusedRow, UsageRows, open_usage
from flows.usage.event import CONFLICT, ReadingRules, UsageEvent
from flows.usage.imports import (
    StartedImport,
    begin_import,
    drop_events,
    end_import,
    file_digest,
    finish,
    unassigned_subjects,
)
from flows.usage.intake import Answer, take, would_refuse
from flows.usage.refused_rows import RefusedRows
from flows.usage.seen import seen_keys
from flows.values.clock import Clock
from flows.values.words import quoted
from storage.audit import Actor
from storage.database import Database

MOST_PROBLEMS: Final = 20  # shown with their reasons; all of them are in the file of refused rows
KEYS_IN_MEMORY: Final = 8_000_000  # characters, of the keys of a file and as many of what they correct
ROWS_AT_ONCE: Final = 1_000  # in one transaction: clicks get their turn in between


@dataclass(frozen=True, slots=True)
class FileOrder:
    """What to import and how: `given` says the subject or meter for the whole file, `zone` that of times without one,
    `refused_to` where the rows go that were not taken (None: nowhere)."""

    path: Path
    given: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    atomic: bool = False
    refused_to: Path | None = None


@dataclass(slots=True)
class ImportReport:
    """What became of a file. `state` is taken, refused (nothing of it was taken) or known (taken before, nothing done).

    `problems` are the first rows that were refused; `late` says which billed periods got usage; `unassigned` are the
    customers and contracts that nobody knows yet: their usage is kept, and billed once they are known.
    """

    import_id: str
    state: Literal["taken", "refused", "known"]
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    problems: list[RefusedRow] = field(default_factory=list)
    late: dict[str, int] = field(default_factory=dict)
    unassigned: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    taken_at: datetime | None = None


class FileImport:
    """One import of one file into one team's usage; `on_progress` is told how many rows have been read."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        clock: Clock,
        order: FileOrder,
        *,
        team_id: str,
        by: Actor,
        on_progress: Callable[[int], None] = lambda _rows: None,
    ) -> None:
        self._database, self._engine, self._clock, self._order = database, engine, clock, order
        self._team_id, self._by, self._on_progress = team_id, by, on_progress
        self._rules = ReadingRules.at(clock.now(), order.zone)
        self._report = ImportReport("", "taken")
        self._refused_rows = RefusedRows(order.refused_to)

    def run(self) -> ImportReport:
        """Import the file and queue what follows from it; the same file again does nothing.

        Raises FileRefused when it cannot be read at all, or the refused rows cannot be written.
        """
        started = self._begin()
        report, atomic = self._report, self._order.atomic
        report.import_id = started.import_id
        if started.is_known:
            report.state, report.taken_at = "known", started.taken_at
            report.rows, report.accepted, report.duplicates = started.rows, started.accepted, started.duplicates
            return report
        with self._refused_rows:
            if atomic:
                self._check()
            if not (atomic and report.refused):
                report.rows = 0
                self._store()
        if atomic and report.refused:
            report.state, report.accepted, report.duplicates = "refused", 0, 0
            report.late.clear()
            self._drop()
        self._end()
        return report

    def _begin(self) -> StartedImport:
        order = self._order
        with self._open():  # a file that cannot be read leaves no trace
            digest = file_digest(order.path, order.given, order.zone, order.atomic)
        with self._database.begin(self._team_id) as session:
            return begin_import(
                session, digest, order.path.name, atomic=order.atomic, by=self._by, at=self._clock.now()
            )

    def _open(self) -> AbstractContextManager[UsageRows]:
        return open_usage(self._order.path, self._rules, self._order.given)

    def _check(self) -> None:
        """Find every row that would be refused, storing nothing."""
        with self._open() as rows, seen_keys(KEYS_IN_MEMORY) as seen, seen_keys(KEYS_IN_MEMORY) as corrected:
            for chunk in _chunks(self._good(rows)):
                fresh = []
                for event in chunk:
                    found = seen.see(event.key, hash(event.content))
                    again = event.corrects and corrected.see(event.corrects, hash(event.key)) == "other"
                    if found == "other":
                        self._refuse(rows, event, "usage.conflict", CONFLICT.format(key=quoted(event.key)))
                    elif found == "new" and again:
                        words = f"{quoted(event.corrects or '')} is corrected by an earlier row of this file already."
                        self._refuse(rows, event, "usage.corrected_before", words)
                    elif found == "new":
                        fresh.append(event)
                with self._database.read(self._team_id) as session:
                    answers = would_refuse(session, fresh, batch_id=self._report.import_id)
                self._refuse_all(rows, zip(fresh, answers, strict=True))

    def _store(self) -> None:
        report = self._report
        with self._open() as rows:
            report.ignored_columns = rows.header.ignored
            for chunk in _chunks(self._good(rows)):
                with self._database.begin(self._team_id) as session:
                    answers = take(session, chunk, batch_id=report.import_id, at=self._clock.now())
                report.accepted += sum(answer.outcome == "accepted" for answer in answers)
                report.duplicates += sum(answer.outcome == "duplicate" for answer in answers)
                for answer in answers:
                    if answer.late:
                        report.late[answer.late] = report.late.get(answer.late, 0) + 1
                self._refuse_all(rows, zip(chunk, answers, strict=True))
                if self._order.atomic and report.refused:
                    return

    def _good(self, rows: UsageRows) -> Iterator[UsageEvent]:
        """Give the rows that are events; the others are refused."""
        for row in rows:
            self._report.rows += 1
            if self._report.rows % ROWS_AT_ONCE == 0:
                self._on_progress(self._report.rows)
            if isinstance(row, RefusedRow):
                self._note(rows, row)
            else:
                yield row

    def _refuse_all(self, rows: UsageRows, answered: Iterable[tuple[UsageEvent, Answer | None]]) -> None:
        for event, answer in answered:
            if answer is not None and answer.outcome == "refused":
                self._refuse(rows, event, answer.code, answer.reason)

    def _refuse(self, rows: UsageRows, event: UsageEvent, code: str, reason: str) -> None:
        self._note(rows, RefusedRow(event.line, code, reason, rows.header.cells_of(event)))

    def _note(self, rows: UsageRows, row: RefusedRow) -> None:
        self._report.refused += 1
        if len(self._report.problems) < MOST_PROBLEMS:
            self._report.problems.append(row)
        self._refused_rows.write(rows.header, row)

    def _drop(self) -> None:
        """Remove what was stored of a file that is not taken."""
        while True:
            with self._database.begin(self._team_id) as session:
                if not drop_events(session, self._report.import_id, ROWS_AT_ONCE):
                    return

    def _end(self) -> None:
        report, atomic = self._report, self._order.atomic
        counts = {
            "rows": report.rows,
            "accepted": report.accepted,
            "duplicates": report.duplicates,
            "refused": report.refused,
        }
        with self._database.begin(self._team_id) as session:
            end_import(session, report.import_id, report.state, counts, by=self._by, at=self._clock.now())
            if report.state == "taken":
                finish(session, self._engine, self._clock, report.import_id, atomic=atomic)
                report.unassigned = unassigned_subjects(session, report.import_id)


def _chunks(events: Iterator[UsageEvent]) -> Iterator[list[UsageEvent]]:
    while chunk := list(islice(events, ROWS_AT_ONCE)):
        yield chunk
