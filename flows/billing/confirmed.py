"""What the confirmed changes of a contract put right, for crediting: so that nothing is given back or billed twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from flows.billing import rules
from flows.billing.adjustments import APART
from flows.billing.drafting import newest_of
from flows.billing.planning import reached
from flows.rating import PlannedInvoice, taken_back
from flows.values.money import Money, total
from storage.tables import Contract, ScheduleEntry


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Key and minor units of every line of a contract's confirmed changes, billed or not, and the memos for them."""

    lines: tuple[tuple[str, int], ...] = ()
    memos: frozenset[str] = frozenset()  # corrections that give back what no invoice could take


def confirmed(session: Session, contract_id: str) -> Confirmed:
    """Return what the confirmed changes of a contract put right."""
    contract, _ = newest_of(session, contract_id)
    lines = ((line.key, line.amount.minor) for amendment in contract.amendments for line in amendment.lines)
    return Confirmed(tuple(lines), frozenset(contract.memos))


def charged_beside(session: Session, invoice_id: str) -> Money | None:
    """Return what confirmed changes charge by themselves that an invoice would bill, too, if it were issued anew."""
    statement = select(ScheduleEntry).where(col(ScheduleEntry.invoice_id) == invoice_id)
    entry = session.execute(statement).scalar_one_or_none()
    if entry is None or entry.key.startswith(APART):
        return None
    contract, _ = newest_of(session, entry.contract_id)
    if not contract.amendments:
        return None
    happened = reached(session.get_one(Contract, entry.contract_id))
    planned = rules.planned_again(contract.terms, key=entry.planned_key, on=entry.planned_on, reached=happened)
    lines = [line for amendment in contract.amendments for line in amendment.lines]
    keys = {line.key for line in lines if line.amount.amount > 0 and planned and _is_billed_by(planned, line.key)}
    return total((line.amount for line in lines if (taken_back(line.key) or line.key) in keys), entry.currency)


def _is_billed_by(planned: PlannedInvoice, key: str) -> bool:
    """Tell whether a planned invoice has the charge that a line of that key charges, for the same days."""
    if taken_back(key) is not None:
        return False
    name, _, on = key.partition("@")
    subject, first = name.partition("/")[0], date.fromisoformat(on)
    return any(
        charge.subject == subject and (charge.period is None or charge.period.start <= first <= charge.period.end)
        for charge in planned.charges
    )
