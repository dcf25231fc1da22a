"""What was used, for the lines of an entry that are measured; and what of it is billed with which invoice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from flows import usage
from flows.rating import ChargeKind, PlannedInvoice, usage_needed
from flows.terms.model import Terms
from flows.usage import BilledLine, Metered, UsageTotal
from flows.values.periods import Period
from storage.tables import Contract, Customer, DealRow

_MEASURED: Final = (ChargeKind.USAGE, ChargeKind.LATE)


@dataclass(frozen=True, slots=True)
class Used:
    """Totals by meter and period; `subjects` are all ids under which the contract and its customer send usage."""

    subjects: frozenset[str] = frozenset()
    totals: Mapping[tuple[str, Period], UsageTotal] = field(default_factory=dict)


def used_for(
    session: Session, row: Contract, terms: Terms, planned: PlannedInvoice, *, as_of: datetime | None = None
) -> Used:
    """Return the totals that rating a planned invoice asks for; none are looked up for one without measured lines.

    `as_of` leaves out what was received after an instant.
    """
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
            as_of=as_of,
        )
    }
    return Used(subjects, totals)


def subjects_of(session: Session, row: Contract, terms: Terms) -> frozenset[str]:
    """Return the ids under which usage is sent: the contract's, its deal's and its customer's, ours and the CRM's."""
    deal, customer = session.get_one(DealRow, row.deal_id), session.get_one(Customer, row.customer_id)
    named = {row.id, deal.id, deal.external_id, customer.id, customer.external_id, terms.contract}
    return frozenset(name for name in named if name)


def contracts_of(subjects: Collection[str]) -> Select[Contract]:
    """Return what finds the active contracts to which these ids send usage."""
    named = (Contract.id, DealRow.id, DealRow.external_id, Customer.id, Customer.external_id)
    return (
        select(Contract)
        .join(DealRow, col(DealRow.id) == col(Contract.deal_id))
        .join(Customer, col(Customer.id) == col(Contract.customer_id))
        .where(col(Contract.state) == "active", or_(*(col(name).in_(subjects) for name in named)))
    )


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
    totals = [
        (late.line_id, late.total) for late in usage.late_usage(session, row.id) if late.line_id in _lines(planned)
    ]
    for charge in planned.charges:
        meter = str(terms.lines[charge.number].meter) if charge.kind in _MEASURED else None
        if charge.kind is ChargeKind.USAGE and charge.period is not None and (meter, charge.period) in used.totals:
            totals.append((charge.subject, used.totals[str(meter), charge.period]))
        elif charge.kind is ChargeKind.LATE:  # what came first after a period of which nothing was billed
            closed = usage.closed_periods(session, row.id)
            totals += [
                (charge.subject, total)
                for (name, days), total in used.totals.items()
                if name == meter and total.quantity and (charge.subject, days) not in closed
            ]
    for line_id, total in totals:
        usage.close_period(session, total, _billed(row, terms, line_id, used), reference=reference, at=at)
    usage.settle_closings(session, row.id, at)


def _lines(planned: PlannedInvoice) -> frozenset[str]:
    return frozenset(charge.subject for charge in planned.charges if charge.kind in _MEASURED)


def _billed(row: Contract, terms: Terms, line_id: str, used: Used) -> BilledLine:
    return BilledLine(row.id, line_id, used.subjects, terms.line(line_id).aggregation, terms.time_zone)
