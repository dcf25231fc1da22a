"""`dunwell audit verify` and `dunwell audit export`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.commands.opening import open_database
from bot.settings import Settings
from flows.errors import ConfigurationError
from storage.audit import Anchor, VerifyReport, export, verify
from storage.audit_export import Format


def run_verify(*, anchor: tuple[int, str] | None, as_json: bool) -> bool:
    """Verify the trail, print the report and return whether it is in order."""
    database = open_database(Settings())
    try:
        with _progress() as on_progress:
            report = verify(database, anchor=Anchor(*anchor) if anchor else None, on_progress=on_progress)
    finally:
        database.dispose()
    if as_json:
        sys.stdout.write(json.dumps({"in_order": report.broken is None, **asdict(report)}) + "\n")
    else:
        Console(highlight=False, soft_wrap=True, markup=False).print(_in_words(report))
    return report.broken is None


def run_export(
    *,
    since: date | None,
    until: date | None,
    object_id: str | None,
    team: str | None,
    form: Format,
    output: Path | None,
) -> None:
    """Write the events of the days from `since` to `until`, both included (UTC), to `output` or the terminal."""
    database = open_database(Settings())
    lines = export(
        database,
        team=team,
        since=_start_of(since) if since else None,
        until=_start_of(until + timedelta(days=1)) if until and until < date.max else None,
        object_id=object_id,
        format=form,
    )
    counted = _Counted(lines)
    try:
        if output is None:
            sys.stdout.writelines(counted)
        else:
            _write(output, counted)
    finally:
        database.dispose()
    events = counted.count - (form == "csv")  # whose first line names the columns
    if not events:
        sys.stderr.write("No event is like that: see the days (UTC), the object and the workspace that you named.\n")
    elif output is not None:
        sys.stderr.write(f"{events:,} {'event' if events == 1 else 'events'} in {output}.\n")


class _Counted:
    """Lines that are counted as they pass."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self.count = lines, 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.count += 1
            yield line


def _write(output: Path, lines: Iterable[str]) -> None:
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        raise ConfigurationError(f"The file {output} cannot be written ({error.strerror}); name another.") from None


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _in_words(report: VerifyReport) -> str:
    if report.broken is not None:
        return (
            f"The audit trail is broken at row {report.broken.seq} ({report.broken.kind}). {report.broken.what}\n"
            f"Rows in order before it: {report.rows:,}. Leave the database as it is, and compare it from that row on "
            "with a backup or an earlier export."
        )
    if report.rows == 0:
        return "The audit trail is in order: it has no events yet."
    events = "event" if report.rows == 1 else "events"
    return (
        f"The audit trail is in order: {report.rows:,} {events}, none changed, missing, inserted or moved.\n"
        f"Keep this for the next time (--anchor): {report.head_seq}:{report.head_hash}"
    )


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("Verifying")
        yield lambda done, total: progress.update(bar, completed=done, total=total)
