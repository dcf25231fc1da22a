"""`dunwell usage import`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from bot import wiring
from bot.settings import Settings
from flows.usage.importing import FileImport, FileOrder, ImportReport
from flows.values.words import shortened
from storage.audit import SYSTEM

SHOWN = 5


def run_import(order: FileOrder, *, as_json: bool) -> bool:
    """Import a file of usage, print the report, and return whether every row was taken."""
    house = wiring.build(Settings())
    try:
        with _progress() as on_progress:
            runtime = house.runtime
            job = FileImport(
                runtime.database,
                runtime.engine,
                runtime.clock,
                order,
                team_id=runtime.crm_team(),
                by=SYSTEM("usage import"),
                on_progress=on_progress,
            )
            report = job.run()
    finally:
        house.close()
    if as_json:
        sys.stdout.write(json.dumps(_for_machines(report, order)) + "\n")
    else:
        Console(highlight=False, soft_wrap=True, markup=False).print("\n".join(in_words(report, order)))
    return report.refused == 0


def in_words(report: ImportReport, order: FileOrder) -> Iterator[str]:
    """Give the report as a person reads it: the answer first, then what needs somebody."""
    yield _verdict(report, order)
    for problem in report.problems[:SHOWN]:
        yield f"  line {problem.line:,}: {problem.reason}"
    if report.refused > SHOWN:
        yield f"  and {report.refused - SHOWN:,} more."
    if report.refused and order.refused_to is not None:
        yield f"The refused rows are in {order.refused_to}; mend them there and import that file."
    for words, events in report.late.items():
        yield f"Late: {_counted(events, 'event')}: {words}."
    if report.unassigned:
        some = ", ".join(shortened(subject) for subject in report.unassigned[:SHOWN])
        more = " and others" if len(report.unassigned) > SHOWN else ""
        yield f"Unassigned: no customer or deal is known as {some}{more}. Their usage is kept until one is."
    if report.ignored_columns:
        yield f"Ignored columns: {', '.join(shortened(name) for name in report.ignored_columns)}."


def _verdict(report: ImportReport, order: FileOrder) -> str:
    name = shortened(order.path.name, 80)
    if report.state == "known":
        when = f" on {report.taken_at:%Y-%m-%d %H:%M} UTC" if report.taken_at else ""
        return f"{name} was imported before{when} ({_counted(report.rows, 'row')}); nothing was done again."
    if report.state == "refused":
        return f"Nothing of {name} was taken: {_counted(report.refused, 'row')} of {report.rows:,} cannot be."
    return (
        f"{name}: {_counted(report.accepted, 'event')} taken, {report.duplicates:,} known before, "
        f"{report.refused:,} refused, of {_counted(report.rows, 'row')}."
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _for_machines(report: ImportReport, order: FileOrder) -> dict[str, Any]:
    said = asdict(report)
    said["problems"] = [{"line": one.line, "code": one.code, "reason": one.reason} for one in report.problems]
    said["taken_at"] = report.taken_at.isoformat() if report.taken_at else None
    said["refused_rows"] = str(order.refused_to) if report.refused and order.refused_to else None
    return said


def refused_rows_of(path: Path) -> Path:
    """Return where the refused rows of a file go unless another place is named: beside it."""
    return path.with_name(f"{path.stem}.refused.csv")


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Show how far it is on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _rows: None
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True) as progress:
        task = progress.add_task("Reading")
        yield lambda rows: progress.update(task, description=f"Read {rows:,} rows")
