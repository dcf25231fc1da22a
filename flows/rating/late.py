"""Usage that came, or was corrected, after the last invoice for its line: what it comes to, on an invoice of its own.

Every window of the line is priced from everything that was used in it, less all that was billed of it. So whenever the
events come, and on however many such invoices, all of them together come to the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from flows.rating.facts import Facts
from flows.rating.plan import ChargeKind, PlannedCharge, PlannedInvoice
from flows.rating.rated import RatedLine
from flows.schedule.due_dates import due_date
from flows.terms.lines import PriceLine
from flows.terms.model import Terms
from flows.terms.timeline import LinePeriod, calendar_of, periods_until, terms_until
from flows.values.money import Money


def last_invoice_of(terms: Terms, line: PriceLine) -> date | None:
    """Return the date of the last invoice for a line; None for one that runs on, or never runs."""
    last = _last_period(terms, line)
    return calendar_of(terms, line).invoice_date(last.period) if last else None


def late_invoice(terms: Terms, *, key: str, on: date, lines: Collection[str]) -> PlannedInvoice:
    """Return the invoice that bills on a day what came late for these metered lines, whose last invoice was planned."""
    charges = tuple(
        PlannedCharge(ChargeKind.LATE, line.id, number, last)
        for number, line in enumerate(terms.lines)
        if line.id in lines and line.is_metered and (last := _last_period(terms, line))
    )
    return PlannedInvoice(key, on, due_date(terms.payment, on), charges)


def not_given_twice(lines: Iterable[RatedLine], facts: Facts) -> Iterator[RatedLine]:
    """Give lines without what of them credit memos gave back before; one of which nothing is left is left out."""
    for line in lines:
        given = facts.credited.get(line.key)
        if given is None or given.amount <= 0 or line.amount.amount >= 0:
            yield line
        elif (left := line.amount + given) < Money.zero(left.currency):
            words = (*line.words, f"{given} of it was given back by credit memo")
            yield replace(
                line, quantity=Decimal(1), unit_price=left.amount, amount=left, exact=left.amount, words=words
            )


def _last_period(terms: Terms, line: PriceLine) -> LinePeriod | None:
    end = _end(terms, line)
    return None if end is None else max(periods_until(terms, line, end), key=lambda one: one.period.end, default=None)


def _end(terms: Terms, line: PriceLine) -> date | None:
    """Return the day on which a line runs at the latest; None when none is known."""
    renewal = terms.renewal
    if terms.end is None or renewal.kind == "evergreen" or (renewal.kind == "fixed" and renewal.times is None):
        return line.end
    *_, last = terms_until(terms, date.max)
    ends = [day for day in (last.end, line.end) if day is not None]
    return min(ends)
