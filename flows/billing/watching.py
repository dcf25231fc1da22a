"""Which allowances of contracts are watched: what of each is used in the billing period of today."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from flows import usage
from flows.billing.drafting import newest
from flows.billing.rules import Contracted, contracted
from flows.billing.usage import subjects_of
from flows.runtime import runtime
from flows.terms.lines import Allowance, PriceLine
from flows.terms.timeline import periods_until
from flows.usage import Metered, Watched, watch_with
from flows.values.clock import business_date
from flows.values.periods import Period
from storage.tables import Contract, Customer, DealRow


@watch_with
def watched(session: Session, subjects: Collection[str], meters: Collection[str]) -> Iterator[Watched]:
    """Give the allowances, for these meters, of the active contracts to which these ids send usage."""
    rows = {row.id: row for row in session.execute(_contracts(subjects)).scalars()}
    for contract_id, (text, _) in sorted(newest(session, list(rows)).items()) if rows else ():
        contract = contracted(text)
        for allowance in contract.terms.allowances:
            if allowance.meter in meters and (found := _used(session, rows[contract_id], contract, allowance)):
                yield found


def _contracts(subjects: Collection[str]) -> Select[Contract]:
    named = (Contract.id, DealRow.id, DealRow.external_id, Customer.id, Customer.external_id)
    return (
        select(Contract)
        .join(DealRow, col(DealRow.id) == col(Contract.deal_id))
        .join(Customer, col(Customer.id) == col(Contract.customer_id))
        .where(col(Contract.state) == "active", or_(*(col(name).in_(subjects) for name in named)))
    )


def _used(session: Session, row: Contract, contract: Contracted, allowance: Allowance) -> Watched | None:
    terms = contract.terms
    line = next(line for line in terms.lines if line.meter == allowance.meter)
    period = _period(contract, line, allowance, business_date(runtime().clock.now(), terms.time_zone))
    if period is None:
        return None
    (total,) = usage.usage_totals(
        session,
        Metered(allowance.meter, line.aggregation, (period,)),
        subjects=subjects_of(session, row, terms),
        zone=terms.time_zone,
    )
    return Watched(
        contract_id=row.id,
        line_id=line.id,
        customer=contract.bill_to.name,
        what=line.description,
        unit=line.unit,
        allowance=allowance.quantity,
        used=total.quantity,
        period=period,
        account_manager=row.account_manager,
        at_pct=allowance.alert_at_pct,
    )


def _period(contract: Contracted, line: PriceLine, allowance: Allowance, today: date) -> Period | None:
    """Return the days for which an allowance is meant, today among them; None outside the contract's time."""
    terms = contract.terms
    if allowance.per == "term":
        return Period(terms.start, terms.end) if terms.end and terms.start <= today <= terms.end else None
    return next((one.period for one in periods_until(terms, line, today) if today in one.period), None)
