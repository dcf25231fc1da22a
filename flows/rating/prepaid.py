"""Prepaid credit: charges of its lines are paid from it until it is used up or has expired.

It pays for service that lies wholly between its purchase and its last day. What a correction takes back goes back to
the credit it was paid from, as long as that has not expired. The credit that expires first is used first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from flows.rating.facts import Facts, key_of
from flows.rating.figures import shown
from flows.rating.plan import PlannedInvoice
from flows.rating.rated import RatedLine, Reckoned
from flows.terms.lines import PrepaidCredit
from flows.terms.model import Terms
from flows.terms.timeline import periods_until
from flows.values.money import Money, total
from flows.values.periods import Period

_DRAW = "draw"
_LATE = "draw/late"  # on a day on which another invoice may be dated, too


def reckon_prepaid(
    terms: Terms, planned: PlannedInvoice, lines: Sequence[RatedLine], facts: Facts
) -> Iterator[Reckoned]:
    """Give what each credit pays of this invoice's lines: a negative line, or a positive one that fills it again."""
    left = {line.key: line.amount.amount for line in lines}
    order = sorted(enumerate(terms.credits), key=lambda item: (item[1].expires or date.max, item[0]))
    for number, credit in order:
        paid_by = [line for line in lines if line.subject in credit.lines and _is_in_time(terms, credit, line, planned)]
        due = sum((left[line.key] for line in paid_by), Decimal(0))
        balance = credit_balance(credit, facts, terms.currency).amount
        if planned.is_late and due < 0:
            due = min(_paid_for(terms, credit, facts) + due - (credit.amount - balance), Decimal(0))
        drawn = max(min(due, balance), balance - credit.amount)  # never more than is left, nor back above the whole
        if drawn == 0:
            continue
        _take(left, paid_by, drawn)
        yield _line(terms, number, planned, drawn, balance)


def credit_balance(credit: PrepaidCredit, facts: Facts, currency: str) -> Money:
    """Return what is left of a credit after the invoices so far; whether it has expired is not asked."""
    drawn = (f"{credit.id}/{_DRAW}@", f"{credit.id}/{_LATE}@")
    used = total((billed.amount for key, billed in facts.billed.items() if key.startswith(drawn)), currency)
    return Money.rounded(credit.amount, currency) + used


def _is_in_time(terms: Terms, credit: PrepaidCredit, line: RatedLine, planned: PlannedInvoice) -> bool:
    period = line.period
    if period is None or planned.invoice_date < (credit.date or terms.start):
        return False
    return period.start >= (credit.date or terms.start) and (credit.expires is None or period.end <= credit.expires)


def _paid_for(terms: Terms, credit: PrepaidCredit, facts: Facts) -> Decimal:
    """Return what was billed, on the invoices before, for service that a credit pays for, paid by it or not.

    A correction on a late invoice first lowers what the customer paid beyond the credit, as if the usage had been right
    from the start: no invoice follows on which credit that comes back could be used.
    """
    within = Period(credit.date or terms.start, credit.expires or date.max)
    billed = facts.billed_for(credit.lines, within, terms.currency).amount
    if credit.expires is None:
        return billed
    for line in (terms.line(name) for name in credit.lines):
        for when in periods_until(terms, line, credit.expires):
            if when.period.end > credit.expires:  # it began in time, and is not paid for
                billed -= facts.billed_for((line.id,), when.period, terms.currency).amount
    return billed


def _take(left: dict[str, Decimal], lines: Sequence[RatedLine], drawn: Decimal) -> None:
    """Take what was paid off the lines, so that another credit does not pay it again."""
    for line in lines:
        taken = (
            max(min(left[line.key], drawn), Decimal(0)) if drawn > 0 else min(max(left[line.key], drawn), Decimal(0))
        )
        left[line.key] -= taken
        drawn -= taken


def _line(terms: Terms, number: int, planned: PlannedInvoice, drawn: Decimal, balance: Decimal) -> Reckoned:
    credit, currency = terms.credits[number], terms.currency
    rest = shown(balance - drawn, currency)
    if drawn > 0:
        words = f"{shown(balance, currency)} of credit, {shown(drawn, currency)} used now, {rest} left"
    else:
        words = f"{shown(-drawn, currency)} given back to the credit, {rest} left"
    return Reckoned(
        key=key_of(credit.id, planned.invoice_date, _LATE if planned.is_late else _DRAW),
        path=f"credits[{number + 1}]",
        coded=credit,
        description=f"{credit.description}: {'used' if drawn > 0 else 'given back'}",
        exact=-drawn,
        words=(words,),
    )
