"""What a line of a deal brings to the terms of its contract beside its price, by what the catalogue says. Pure.

Days are counted from the contract's first day; what would begin after its last day is left out, and what would go on
beyond it ends with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flows.contracts.catalogue import NOTHING, Product
from flows.contracts.conventions import Conventions, Holds, disagreements, renewal_words
from flows.contracts.problem import Problem, line_field
from flows.contracts.product_parts import NO_RENEWAL, Parts, RampStep
from flows.schedule import Timing, split_by_percents
from flows.terms.lines import Commitment, Discount, Fee, FreePeriod, Milestone, PrepaidCredit, RampSegment
from flows.values.deal import Billing, DealLine
from flows.values.extension import charged_quantity, exact_product, extend
from flows.values.money import Money
from flows.values.periods import DAY, add_months
from flows.values.words import shortened

_LONGEST_ID: Final = 64


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of a deal with its product, in a contract from `start`; `number` is its place, from 1.

    `end` is the day on which what the product brings ends with the contract: none for one that is renewed. `has_end`
    tells whether the deal says on which day the contract ends.
    """

    number: int
    id: str
    line: DealLine
    product: Product | None
    coding: Mapping[str, Any]
    description: str
    currency: str
    start: date
    end: date | None
    conventions: Conventions
    has_end: bool

    @property
    def in_arrears(self) -> bool:
        """Tell whether the line is billed after its periods."""
        if self.product is not None and self.product.meter is not None:
            return True
        return ((self.product.timing if self.product else None) or self.line.timing) == Timing.ARREARS

    @property
    def parts(self) -> Parts:
        """What the product brings beside its price."""
        return self.product.parts if self.product else NOTHING

    @property
    def is_fee(self) -> bool:
        """Tell whether the line itself is charged once, on the contract's first day."""
        is_measured = self.product is not None and self.product.meter is not None
        return self.line.billing == Billing.ONE_TIME and not is_measured and not self.parts.stands_for_line

    @property
    def is_priced(self) -> bool:
        """Tell whether the line is billed period by period."""
        return not self.is_fee and not self.parts.stands_for_line

    @property
    def value(self) -> Money:
        """What the deal's line comes to: quantity times unit price."""
        return extend(charged_quantity(self.line) or Decimal(1), self.line.unit_price or Decimal(0), self.currency)


def questions(sold: Sequence[Sold]) -> Iterator[Problem]:
    """Yield what the products of a deal cannot be together."""
    there = {one.product.code for one in sold if one.product and one.is_priced}
    for one in sold:
        missing = [code for _, code in one.parts.named if code not in there]
        if missing:
            what = "minimum" if one.parts.stands_for_line == "commitment" else "credit"
            text = (
                f"Line {one.number} is a {what} for {', '.join(missing)}, but the deal has no such line. "
                "Add the product, or take the line off the deal."
            )
            yield Problem("deal.terms_refused", line_field(one.number, "product_code"), text)
    said = [*disagreements(holding(sold))]
    for words in said:
        yield Problem("deal.terms_refused", "lines", words)
    if not said:
        yield from _renewed_without_end(sold)


def _renewed_without_end(sold: Sequence[Sold]) -> Iterator[Problem]:
    """Ask for the end at which a contract is to be renewed, naming the products that say so."""
    held = zip([one for one in sold if one.is_priced], holding(sold), strict=True)
    renewed = [holds for one, holds in held if not one.has_end and one.conventions.renewal != NO_RENEWAL]
    if renewed:
        names, how = ", ".join(one.name for one in renewed), renewal_words(renewed[0].conventions.renewal)
        yield Problem(
            "deal.terms_refused",
            "end_date",
            f"{names[:1].upper()}{names[1:]}: the product is renewed ({how}), and the deal has no end date at which it "
            "could be. Give the deal an end, or correct the renewal in the "
            "product catalogue.",
        )


def holding(sold: Sequence[Sold]) -> list[Holds]:
    """Return by what the lines that are billed period by period are billed."""
    return [
        Holds(
            f"line {one.number} ({shortened(one.line.product_code or one.description, 60)})",
            one.conventions,
            one.in_arrears,
        )
        for one in sold
        if one.is_priced
    ]


def over_time(one: Sold) -> dict[str, Any]:
    """Return what changes the price of a line in the course of time, as fields of a PriceLine."""
    parts = one.parts
    return {
        "ramp": tuple(_ramp(one, parts.ramp)),
        "free": tuple(
            FreePeriod(start=start, end=end)
            for free in parts.free
            for start, end in _stretch(one, free.after_months, free.months)
            if end is not None
        ),
        "discounts": tuple(
            Discount(pct=off.pct, amount=off.amount, description=off.description, start=start, end=end)
            for off in parts.discounts
            for start, end in _stretch(one, off.after_months, off.months)
        ),
        "escalator": parts.escalator,
    }


def fees(one: Sold) -> Iterator[Fee]:
    """Give what is charged once for a line: the line itself, and the fees that its product brings."""
    if one.is_fee and one.line.unit_price:
        quantity = charged_quantity(one.line) or Decimal(1)
        yield Fee(id=one.id, description=one.description, amount=one.line.unit_price, quantity=quantity, **one.coding)
    for number, fee in enumerate(one.parts.fees, start=1):
        yield Fee(
            id=inner_id(one.id, f"fee-{number}"),
            description=fee.description,
            amount=fee.amount,
            quantity=fee.quantity,
            date=add_months(one.start, fee.after_months),
            **one.coding,
        )


def milestones(one: Sold) -> Iterator[Milestone]:
    """Give the milestones of a line; their percentages are of what it comes to, the last one takes the rest."""
    percents = [milestone.pct for milestone in one.parts.milestones if milestone.pct is not None]
    shares = iter(split_by_percents(one.value, percents) if percents else ())
    for number, milestone in enumerate(one.parts.milestones, start=1):
        amount = next(shares).amount if milestone.amount is None else milestone.amount
        after = milestone.after_months
        yield Milestone(
            id=inner_id(one.id, milestone.event or f"milestone-{number}"),
            description=milestone.description,
            amount=amount,
            date=None if after is None else add_months(one.start, after),
            event=inner_id(one.id, milestone.event) if milestone.event else None,
            **one.coding,
        )


def commitments(sold: Sequence[Sold]) -> Iterator[Commitment]:
    """Give the minimums that the products of a deal bring."""
    for one in sold:
        minimum = one.parts.commitment
        if minimum is None:
            continue
        yield Commitment(
            id=one.id if minimum.products else inner_id(one.id, "minimum"),
            description=minimum.description,
            amount=minimum.amount or one.value.amount,
            per=minimum.per,
            lines=_lines_of(sold, one, minimum.products),
            alert_at_pct=minimum.alert_at_pct,
            **one.coding,
        )


def credits_of(sold: Sequence[Sold]) -> Iterator[PrepaidCredit]:
    """Give the prepaid credit that the products of a deal bring, or that its lines buy."""
    for one in sold:
        credit = one.parts.credit
        if credit is None:
            continue
        price = one.value.amount if credit.products and credit.price is None else credit.price
        expires = None if credit.months is None else add_months(one.start, credit.months) - DAY
        yield PrepaidCredit(
            id=one.id if credit.products else inner_id(one.id, "credit"),
            description=credit.description,
            amount=credit.amount or one.value.amount,
            price=price,
            date=one.start,
            expires=expires,
            lines=_lines_of(sold, one, credit.products),
            **one.coding,
        )


def inner_id(outer: str, name: str) -> str:
    """Return the id of a part of a line."""
    whole = f"{outer}.{name}"
    return whole if len(whole) <= _LONGEST_ID else f"part-{hashlib.sha256(whole.encode()).hexdigest()[:24]}"


def _lines_of(sold: Sequence[Sold], one: Sold, products: Sequence[str]) -> tuple[str, ...]:
    if not products:
        return (one.id,)
    return tuple(other.id for other in sold if other.product and other.product.code in products and other.is_priced)


def _ramp(one: Sold, steps: Sequence[RampStep]) -> Iterator[RampSegment]:
    months = 0
    for step in steps:
        start = add_months(one.start, months)
        if one.end is not None and start > one.end:
            return
        months += step.months or 0
        following = add_months(one.start, months)
        is_last = step.months is None or (one.end is not None and following > one.end)
        yield RampSegment(
            start=start,
            end=None if is_last else following - DAY,
            quantity=_share(step.quantity, step.quantity_pct, charged_quantity(one.line)),
            unit_price=_share(step.unit_price, step.price_pct, one.line.unit_price),
        )


def _share(given: Decimal | None, pct: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return given if pct is None else exact_product(whole or Decimal(0), pct).scaleb(-2)


def _stretch(one: Sold, after: int, months: int | None) -> Iterator[tuple[date, date | None]]:
    """Give the first and the last day of some months of the contract; nothing when they are after its end."""
    start = add_months(one.start, after)
    end = one.end if months is None else add_months(one.start, after + months) - DAY
    if one.end is None or start <= one.end:
        yield start, end if one.end is None or end is None else min(end, one.end)
