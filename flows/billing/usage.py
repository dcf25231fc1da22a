"""What was used, for the lines of an entry that are measured; and what of it is billed with which invoice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from flows import usage
from flows.rating import ChargeKind, PlannedInvoice, usage_needed
from flows.terms.model import Terms
from flows.usage import BilledLine, Metered, UsageTotal
from flows.values.periods import Period
from storage.tables import Contract, Customer, DealRow


@dataclass(frozen=True, slots=True)
class Used:
    """Totals by meter and period; `subjects` are all ids under which the contract and its customer send usage."""

    subjects: frozenset[str] = frozenset()
    totals: Mapping[tuple[str, Period], UsageTotal] = field(default_factory=dict)


def used_for(session: Session, row: Contract, terms: Terms, planned: PlannedInvoice) -> Used:
    """Return the totals that rating a planned invoice asks for; none are looked up for one without measured lines."""
    needed = usage_needed(terms, planned)
    if not needed:
        return Used()
    subjects = subjects_of(session, row, terms)
    totals = {
        (need.meter, total.period): total
        for need in needed
        for total in usage.usage_totals(
            session,
            Metered(need.meter, need.aggregation, need.periods, need.each),
            subjects=subjects,
            zone=terms.time_zone,
        )
    }
    return Used(subjects, totals)


def subjects_of(session: Session, row: Contract, terms: Terms) -> frozenset[str]:
    """Return the ids under which usage is sent: the contract's, its deal's and its customer's, ours and the CRM's."""
    deal, customer = session.get_one(DealRow, row.deal_id), session.get_one(Customer, row.customer_id)
    named = {row.id, deal.id, deal.external_id, customer.id, customer.external_id, terms.contract}
    return frozenset(name for name in named if name)


def close_periods(
    session: Session,
    row: Contract,
    terms: Terms,
    planned: PlannedInvoice,
    used: Used,
    *,
    reference: str,
    at: datetime,
) -> None:
    """Keep what usage was billed with an invoice: that of its own periods, and what came late for earlier ones."""
    for late in usage.late_usage(session, row.id):
        line = terms.line(late.line_id)
        usage.close_period(session, late.total, _billed(row, terms, line.id, used), reference=reference, at=at)
    for charge in planned.charges:
        if charge.kind is not ChargeKind.USAGE or charge.period is None:
            continue
        line = terms.lines[charge.number]
        total = used.totals.get((str(line.meter), charge.period))
        if total is not None:
            usage.close_period(session, total, _billed(row, terms, line.id, used), reference=reference, at=at)
    usage.settle_closings(session, row.id, at)


def _billed(row: Contract, terms: Terms, line_id: str, used: Used) -> BilledLine:
    return BilledLine(row.id, line_id, used.subjects, terms.line(line_id).aggregation, terms.time_zone)
