"""Billing a whole contract in the tests: usage of every period, and the invoices one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flows.rating import Facts, RatedInvoice, last_invoice_date, plan, rate, usage_needed
from flows.terms.model import Terms
from flows.values.money import Money, total
from flows.values.periods import Period


@dataclass(frozen=True)
class Used:
    """What a meter came to."""

    quantity: Decimal
    amounts: tuple[Decimal, ...] = ()
    sources: tuple[str, ...] = ()


def nothing(meter: str, days: Period) -> Used:
    return Used(Decimal(0))


def by_start(**used: str) -> Callable[[str, Period], Used]:
    """Usage by the first day of its period: d2026_01_01="1200"; other periods have none."""
    quantities = {date.fromisoformat(name[1:].replace("_", "-")): Decimal(text) for name, text in used.items()}
    return lambda meter, days: Used(quantities.get(days.start, Decimal(0)))


def bill(
    terms: Terms,
    used: Callable[[str, Period], Used] = nothing,
    *,
    horizon: date | None = None,
    reached: Mapping[str, date] | None = None,
) -> Iterator[RatedInvoice]:
    """Give every invoice of a contract up to the horizon, or to its end."""
    facts = Facts()
    for planned in plan(terms, horizon=horizon or last_invoice_date(terms) or terms.start, reached=reached):
        wanted = {
            (need.meter, days): used(need.meter, days) for need in usage_needed(terms, planned) for days in need.periods
        }
        rated = rate(terms, planned, Facts(wanted, facts.billed))
        facts = facts.after(rated.lines)
        yield rated


def amounts(invoices: Iterator[RatedInvoice]) -> list[str]:
    """Write invoices as "2026-01-01 2,400.00"."""
    return [f"{invoice.invoice_date} {str(invoice.total).split()[1]}" for invoice in invoices]


def billed(invoices: Iterator[RatedInvoice], currency: str) -> Money:
    """Return what all the invoices come to."""
    return total((invoice.total for invoice in invoices), currency)
