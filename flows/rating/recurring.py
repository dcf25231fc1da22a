"""One billing period of a line with an agreed quantity: cut where its price changes, prorated, free days, discounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from flows.pricing import price
from flows.rating.discounts import discounts
from flows.rating.facts import key_of
from flows.rating.figures import rounding, shown
from flows.rating.rated import Reckoned
from flows.schedule.calendars import PeriodShare
from flows.schedule.proration import Fraction, fraction_of, fraction_words
from flows.terms.lines import PriceLine, RampSegment
from flows.terms.model import Terms
from flows.terms.raised import raised
from flows.terms.timeline import LinePeriod, price_changes, price_factor, segment_on
from flows.values.periods import DAY, Period


@dataclass(frozen=True, slots=True)
class Piece:
    """Days of one billing period on which quantity and price stay the same."""

    days: Period
    segment: int | None  # the ramp segment in force
    factor: Decimal  # by which the first price was raised
    free: bool


def reckon_recurring(terms: Terms, number: int, when: LinePeriod) -> Iterator[Reckoned]:
    """Give what a period of the line in place `number` comes to: each piece, then its discounts."""
    line = terms.lines[number]
    for piece in pieces(terms, line, when.period):
        charge = _charge(terms, number, when, piece)
        yield charge
        if not piece.free:
            yield from discounts(terms, number, when, charge)


def pieces(terms: Terms, line: PriceLine, period: Period) -> Iterator[Piece]:
    """Give the parts of a billing period on which nothing changes, in order; neighbours always differ."""
    starts = [period.start, *price_changes(terms, line, period), period.end + DAY]
    pending: Piece | None = None
    for start, after in pairwise(starts):
        piece = _piece(terms, line, Period(start, after - DAY))
        if pending is not None and (pending.segment, pending.factor, pending.free) == (
            piece.segment,
            piece.factor,
            piece.free,
        ):
            pending = Piece(Period(pending.days.start, piece.days.end), piece.segment, piece.factor, piece.free)
            continue
        if pending is not None:
            yield pending
        pending = piece
    assert pending is not None  # a period has at least one day
    yield pending


def _piece(terms: Terms, line: PriceLine, days: Period) -> Piece:
    free = any(free.start <= days.start <= free.end for free in line.free)
    return Piece(days, segment_on(line, days.start), price_factor(terms, line, days.start), free)


def _charge(terms: Terms, number: int, when: LinePeriod, piece: Piece) -> Reckoned:
    line = terms.lines[number]
    segment = line.ramp[piece.segment] if piece.segment is not None else None
    quantity = _quantity(line, segment)
    share = PeriodShare(piece.days, when.share.full)
    exact, words = _free() if piece.free else _price(terms, line, segment, piece, share)
    return Reckoned(
        key=key_of(line.id, piece.days.start),
        path=f"lines[{number + 1}]" + (f".ramp[{piece.segment + 1}]" if piece.segment is not None else ""),
        coded=line,
        description=f"{line.description}, free" if piece.free else line.description,
        exact=exact,
        words=words,
        measured=quantity,
        unit="" if line.price.model == "flat" else line.unit,
        when=when,
        period=piece.days,
    )


def _free() -> tuple[Decimal, tuple[str, ...]]:
    return Decimal(0), ("free of charge",)


def _quantity(line: PriceLine, segment: RampSegment | None) -> Decimal:
    agreed = segment.quantity if segment is not None and segment.quantity is not None else line.quantity
    return Decimal(1) if agreed is None else agreed


def _price(
    terms: Terms, line: PriceLine, segment: RampSegment | None, piece: Piece, share: PeriodShare
) -> tuple[Decimal, tuple[str, ...]]:
    """Return what a piece costs, exactly, and the arithmetic of it."""
    months = terms.months(line)
    per = (line.price_per or line.frequency or terms.billing.frequency).months
    model = raised(line.price, piece.factor, segment.unit_price if segment else None, line.escalator)
    full = price(model, _quantity(line, segment), terms.currency, unit=line.unit)
    part = fraction_of(share, months, terms.billing.proration)
    fraction = Fraction(part.part * months, part.whole * per)
    if fraction.part == fraction.whole:
        return full.exact, full.words
    currency, exact = terms.currency, fraction.of(full.exact)
    words = list(full.words if full.exact == full.amount.amount else full.words[:-1])
    step = Fraction(months, per).of(full.exact)
    if months != per:
        parts = f"{months} of {per} months of it"
        words.append(f"{parts}: {shown(full.exact, currency)} x {months}/{per} = {shown(step, currency)}")
    if part.part != part.whole:
        days = fraction_words(share, months, terms.billing.proration)
        words.append(f"{days}: {shown(step, currency)} x {part.part}/{part.whole} = {shown(exact, currency)}")
    return exact, (*words, *rounding(exact, currency))
