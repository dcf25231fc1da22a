"""Minimum commitments: what the lines fall short of them is billed as a true-up, once the last of them is billed.

Usage that comes late to a period whose true-up was billed lowers the true-up again: the customer owes the minimum or
what was used, never both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from flows.pricing import true_up
from flows.rating.facts import Facts, is_for, key_of
from flows.rating.figures import rounding, shown
from flows.rating.plan import PlannedInvoice
from flows.rating.rated import RatedLine, Reckoned
from flows.schedule.proration import fraction_of, fraction_words
from flows.terms.lines import Commitment
from flows.terms.model import Terms
from flows.terms.timeline import LinePeriod, Term, calendar_of, periods_until
from flows.values.money import total
from flows.values.periods import Period


def reckon_minimums(
    terms: Terms, planned: PlannedInvoice, lines: Sequence[RatedLine], facts: Facts
) -> Iterator[Reckoned]:
    """Give the true-ups that the commitments come to on this invoice, whose other lines are `lines`."""
    for number, commitment in enumerate(terms.commitments):
        if commitment.per == "period":
            for when in _periods(commitment, planned, lines):
                yield _for_period(terms, number, when, lines, facts)
        else:
            for term in _terms(terms, commitment, planned, lines):
                yield _for_term(terms, number, term, lines, facts)


def _periods(commitment: Commitment, planned: PlannedInvoice, lines: Sequence[RatedLine]) -> list[LinePeriod]:
    """Return the periods that this invoice bills, or bills late, for the lines of a commitment; each once."""
    billed = [charge.when for charge in planned.charges if charge.when and charge.subject in commitment.lines]
    late = [line.when for line in lines if line.when and line.subject in commitment.lines]
    by_start = {when.share.full.start: when for when in (*late, *billed)}
    return [by_start[start] for start in sorted(by_start)]


def _terms(terms: Terms, commitment: Commitment, planned: PlannedInvoice, lines: Sequence[RatedLine]) -> list[Term]:
    """Return the terms whose last charge is on this invoice, or which it bills late; each once."""
    found = {}
    for charge in planned.charges:
        when = charge.when
        if (
            when
            and charge.subject in commitment.lines
            and planned.invoice_date >= last_charge(terms, commitment, when.term)
        ):
            found[when.term.index] = when.term
    for line in lines:
        when = line.when
        if (
            when
            and line.subject in commitment.lines
            and planned.invoice_date >= last_charge(terms, commitment, when.term)
        ):
            found[when.term.index] = when.term
    return [found[index] for index in sorted(found)]


def last_charge(terms: Terms, commitment: Commitment, term: Term) -> date:
    """Return the day on which the last charge of a commitment's lines for a term is invoiced."""
    assert term.end is not None  # the terms refuse a commitment for a term that stays open
    return max(
        (
            calendar_of(terms, line).invoice_date(when.period)
            for line in (terms.line(name) for name in commitment.lines)
            for when in periods_until(terms, line, term.end)
            if when.term == term
        ),
        default=term.end,
    )


def _for_period(terms: Terms, number: int, when: LinePeriod, lines: Sequence[RatedLine], facts: Facts) -> Reckoned:
    commitment = terms.commitments[number]
    months = terms.months(terms.line(commitment.lines[0]))
    part = fraction_of(when.share, months, terms.billing.proration)
    minimum = part.of(commitment.amount)
    prorated: tuple[str, ...] = ()
    if named := fraction_words(when.share, months, terms.billing.proration):
        whole, piece = shown(commitment.amount, terms.currency), shown(minimum, terms.currency)
        prorated = (f"{named}: {whole} x {part.part}/{part.whole} = {piece}",)
    billed = _billed(terms, commitment, when.period, lines, facts)
    return _true_up(terms, number, when.period, minimum, billed, prorated)


def _for_term(terms: Terms, number: int, term: Term, lines: Sequence[RatedLine], facts: Facts) -> Reckoned:
    assert term.end is not None
    commitment, days = terms.commitments[number], Period(term.start, term.end)
    return _true_up(terms, number, days, commitment.amount, _billed(terms, commitment, days, lines, facts))


def _billed(terms: Terms, commitment: Commitment, days: Period, lines: Sequence[RatedLine], facts: Facts) -> Decimal:
    """Return what the commitment's lines come to for some days: on the invoices before, and on this one."""
    now = total((line.amount for line in lines if is_for(line.key, commitment.lines, days)), terms.currency)
    return (facts.billed_for(commitment.lines, days, terms.currency) + now).amount


def _true_up(
    terms: Terms, number: int, days: Period, minimum: Decimal, billed: Decimal, prorated: tuple[str, ...] = ()
) -> Reckoned:
    """Return what is missing of a minimum; `prorated` says how it was cut to its part of a period."""
    commitment, currency = terms.commitments[number], terms.currency
    owed, missing = true_up(minimum, (billed,), currency).amount, max(minimum - billed, Decimal(0))
    words = f"minimum of {shown(minimum, currency)}, less {shown(billed, currency)} billed = {shown(missing, currency)}"
    return Reckoned(
        key=key_of(commitment.id, days.start),
        path=f"commitments[{number + 1}]",
        coded=commitment,
        description=commitment.description,
        exact=owed,
        words=(*prorated, words, *rounding(missing, currency)),
        period=days,
    )
