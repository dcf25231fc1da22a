"""What a customer has to know to pay an invoice: what an early payment saves, and the day of each instalment."""

from __future__ import annotations

from datetime import date

from flows.schedule.due_dates import discount, instalments
from flows.schedule.payment_terms import Instalments, PaymentTerms
from flows.schedule.reading_terms import read_payment_terms
from flows.values.money import Money, format_money
from flows.values.terms import UnknownTerms
from flows.values.words import day


def ways_to_pay(terms: PaymentTerms | str, invoice_date: date, total: Money) -> tuple[str, ...]:
    """Say what is to be paid until when, a sentence part each; nothing where the whole total is due on one day.

    "USD 2,352.00 by 3 Dec 2026, less USD 48.00; else USD 2,400.00 by 23 Dec 2026", or of each instalment "1 of 2:
    USD 1,200.00 by 23 Dec 2026". Terms may be given as they stand on an invoice; what cannot be read says nothing.
    """
    if isinstance(terms, str):
        try:
            terms = read_payment_terms(terms)
        except UnknownTerms:
            return ()
    if not total:
        return ()
    parts = instalments(terms, invoice_date, total)
    if isinstance(terms, Instalments):
        return tuple(
            f"{number} of {len(parts)}: {format_money(part.amount)} by {day(part.due)}"
            for number, part in enumerate(parts, start=1)
        )
    early = discount(terms, invoice_date, total)
    if early is None or not early.amount:
        return ()
    less = f"{format_money(total - early.amount)} by {day(early.until)}, less {format_money(early.amount)}"
    return (f"{less}; else {format_money(total)} by {day(parts[0].due)}",)
