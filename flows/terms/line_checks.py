"""What cannot be together in one line, one milestone, one escalator. Places count from the part that is checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from flows.schedule.conventions import Timing
from flows.terms.problems import Path, Problem

if TYPE_CHECKING:
    from flows.terms.lines import Discount, Escalator, FreePeriod, Milestone, PriceLine

_DAY: Final = timedelta(days=1)
_OF_MONEY: Final = frozenset({"percentage", "graduated_percentage", "dynamic"})  # they follow amounts, not unit prices
_ONE_PRICE: Final = frozenset({"flat", "standard"})


class _Stretch(Protocol):
    @property
    def start(self) -> date | None: ...
    @property
    def end(self) -> date | None: ...


def line_problems(line: PriceLine) -> Iterator[Problem]:
    """Give what is contradictory within one price line."""
    yield from _backwards(line, ())
    yield from _quantity(line)
    if line.is_metered:
        yield from _metered(line)
    elif line.aggregation != "sum" or line.accumulate != "period":
        name = "aggregation" if line.aggregation != "sum" else "accumulate"
        yield Problem((name,), "is for metered lines; name the meter, or remove it")
    yield from _ramp(line)
    yield from _free(line.free, line)
    for number, discount in enumerate(line.discounts):
        yield from _discount(discount, number, line)
    yield from _escalated(line)


def escalator_problems(escalator: Escalator) -> Iterator[Problem]:
    """Give what is contradictory within an escalator."""
    if escalator.cap_pct is not None and escalator.cap_pct < escalator.pct:
        yield Problem(("cap_pct",), f"{escalator.cap_pct:f} is below the first rise of {escalator.pct:f}; raise it")


def milestone_problems(milestone: Milestone) -> Iterator[Problem]:
    """Give what is contradictory within a milestone."""
    yield from _one_of("amount", milestone.amount, "pct", milestone.pct)
    yield from _one_of("date", milestone.date, "event", milestone.event)


def _one_of(first: str, one: object, second: str, other: object) -> Iterator[Problem]:
    if one is None and other is None:
        yield Problem((), f"needs either {first} or {second}")
    elif one is not None and other is not None:
        yield Problem((second,), f"stands beside {first}; keep one of the two")


def _quantity(line: PriceLine) -> Iterator[Problem]:
    if line.price.model == "flat":
        for name in ("quantity", "meter"):
            if getattr(line, name) is not None:
                yield Problem((name,), "a flat price has none; remove it, or use the model standard")
    elif line.is_metered:
        if line.quantity is not None:
            yield Problem(
                ("quantity",), "stands beside meter; keep the meter for usage or the quantity for a fixed number"
            )
    elif line.price.model == "percentage":
        yield Problem((), "the model percentage is of single payments: name the meter that counts them")
    elif line.quantity is None and not (line.ramp and all(segment.quantity is not None for segment in line.ramp)):
        yield Problem((), "needs a quantity (agreed) or a meter (measured)")


def _metered(line: PriceLine) -> Iterator[Problem]:
    if line.timing is Timing.ADVANCE:
        yield Problem(("timing",), "usage is known only afterwards; write arrears")
    if line.price_per is not None:
        yield Problem(("price_per",), "is for agreed quantities; a metered price is for what was used in the period")
    if line.accumulate == "term" and line.aggregation not in {"sum", "unique_count"}:
        yield Problem(("accumulate",), f"term needs usage that only grows: sum or unique_count, not {line.aggregation}")


def _ramp(line: PriceLine) -> Iterator[Problem]:
    for number, segment in enumerate(line.ramp):
        path: Path = ("ramp", number)
        yield from _backwards(segment, path)
        if segment.quantity is None and segment.unit_price is None:
            yield Problem(path, "changes nothing; give a quantity, a unit_price or both")
        if segment.quantity is not None and (line.is_metered or line.price.model == "flat"):
            yield Problem((*path, "quantity"), "the line has no agreed quantity; remove it")
        if segment.unit_price is not None and line.price.model not in _ONE_PRICE:
            yield Problem(
                (*path, "unit_price"),
                f"the model {line.price.model} has more than one price; end the line here and begin another",
            )
        if number:
            yield from _follows(line.ramp[number - 1], segment, path)
    if line.ramp and line.start and line.ramp[0].start != line.start:
        yield Problem(("ramp", 0, "start"), f"{line.ramp[0].start} is not the line's start, {line.start}")
    if line.ramp and line.end and line.ramp[-1].end not in {None, line.end}:
        yield Problem(("ramp", len(line.ramp) - 1, "end"), f"{line.ramp[-1].end} is not the line's end, {line.end}")


def _follows(before: _Stretch, segment: _Stretch, path: Path) -> Iterator[Problem]:
    assert segment.start is not None
    if before.end is None:
        yield Problem((*path, "start"), "the segment before has no end; only the last may be open")
    elif segment.start > before.end + _DAY:
        yield Problem((*path, "start"), f"{segment.start} leaves a gap after {before.end}; write {before.end + _DAY}")
    elif segment.start <= before.end:
        yield Problem(
            (*path, "start"), f"{segment.start} overlaps the one before, to {before.end}; write {before.end + _DAY}"
        )


def _free(free: Sequence[FreePeriod], line: PriceLine) -> Iterator[Problem]:
    for number, stretch in enumerate(free):
        path: Path = ("free", number)
        yield from _backwards(stretch, path)
        yield from _inside(stretch, line, path)
        if number and stretch.start <= free[number - 1].end:
            yield Problem(
                (*path, "start"), f"{stretch.start} is not after the free period before, to {free[number - 1].end}"
            )


def _discount(discount: Discount, number: int, line: PriceLine) -> Iterator[Problem]:
    path: Path = ("discounts", number)
    for problem in _one_of("pct", discount.pct, "amount", discount.amount):
        yield Problem((*path, *problem.path), problem.message)
    yield from _backwards(discount, path)
    yield from _inside(discount, line, path)


def _escalated(line: PriceLine) -> Iterator[Problem]:
    if line.escalator is None:
        return
    if line.price.model in _OF_MONEY:
        yield Problem(("escalator",), f"the model {line.price.model} follows amounts by itself; remove the escalator")
    elif line.escalator.round_to is not None and line.price.model not in _ONE_PRICE:
        yield Problem(("escalator", "round_to"), f"the model {line.price.model} has more than one price; remove it")


def _backwards(stretch: _Stretch, path: Path) -> Iterator[Problem]:
    if stretch.start and stretch.end and stretch.end < stretch.start:
        yield Problem((*path, "end"), f"{stretch.end} is before its start, {stretch.start}")


def _inside(stretch: _Stretch, line: PriceLine, path: Path) -> Iterator[Problem]:
    if stretch.start and line.start and stretch.start < line.start:
        yield Problem((*path, "start"), f"{stretch.start} is before the line's start, {line.start}")
    if stretch.end and line.end and stretch.end > line.end:
        yield Problem((*path, "end"), f"{stretch.end} is after the line's end, {line.end}")
