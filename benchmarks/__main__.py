"""Measure everything that is promised of the speed, and print a table: `make bench`, or some of it by name.

python -m benchmarks [acknowledgement] [deal_to_card] [starts] [memory] [at_rest] [audit_verify] [usage] [usage_import]
    [dimensions] [schedules] [pricing] [billing_run] [--markdown]
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import (
    acknowledgement,
    at_rest,
    audit_verify,
    billing_run,
    deal_to_card,
    dimensions,
    memory,
    pricing,
    schedules,
    starts,
    usage,
    usage_import,
)
from benchmarks.figures import Row, load_average

MEASUREMENTS: Final[dict[str, Callable[[], list[Row]]]] = {
    "acknowledgement": acknowledgement.measure,
    "deal_to_card": deal_to_card.measure,
    "starts": starts.measure,
    "memory": memory.measure,
    "at_rest": at_rest.measure,
    "audit_verify": audit_verify.measure,
    "usage": usage.measure,
    "usage_import": usage_import.measure,
    "dimensions": dimensions.measure,
    "schedules": schedules.measure,
    "pricing": pricing.measure,
    "billing_run": billing_run.measure,
}
COLUMNS: Final = ("what", "goal", "floor", "measured", "ratio", "met")


def main(words: Sequence[str]) -> None:
    names = [word for word in words if not word.startswith("--")] or list(MEASUREMENTS)
    if unknown := set(names) - set(MEASUREMENTS):
        raise SystemExit(f"There is no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}.")
    rows = []
    for name in names:
        before = load_average()
        rows += MEASUREMENTS[name]()
        print(f"{name}: measured at a load of {before:.1f} to {load_average():.1f}", file=sys.stderr, flush=True)
    print(f"{platform.machine()}, Python {platform.python_version()}; minimum / median / maximum of the rounds")
    if "--markdown" in words:
        _as_markdown(rows)
    else:
        _as_table(rows)
    if not all(row.met for row in rows):
        raise SystemExit("Not every goal was met in this run.")


def _cells(row: Row) -> list[str]:
    return [row.what, row.goal, row.floor, row.measured, row.ratio, "yes" if row.met else "no"]


def _as_table(rows: Sequence[Row]) -> None:
    table = Table(*COLUMNS, show_lines=True)
    for row in rows:
        table.add_row(*_cells(row))
    Console().print(table)


def _as_markdown(rows: Sequence[Row]) -> None:
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}")
    for row in rows:
        print(f"| {' | '.join(_cells(row))} |")


if __name__ == "__main__":
    main(sys.argv[1:])
