"""A metered line: everything that was used in a window of time, priced together, less what was billed of it before.

A window is a billing period or, where the line's tiers run on through the term, the term up to the period's end. So
the sum of the invoices does not depend on how the time is cut, and usage of a closed window that comes late, or is
corrected, appears on the next invoice as a line of its own for that window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from flows.pricing import BelowZero, price
from flows.rating.discounts import discounts, given_up
from flows.rating.facts import Facts, key_of
from flows.rating.plan import ChargeKind, PlannedCharge, PlannedInvoice
from flows.rating.rated import Reckoned, count
from flows.terms.lines import Aggregation
from flows.terms.model import Terms
from flows.terms.price import GraduatedPercentagePrice, GraduatedPrice, PackagePrice, PriceModel, VolumePrice
from flows.terms.raised import raised
from flows.terms.timeline import LinePeriod, periods_until, price_factor, segment_on
from flows.values.periods import Period
from flows.values.words import day


@dataclass(frozen=True, slots=True)
class Window:
    """Time in which a line's usage is priced together. `final` tells whether nothing more is billed for it later."""

    days: Period
    when: LinePeriod
    final: bool


@dataclass(frozen=True, slots=True)
class UsageNeeded:
    """What rating has to know of one meter: how it is counted, in which periods, and whether each event is wanted."""

    meter: str
    aggregation: Aggregation
    periods: tuple[Period, ...]
    each: bool


def usage_needed(terms: Terms, planned: PlannedInvoice) -> tuple[UsageNeeded, ...]:
    """Return the totals that `rate` asks for, those of earlier windows included; one entry for each meter."""
    needed: dict[str, UsageNeeded] = {}
    for charge in planned.charges:
        line = terms.lines[charge.number] if charge.kind in (ChargeKind.USAGE, ChargeKind.LATE) else None
        if line is None or line.meter is None or charge.when is None:
            continue
        before = needed.get(line.meter)
        days = {window.days for window in windows(terms, charge.number, charge.when)} | set(
            before.periods if before else ()
        )
        each = line.price.model == "percentage" or (before is not None and before.each)
        needed[line.meter] = UsageNeeded(line.meter, line.aggregation, tuple(sorted(days)), each)
    return tuple(needed.values())


def windows(terms: Terms, number: int, when: LinePeriod) -> list[Window]:
    """Return the windows of a metered line up to the one that `when` bills, which is the last."""
    line = terms.lines[number]
    periods = list(periods_until(terms, line, when.period.start))
    if line.accumulate == "period":
        return [Window(earlier.period, earlier, final=True) for earlier in periods]
    latest = {earlier.term.index: earlier for earlier in periods}
    first = {earlier.term.index: earlier for earlier in reversed(periods)}
    return [
        Window(Period(first[index].period.start, last.period.end), last, final=_is_last(terms, number, last))
        for index, last in latest.items()
    ]


def reckon_metered(terms: Terms, charge: PlannedCharge, facts: Facts) -> Iterator[Reckoned]:
    """Give what each window of a metered line comes to, discounts and late usage included."""
    assert charge.when is not None  # usage is for a time
    number, line = charge.number, terms.lines[charge.number]
    for window in windows(terms, number, charge.when):
        now = window.when == charge.when and charge.kind is ChargeKind.USAGE
        if not now and ((str(line.meter), window.days) not in facts.usage or _is_settled(terms, number, window, facts)):
            continue
        reckoned = _charge(terms, number, window, facts, late=not now)
        yield reckoned
        off = list(discounts(terms, number, window.when, reckoned)) if reckoned.exact > 0 else []
        yield from off
        yield from given_up(terms, number, reckoned, facts, {one.key for one in off})


def _is_last(terms: Terms, number: int, period: LinePeriod) -> bool:
    ends = {day for day in (period.term.end, terms.lines[number].end) if day is not None}
    return period.period.end in ends


def _is_settled(terms: Terms, number: int, window: Window, facts: Facts) -> bool:
    """Tell whether an earlier window still comes to the quantity that was billed for it."""
    line = terms.lines[number]
    used = facts.usage[str(line.meter), window.days]
    key = key_of(line.id, window.days.start)
    if key in facts.reopened:
        return False
    before = facts.billed.get(key)
    quantity = before.quantity if before is not None else Decimal(0)
    return used.quantity == quantity and line.price.model != "percentage"


def _charge(terms: Terms, number: int, window: Window, facts: Facts, *, late: bool) -> Reckoned:
    line = terms.lines[number]
    key = key_of(line.id, window.days.start)
    reckoned = Reckoned(
        key=key,
        path=f"lines[{number + 1}]",
        coded=line,
        description=f"{line.description}, late usage of {_span(window.days)}" if late else line.description,
        exact=Decimal(0),
        words=("free of charge",),
        measured=Decimal(0),
        unit=line.unit,
        when=window.when,
        period=window.days if late else window.when.period,
    )
    if any(free.start <= window.days.start <= free.end for free in line.free):
        return reckoned
    used, before = facts.used(str(line.meter), window.days), facts.billed.get(key)
    place = segment_on(line, window.days.start)
    factor = price_factor(terms, line, window.days.start)
    model = raised(line.price, factor, line.ramp[place].unit_price if place is not None else None, line.escalator)
    prior = before.quantity if before else Decimal(0)
    if used.quantity < 0:
        _refuse_below_zero(model, count(used.quantity, line.unit), final=window.final)
    priced = price(
        model,
        used.quantity - prior,
        terms.currency,
        events=tuple(used.amounts),
        prior_quantity=prior,
        previously_billed=before.amount.amount if before else None,
        is_final_line=window.final,
        unit=line.unit,
    )
    exact = priced.exact + (before.amount.amount if before else 0)
    sources = tuple(str(source) for source in used.sources)
    return replace(reckoned, exact=exact, words=priced.words, measured=used.quantity, usage=sources, words_are_net=True)


def _refuse_below_zero(model: PriceModel, used: str, *, final: bool) -> None:
    """Raise BelowZero when tiers or packages would have to price corrections that are more than the usage.

    Tiers would charge nothing for it; a person has to look at the corrections first. A volume price bills nothing
    before the final line in any case.
    """
    bills = final or not isinstance(model, VolumePrice)
    if bills and isinstance(model, GraduatedPrice | VolumePrice | GraduatedPercentagePrice | PackagePrice):
        raise BelowZero(used, model.model.replace("_", " "))


def _span(days: Period) -> str:
    return f"{day(days.start)} to {day(days.end)}"
