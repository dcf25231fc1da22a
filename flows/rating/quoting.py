"""A contract billed from its first day on paper: what each invoice would be, nothing stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from flows.rating.facts import Facts, Usage
from flows.rating.metered import UsageNeeded, usage_needed
from flows.rating.plan import PlannedInvoice, last_invoice_date, plan
from flows.rating.rate import rate
from flows.rating.rated import RatedInvoice
from flows.terms.model import Terms
from flows.values.money import Money, total
from flows.values.periods import DAY, Period, add_months

_A_YEAR: Final = 12  # months that are shown of a contract without an end


@dataclass(frozen=True, slots=True)
class NoUsage:
    """A total of nothing, where no usage was given."""

    quantity: Decimal = Decimal(0)
    amounts: tuple[Decimal, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """The invoices dated from `since` to `until`, both included, those with nothing to bill left out."""

    since: date
    until: date
    currency: str
    invoices: tuple[RatedInvoice, ...]

    @property
    def total(self) -> Money:
        """What the invoices come to."""
        return total((invoice.total for invoice in self.invoices), self.currency)


def quote(
    terms: Terms,
    *,
    since: date | None = None,
    until: date | None = None,
    reached: Mapping[str, date] | None = None,
    used: Callable[[tuple[UsageNeeded, ...]], Mapping[tuple[str, Period], Usage]] | None = None,
) -> Quote:
    """Return what a contract bills; without `until`, to the end of its first term, or for a year when it has none,
    and to the last event that was reached.

    The invoices before `since` are rated too, because what comes later depends on them. `used` is asked once, for the
    usage of every period; without it, nothing was used.
    """
    first, last = since or terms.start, until or max([_whole(terms), *(reached or {}).values()])
    planned = plan(terms, horizon=last, reached=reached)
    wanted = _needed(terms, planned)
    totals = used(wanted) if used else {}
    usage = {(one.meter, days): totals.get((one.meter, days), NoUsage()) for one in wanted for days in one.periods}
    facts, invoices = Facts(usage), []
    for invoice in planned:
        rated = rate(terms, invoice, facts)
        facts = facts.after(rated.lines)
        if rated.lines and rated.invoice_date >= first:
            invoices.append(rated)
    return Quote(first, last, terms.currency, tuple(invoices))


def _whole(terms: Terms) -> date:
    return last_invoice_date(terms) or add_months(terms.start, _A_YEAR) - DAY


def _needed(terms: Terms, planned: tuple[PlannedInvoice, ...]) -> tuple[UsageNeeded, ...]:
    """Return the usage that all the invoices need, one entry for each meter."""
    found: dict[str, UsageNeeded] = {}
    for invoice in planned:
        for need in usage_needed(terms, invoice):
            before = found.get(need.meter, need)
            days = tuple(sorted({*need.periods, *before.periods}))
            found[need.meter] = UsageNeeded(need.meter, need.aggregation, days, need.each or before.each)
    return tuple(found.values())
