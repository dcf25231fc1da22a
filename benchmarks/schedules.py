"""How long the schedule of a contract takes: 36 monthly invoices, the first and the last of them partial."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from benchmarks.figures import Row, percentile
from flows.schedule import Alignment, BillingCalendar, Frequency, Period, Proration, Schedule, schedule

ROUNDS: Final = 15
CALLS: Final = 200
MONTHS: Final = 36
WANTED: Final = 1.0
TERM: Final = Period(date(2026, 1, 15), date(2029, 1, 10))
PRICE: Final = Decimal("3100.00")


def measure() -> list[Row]:
    assert len(_schedule().invoices) == len(_bare_dates()) == MONTHS + 1
    taken, floor = [], []
    for _ in range(ROUNDS):  # in turns, so that both meet the same machine
        taken.append(_milliseconds(_schedule))
        floor.append(_milliseconds(_bare_dates))
    return [
        Row(
            what="A schedule over 36 months (37 invoices, two of them prorated)",
            goal=f"under {WANTED:.0f} ms",
            floor=f"{percentile(floor, 0.5):.3f} ms (bare date arithmetic)",
            measured=f"{min(taken):.3f} / {percentile(taken, 0.5):.3f} / {max(taken):.3f} ms",
            ratio=f"{percentile(taken, 0.5) / percentile(floor, 0.5):.1f}",
            met=percentile(taken, 0.5) < WANTED,
        )
    ]


def _schedule() -> Schedule:
    calendar = BillingCalendar(Frequency.MONTHLY, alignment=Alignment.CALENDAR)
    return schedule(TERM, PRICE, "USD", calendar, Proration.ACTUAL_DAYS)


def _bare_dates() -> list[tuple[date, date]]:
    """Return the first and last day of every month of the term, by the least arithmetic that gives them."""
    periods, start = [], TERM.start
    while start <= TERM.end:
        after = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        periods.append((start, min(after - timedelta(days=1), TERM.end)))
        start = after
    return periods


def _milliseconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - before) * 1000 / CALLS
