"""A deal that changed while its contract runs: the running terms with the change in force from a day on.

What can be told as a change from a day on is a quantity, a unit price, a line or a fee that comes, a line that goes,
and another end. Anything else (another start, currency, rhythm or price model) is refused: a person decides what it
means for what was billed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from flows.rating.adjusting import Adjustment, adjust, last_day
from flows.rating.amendments import AmendmentRefused, cancelled, changed, ended, with_quantity, with_unit_price
from flows.rating.facts import Facts
from flows.rating.rated import RatedLine
from flows.schedule.conventions import Timing
from flows.terms.lines import Discount, Fee, PriceLine, RampSegment
from flows.terms.model import Terms
from flows.terms.price import FlatPrice, StandardPrice
from flows.terms.timeline import LinePeriod, calendar_of, periods_until
from flows.values.periods import DAY
from flows.values.words import day

_Part = TypeVar("_Part", PriceLine, Fee)
_Timed = TypeVar("_Timed", RampSegment, Discount)
_TAKEN_OVER: Final = ("contract", "customer", "payment", "po_number", "allowances")
_WORDED: Final = ("description", "source", "product_code", "account", "tax_code", "dimensions", "unit")
_OF_THE_DEAL: Final = ("lines", "fees", "end")


def amended(running: Terms, before: Terms, after: Terms, *, effective: date) -> Terms:
    """Return the `running` terms with what a deal changed, from `before` to `after`, in force from a day on.

    `running` are the deal's terms `before`, amended so far. A line is never changed before it begins. When nothing but
    the end moved to an earlier day, the contract ends the day before `effective`. Who is billed, how it is paid and
    booked, and how lines are worded is taken over as it is. Raises AmendmentRefused for a change that cannot be told
    as one from a day on.
    """
    _refuse_what_is_not_a_change(before, after)
    terms = changed(running, _header(after) | {"lines": tuple(_lines(running, before, after, effective))})
    terms = changed(terms, {"fees": (*terms.fees, *_new_fees(running, before, after, effective))})
    for line in after.lines:
        was = _find(before.lines, line.id)
        if was is not None:
            terms = _repriced(terms, was, line, effective)
    return _ending(terms, before, after, effective)


def takes_effect(before: Terms, after: Terms, *, on: date) -> date:
    """Return the day on which a change takes effect that nobody dates: `on`, within the contract's time.

    A contract that only ends earlier changes on the day after its new end.
    """
    if only_ends(before, after) and after.end is not None:
        return after.end + DAY
    last = min((end for end in (before.end, after.end) if end is not None), default=on)
    return max(before.start, min(on, last))


@dataclass(frozen=True, slots=True)
class Made:
    """Terms, and the keys of the invoices that were made by them."""

    terms: Terms
    keys: Collection[str]


def adjust_all(
    made: Collection[Made], new: Terms, *, effective: date, facts: Facts, with_credit: bool = True
) -> Adjustment:
    """Return what changes on everything that was made, under whichever terms.

    The terms of the first were in force: they hold until `effective`. Those of the others were billed by while nobody
    had said what they mean, so they are put right from their beginning. Raises AmendmentRefused where a line that is
    billed after its periods would end inside one that was billed.
    """
    _refuse_an_end_behind(made, new)
    lines: list[RatedLine] = []
    for number, one in enumerate(made):
        since = effective if number == 0 else date.min
        found = adjust(one.terms, new, effective=since, facts=facts, made=one.keys, with_credit=with_credit)
        facts = facts.after(found.lines)
        lines += found.lines
    return Adjustment(effective, new.currency, tuple(lines))


def _refuse_an_end_behind(made: Collection[Made], new: Terms) -> None:
    """Refuse a last period in arrears that would fall due on a day up to which everything was billed otherwise."""
    billed_to = max((last for one in made if (last := last_day(one.keys)) is not None), default=date.min)
    for line in new.lines:
        last = new.ends(line)
        if new.timing(line) is not Timing.ARREARS or last is None or last < new.starts(line):
            continue
        *_, final = periods_until(new, line, last)
        known = {when.period for one in made for when in _periods(one.terms, line.id, last)}
        if final.period not in known and calendar_of(new, line).invoice_date(final.period) <= billed_to:
            raise AmendmentRefused(f"{line.description} is billed up to {day(billed_to)} already; choose a later day.")


def _periods(terms: Terms, id: str, until: date) -> Iterator[LinePeriod]:
    line = _find(terms.lines, id)
    return periods_until(terms, line, until) if line is not None else iter(())


def _refuse_what_is_not_a_change(before: Terms, after: Terms) -> None:
    for name in Terms.model_fields:
        if name not in (*_TAKEN_OVER, *_OF_THE_DEAL) and getattr(before, name) != getattr(after, name):
            raise AmendmentRefused(f"The {name.replace('_', ' ')} of the contract changed, which has no day to begin.")
    for fee in before.fees:
        now = _find(after.fees, fee.id)
        if now is None or (now.amount, now.quantity, now.date) != (fee.amount, fee.quantity, fee.date):
            raise AmendmentRefused(f"{fee.description} is charged once; a change of it has no day to begin.")
    for line in before.lines:
        now_line = _find(after.lines, line.id)
        if now_line is None and line.is_metered:
            raise AmendmentRefused(f"{line.description} is measured and is gone from the deal.")
        if now_line is not None and _fixed(_up_to(line, after.end)) != _fixed(_up_to(now_line, after.end)):
            raise AmendmentRefused(f"{line.description} is billed in another way than before.")


def _up_to(line: PriceLine, end: date | None) -> PriceLine:
    """Return a line as it is up to the contract's end; what would begin later is gone, what lasts is open."""
    if end is None:
        return line
    cut = ended(line, end)
    parts = {name: tuple(_open_at(part, end) for part in getattr(cut, name)) for name in ("ramp", "discounts")}
    return changed(cut, parts)


def _open_at(part: _Timed, end: date) -> _Timed:
    return changed(part, {"end": None}) if part.end is not None and part.end >= end else part


def _fixed(line: PriceLine) -> dict[str, Any]:
    """Return what of a line cannot change from a day on."""
    fields = {name: getattr(line, name) for name in PriceLine.model_fields if name not in (*_WORDED, "price")}
    if not line.is_metered and not line.ramp:
        del fields["quantity"]
        fields["quantity is given"] = line.quantity is not None
    if not line.is_metered and not line.ramp and isinstance(line.price, FlatPrice | StandardPrice):
        return fields | {"price": line.price.model_copy(update={"unit_price": Decimal(0)})}
    return fields | {"price": line.price}


def _header(after: Terms) -> dict[str, Any]:
    return {name: getattr(after, name) for name in _TAKEN_OVER}


def _lines(running: Terms, before: Terms, after: Terms, effective: date) -> Iterator[PriceLine]:
    """Give the running lines, worded as the deal is now; those that are gone end, and new ones begin."""
    for line in running.lines:
        now = _find(after.lines, line.id)
        if now is not None:
            yield changed(line, {name: getattr(now, name) for name in _WORDED})
        elif _find(before.lines, line.id) is None:
            yield line  # it ended before, by an earlier change
        elif effective > running.starts(line):
            yield changed(ended(line, effective - DAY), {"end": min(line.end or date.max, effective - DAY)})
    for line in after.lines:
        if _find(running.lines, line.id) is None:
            yield changed(line, {"start": effective}) if effective > running.starts(line) else line


def _new_fees(running: Terms, before: Terms, after: Terms, effective: date) -> Iterator[Fee]:
    for fee in after.fees:
        if _find(before.fees, fee.id) is None and _find(running.fees, fee.id) is None:
            yield changed(fee, {"date": effective}) if fee.date is None and effective > running.start else fee


def _repriced(terms: Terms, was: PriceLine, line: PriceLine, effective: date) -> Terms:
    since = max(effective, terms.starts(line))
    if line.quantity is not None and line.quantity != was.quantity and not line.is_metered:
        terms = with_quantity(terms, line.id, line.quantity, effective=since, for_good=True)
    old, new = was.price, line.price
    if old != new and isinstance(new, FlatPrice | StandardPrice):
        terms = with_unit_price(terms, line.id, new.unit_price, effective=since)
    return terms


def _ending(terms: Terms, before: Terms, after: Terms, effective: date) -> Terms:
    if before.end == after.end:
        return terms
    if after.end is not None and (before.end is None or after.end < before.end):
        last = effective - DAY if only_ends(before, after) else after.end
        return cancelled(terms, last_day=last)
    return changed(terms, {"end": after.end})


def only_ends(before: Terms, after: Terms) -> bool:
    """Tell whether an earlier end is all that changed of what is charged."""
    if after.end is None or (before.end is not None and after.end >= before.end):
        return False
    same_fees = [fee.id for fee in before.fees] == [fee.id for fee in after.fees]
    lines = [(line.id, line.quantity, line.price) for line in before.lines]
    return same_fees and lines == [(line.id, line.quantity, line.price) for line in after.lines]


def _find(parts: Collection[_Part], id: str) -> _Part | None:
    return next((part for part in parts if part.id == id), None)
