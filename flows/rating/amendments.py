"""Changes of a contract that runs: each gives the terms as they are from then on.

What was billed ahead of the change is put right by `flows.rating.adjusting.adjust`; everything that is billed later
follows from the new terms by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from flows.errors import UserError
from flows.rating.once import milestone_amount
from flows.terms.lines import Milestone, PriceLine, RampSegment
from flows.terms.model import Renewal, Terms
from flows.terms.problems import Problem, problems_in, written
from flows.values.periods import DAY
from flows.values.words import day

_Part = TypeVar("_Part", bound=BaseModel)


class AmendmentRefused(UserError):
    """A contract cannot be changed in this way; the sentence says why."""

    code = "rating.amendment_refused"


def with_quantity(terms: Terms, line: str, quantity: Decimal, *, effective: date, for_good: bool = False) -> Terms:
    """Return the terms with another quantity from a day on: an upgrade or a downgrade.

    Later segments of the line's ramp stay as they were agreed, unless the quantity is meant `for_good`. Raises
    AmendmentRefused.
    """
    agreed = {"quantity": quantity}
    return _ramped(terms, line, effective, lambda _: agreed, later=lambda _: agreed if for_good else {})


def with_unit_price(terms: Terms, line: str, unit_price: Decimal, *, effective: date) -> Terms:
    """Return the terms with another unit price from a day on, such as that of a renewal. Raises AmendmentRefused."""
    agreed = {"unit_price": unit_price}
    return _ramped(terms, line, effective, lambda _: agreed, later=lambda _: agreed)


def cancelled(terms: Terms, *, last_day: date) -> Terms:
    """Return the terms of a contract that ends on a day: what would begin later is gone, and nothing renews.

    Events that milestones wait for are not waited for any more. Raises AmendmentRefused, also for a day before the
    start.
    """
    if last_day < terms.start:
        raise AmendmentRefused(f"The contract cannot end on {day(last_day)}, before its start on {day(terms.start)}.")
    lines = tuple(ended(line, last_day) for line in terms.lines if terms.starts(line) <= last_day)
    ids, meters = {line.id for line in lines}, {line.meter for line in lines}
    return changed(
        terms,
        {
            "end": last_day,
            "renewal": Renewal(),
            "lines": lines,
            "fees": _until(terms.fees, last_day),
            "milestones": tuple(_fixed(terms, part) for part in _until(terms.milestones, last_day) if part.date),
            "milestone_total": None,
            "commitments": tuple(
                changed(part, {"lines": kept}) for part in terms.commitments if (kept := _kept(part.lines, ids))
            ),
            "credits": tuple(
                changed(part, {"lines": kept})
                for part in _until(terms.credits, last_day)
                if (kept := _kept(part.lines, ids))
            ),
            "allowances": tuple(part for part in terms.allowances if part.meter in meters),
        },
    )


def _ramped(
    terms: Terms,
    line: str,
    effective: date,
    change: Callable[[RampSegment], dict[str, Any]],
    *,
    later: Callable[[RampSegment], dict[str, Any]],
) -> Terms:
    """Cut the segment in force on a day in two, and change the second half and the segments after it."""
    place, found = _line(terms, line)
    first, last = terms.starts(found), found.end
    if effective < first or (last is not None and effective > last):
        raise AmendmentRefused(f"{found.description} does not run on {day(effective)}; choose another day.")
    segments: list[RampSegment] = []
    for segment in found.ramp or (_first_segment(found, first),):
        whole = (
            segment
            if segment.quantity is not None or found.quantity is None
            else changed(segment, {"quantity": found.quantity})
        )
        if segment.end is not None and segment.end < effective and segment is not found.ramp[-1]:
            segments.append(whole)
        elif segment.start >= effective:
            in_force = segment.start == effective
            segments.append(changed(whole, change(whole) if in_force else later(whole)))
        else:
            segments.append(changed(whole, {"end": effective - DAY}))
            segments.append(changed(whole, {"start": effective, "end": _open_end(whole, effective)} | change(whole)))
    altered = changed(found, {"ramp": tuple(segments)})
    return changed(terms, {"lines": (*terms.lines[:place], altered, *terms.lines[place + 1 :])})


def _first_segment(line: PriceLine, first: date) -> RampSegment:
    """Return what is agreed from the line's first day on; where no quantity is, its price is."""
    agreed = getattr(line.price, "unit_price", None) if line.quantity is None else None
    return RampSegment(start=first, end=line.end, quantity=line.quantity, unit_price=agreed)


def _open_end(segment: RampSegment, effective: date) -> date | None:
    """Return the end of a segment that is cut; one that ended before holds on through renewals, so it stays open."""
    return None if segment.end is None or segment.end < effective else segment.end


def _line(terms: Terms, line: str) -> tuple[int, PriceLine]:
    for place, found in enumerate(terms.lines):
        if found.id == line:
            if found.is_metered:
                raise AmendmentRefused(f"{found.description} is measured; there is no agreed quantity to change.")
            return place, found
    raise AmendmentRefused(f"There is no line {line}; the contract has {', '.join(one.id for one in terms.lines)}.")


def ended(line: PriceLine, last_day: date) -> PriceLine:
    """Return a line that ends on a day at the latest, with everything in it that begins later left out."""
    return changed(
        line,
        {
            "end": None if line.end is None else min(line.end, last_day),
            **{name: _clipped(getattr(line, name), last_day) for name in ("ramp", "free", "discounts")},
        },
    )


def _clipped(parts: Iterable[_Part], last_day: date) -> tuple[_Part, ...]:
    kept = []
    for part in parts:
        start, end = getattr(part, "start", None), getattr(part, "end", None)
        if start is None or start <= last_day:
            kept.append(part if end is None or end <= last_day else changed(part, {"end": last_day}))
    return tuple(kept)


def _until(parts: Iterable[_Part], last_day: date) -> tuple[_Part, ...]:
    return tuple(part for part in parts if getattr(part, "date", None) is None or part.date <= last_day)  # type: ignore[attr-defined]


def _fixed(terms: Terms, milestone: Milestone) -> Milestone:
    """Return a milestone with the amount that its percentage came to."""
    if milestone.pct is None:
        return milestone
    return changed(milestone, {"pct": None, "amount": milestone_amount(terms, milestone).amount})


def _kept(names: Iterable[str], ids: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in ids)


def changed(part: _Part, changes: dict[str, Any]) -> _Part:
    """Return a part of the terms with some fields changed, checked like any other."""
    try:
        return type(part).model_validate({name: getattr(part, name) for name in type(part).model_fields} | changes)
    except ValidationError as error:
        found = [problem for entry in error.errors() for problem in _problems(entry)]
        words = "; ".join(f"{written(problem.path)}: {problem.message}" for problem in found)
        raise AmendmentRefused(f"The terms would contradict themselves: {words}.") from None


def _problems(entry: Any) -> tuple[Problem, ...]:
    inner = problems_in(entry) or (Problem((), entry["msg"]),)
    return tuple(Problem((*entry["loc"], *problem.path), problem.message) for problem in inner)
