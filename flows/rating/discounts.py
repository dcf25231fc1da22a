"""What is taken off a charge. Each discount is of the price before discounts; together they never exceed it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal

from flows.pricing.figures import number as digits
from flows.pricing.figures import percent_of
from flows.rating.facts import Facts
from flows.rating.figures import rounding, shown
from flows.rating.rated import Reckoned
from flows.schedule.calendars import PeriodShare
from flows.schedule.proration import Fraction, fraction_of, fraction_words
from flows.terms.lines import Discount, PriceLine
from flows.terms.model import Terms
from flows.terms.timeline import LinePeriod
from flows.values.money import Money
from flows.values.periods import Period


def discounts(terms: Terms, number: int, when: LinePeriod, charge: Reckoned) -> Iterator[Reckoned]:
    """Give what the discounts of the line in place `number` take off a charge for days of one billing period."""
    line = terms.lines[number]
    left = Money.rounded(charge.exact, terms.currency).amount
    for place, discount in enumerate(line.discounts):
        assert charge.period is not None  # only lines have discounts, and they are for a time
        days = _days(discount, charge.period)
        if days is None or left <= 0:
            continue
        off, words = _off(terms, line, discount, when, charge, days)
        if Money.rounded(off, terms.currency).amount > left:
            off, words = left, (*words, no_more_than(left, terms.currency))
        left -= Money.rounded(off, terms.currency).amount
        yield _discount(terms, number, place, replace(charge, exact=-off, words=words, period=days))


def no_more_than(price: Decimal, currency: str) -> str:
    """Say that a discount is cut down to what there is to take off from."""
    return f"no more than the price: {shown(price, currency)}"


def given_up(terms: Terms, number: int, charge: Reckoned, facts: Facts, given: Collection[str]) -> Iterator[Reckoned]:
    """Give the discounts that were billed of a charge which now comes to too little for them: they come to nothing.

    `given` are the keys of those that still take something off it.
    """
    for place in range(len(terms.lines[number].discounts)):
        nothing = _discount(terms, number, place, replace(charge, exact=Decimal(0), words=("nothing to take off",)))
        if nothing.key in facts.billed and nothing.key not in given:
            yield nothing


def _discount(terms: Terms, number: int, place: int, charge: Reckoned) -> Reckoned:
    """Return what one discount takes off, out of the charge with the amount, the words and the days of the discount."""
    line = terms.lines[number]
    discount = line.discounts[place]
    return replace(
        charge,
        key=charge.key.replace("@", f"/discount{place + 1}@"),
        path=f"lines[{number + 1}].discounts[{place + 1}]",
        description=f"{line.description}: {discount.description or _named(discount)}",
        measured=Decimal(1),
        unit="",
        usage=(),
        words_are_net=False,
    )


def _days(discount: Discount, period: Period) -> Period | None:
    """Return the days of a period on which a discount holds."""
    start, end = max(discount.start or period.start, period.start), min(discount.end or period.end, period.end)
    return Period(start, end) if start <= end else None


def _off(
    terms: Terms, line: PriceLine, discount: Discount, when: LinePeriod, charge: Reckoned, days: Period
) -> tuple[Decimal, tuple[str, ...]]:
    """Return what a discount takes off for the days on which it holds, exactly, and the arithmetic of it."""
    months, proration, currency = terms.months(line), terms.billing.proration, terms.currency
    share = PeriodShare(days, when.share.full)
    part = fraction_of(share, months, proration)
    named = fraction_words(share, months, proration)
    if discount.amount is not None:
        off = part.of(discount.amount)
        words = f"{shown(discount.amount, currency)} off a full period"
        return off, ((f"{words}, {named}: {shown(off, currency)}" if named else words), *rounding(off, currency))
    assert discount.pct is not None and charge.period is not None  # the terms refuse a discount with neither
    base = charge.exact
    if days != charge.period:
        whole = fraction_of(PeriodShare(charge.period, when.share.full), months, proration)
        base = Fraction(part.part * whole.whole, part.whole * whole.part).of(base)
    off = percent_of(discount.pct, base)
    words = f"{digits(discount.pct)}% of {shown(base, currency)}"
    words += f" ({named})" if named and days != charge.period else ""
    return off, (f"{words} = {shown(off, currency)}", *rounding(off, currency))


def _named(discount: Discount) -> str:
    return f"{digits(discount.pct)}% discount" if discount.pct is not None else "discount"
