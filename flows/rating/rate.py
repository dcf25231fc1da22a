"""A planned invoice with its lines: what everything on it comes to, less what was billed before, in words and money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.rating.facts import Facts
from flows.rating.late import not_given_twice
from flows.rating.metered import reckon_metered
from flows.rating.minimums import reckon_minimums
from flows.rating.once import reckon_once
from flows.rating.plan import ChargeKind, PlannedInvoice
from flows.rating.prepaid import reckon_prepaid
from flows.rating.rated import RatedInvoice, RatedLine, Reckoned, settle
from flows.rating.recurring import reckon_recurring
from flows.terms.lines import PriceLine
from flows.terms.model import Terms


def rate(terms: Terms, planned: PlannedInvoice, facts: Facts | None = None) -> RatedInvoice:
    """Return the invoice with its lines in the order of the terms, then true-ups, then what prepaid credit pays.

    Every line is rounded half away from zero to the minor unit, then added. `facts` hold what was used
    (`usage_needed` tells what is wanted) and what the invoices before have billed, in their order. Raises
    UsageMissing for a metered line without a total, and what `flows.pricing.price` raises for usage that the price
    does not cover.
    """
    known, currency = facts or Facts(), terms.currency
    lines = [settle(reckoned, known, currency) for reckoned in _charges(terms, planned, known)]
    lines += [settle(reckoned, known, currency) for reckoned in reckon_minimums(terms, planned, lines, known)]
    lines += [settle(reckoned, known, currency) for reckoned in reckon_prepaid(terms, planned, lines, known)]
    if planned.is_late:
        return RatedInvoice(planned, currency, tuple(line for line in not_given_twice(lines, known) if line.amount))
    by_id = {line.id: line for line in terms.lines}
    return RatedInvoice(planned, currency, tuple(line for line in lines if _stands(line, by_id)))


def _charges(terms: Terms, planned: PlannedInvoice, facts: Facts) -> Iterator[Reckoned]:
    for charge in planned.charges:
        if charge.when is None:
            yield reckon_once(terms, charge, planned)
        elif charge.kind in (ChargeKind.USAGE, ChargeKind.LATE):
            yield from reckon_metered(terms, charge, facts)
        else:
            yield from reckon_recurring(terms, charge.number, charge.when)


def _stands(line: RatedLine, by_id: Mapping[str, PriceLine]) -> bool:
    """Tell whether a line stands on the invoice: one of nothing does only where the terms say so."""
    if line.amount or line.period is None:
        return bool(line.amount)
    shown = line.subject in by_id and by_id[line.subject].when_zero == "show"
    return shown and "/" not in line.key and line.period == (line.when.period if line.when else None)
