"""When an invoice is due under its payment terms, what may be deducted, and its instalments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from flows.schedule.payment_terms import (
    DayOfMonth,
    EarlyDiscount,
    EndOfMonth,
    Instalments,
    Net,
    PaymentTerms,
    SingleDue,
)
from flows.schedule.split import split_by_percents, split_equally
from flows.values.money import Money
from flows.values.periods import add_months, month_end

_DIGITS = 60


@dataclass(frozen=True, slots=True)
class Discount:
    """What may be deducted (a positive amount) by who pays on `until` at the latest."""

    until: date
    amount: Money


@dataclass(frozen=True, slots=True)
class InstalmentDue:
    """One part of an invoice and the day on which it is due."""

    due: date
    amount: Money


def due_date(terms: PaymentTerms, invoice_date: date) -> date:
    """Return the day on which an invoice of `invoice_date` must be paid in full; never before the invoice date.

    Of instalments it is the latest of their due dates.
    """
    if isinstance(terms, Instalments):
        return max(due_date(part.due, invoice_date) for part in terms.parts)
    return _due(terms, invoice_date)


def discount_until(terms: PaymentTerms, invoice_date: date) -> date | None:
    """Return the last day on which the early-payment discount may be taken, or None for terms without one."""
    if isinstance(terms, EarlyDiscount):
        return invoice_date + timedelta(days=terms.discount_days)
    return None


def discount(terms: PaymentTerms, invoice_date: date, total: Money) -> Discount | None:
    """Return the early-payment discount on `total`, rounded half away from zero, or None for terms without one."""
    until = discount_until(terms, invoice_date)
    if until is None or not isinstance(terms, EarlyDiscount):
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        exact = total.amount * terms.discount_pct / Decimal(100)
    return Discount(until, Money.rounded(exact, total.currency))


def instalments(terms: PaymentTerms, invoice_date: date, total: Money) -> tuple[InstalmentDue, ...]:
    """Return the parts in which `total` is due, in the order of the terms; they add up to it exactly.

    Terms without instalments give one part.
    """
    if not isinstance(terms, Instalments):
        return (InstalmentDue(due_date(terms, invoice_date), total),)
    percents = [part.percent for part in terms.parts if part.percent is not None]
    if percents:
        amounts = split_by_percents(total, percents, terms.remainder)
    else:
        amounts = split_equally(total, len(terms.parts), terms.remainder)
    return tuple(
        InstalmentDue(due_date(part.due, invoice_date), amount)
        for part, amount in zip(terms.parts, amounts, strict=True)
    )


def _due(terms: SingleDue | EarlyDiscount, invoice_date: date) -> date:
    match terms:
        case Net() | EarlyDiscount():
            return invoice_date + timedelta(days=terms.days)
        case EndOfMonth():
            return month_end(invoice_date) + timedelta(days=terms.days)
        case DayOfMonth():
            due = add_months(invoice_date, terms.months, terms.day)
            if (due - invoice_date).days < terms.min_days:  # fewer than 0 is before the invoice itself
                return add_months(invoice_date, terms.months + 1, terms.day)
            return due
