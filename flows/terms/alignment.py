"""Days that must not lie inside a billing period, because what is billed for the period cannot be divided there.

Measured usage has one price a period; with proration none a partial period costs as much as a whole one; credit pays
for whole periods. Where such a day lies inside a period, the terms are refused with the nearest days that are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from flows.schedule.conventions import Proration
from flows.terms.problems import Path, Problem
from flows.terms.timeline import periods_until, rises_until
from flows.values.periods import DAY, add_months

if TYPE_CHECKING:
    from flows.terms.lines import PriceLine
    from flows.terms.model import Terms

_LOOKED_AHEAD: Final = 120  # months of a contract without an end in which rises are looked at


@dataclass(frozen=True, slots=True)
class _Mark:
    """A day on which something of a line changes. `last` tells that the place names the day before, its last one."""

    day: date
    path: Path
    last: bool = False


def alignment_problems(terms: Terms) -> Iterator[Problem]:
    """Give the days of the terms that lie inside a period which cannot be divided."""
    for number, line in enumerate(terms.lines):
        if line.is_metered or terms.billing.proration is Proration.NONE:
            marks = [*_written(line, ("lines", number)), *_rises(terms, line, ("lines", number))]
            why = "measured usage has one price a period" if line.is_metered else "proration: none divides no period"
            yield from _inside(terms, line, marks, why)
    for number, credit in enumerate(terms.credits):
        marks = [_Mark(credit.date or terms.start, ("credits", number, "date"))]
        if credit.expires is not None:
            marks.append(_Mark(credit.expires + DAY, ("credits", number, "expires"), last=True))
        for line in terms.lines:
            if line.id in credit.lines:
                yield from _inside(terms, line, marks, "credit pays for whole periods")


def _written(line: PriceLine, path: Path) -> Iterator[_Mark]:
    for place, segment in enumerate(line.ramp[1:], start=1):
        yield _Mark(segment.start, (*path, "ramp", place, "start"))
    for name in ("free", "discounts"):
        for place, stretch in enumerate(getattr(line, name)):
            if stretch.start is not None:
                yield _Mark(stretch.start, (*path, name, place, "start"))
            if stretch.end is not None:
                yield _Mark(stretch.end + DAY, (*path, name, place, "end"), last=True)


def _rises(terms: Terms, line: PriceLine, path: Path) -> Iterator[_Mark]:
    until = line.end or terms.end or add_months(terms.start, _LOOKED_AHEAD)
    if terms.renewal.kind != "none":
        until = max(until, add_months(terms.start, _LOOKED_AHEAD))
    place: Path = ("renewal", "months") if line.escalator is None else (*path, "escalator", "every_months")
    for day in rises_until(terms, line, until):
        yield _Mark(day, place)


def _inside(terms: Terms, line: PriceLine, marks: list[_Mark], why: str) -> Iterator[Problem]:
    """Give the marks that lie inside a period of the line, each place once; marks outside its time do not matter."""
    if not marks:
        return
    told: set[Path] = set()
    periods = list(periods_until(terms, line, max(mark.day for mark in marks)))
    by_term = line.is_metered and line.accumulate == "term"
    for mark in marks:
        around = next((p for p in periods if p.period.start < mark.day <= p.period.end), None)
        if by_term and around is None:
            around = next((p for p in periods if p.period.start == mark.day and p.term.start != mark.day), None)
        if around is None or mark.path in told:
            continue
        told.add(mark.path)
        if by_term:
            yield Problem(mark.path, f"{mark.day} is inside a term, through which the tiers of {line.id} run on")
            continue
        before, after = around.period.start, around.period.end + DAY
        if mark.last:
            before, after = before - DAY, after - DAY
        shown = mark.day - DAY if mark.last else mark.day
        span = f"{around.period.start} to {around.period.end}"
        yield Problem(
            mark.path, f"{shown} divides the period {span} of {line.id}, but {why}; write {before} or {after}"
        )
