"""Which allowances and minimums of contracts are watched: what of each is used in the period or the term of today."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from sqlmodel import Session

from flows import usage
from flows.billing.drafting import billed_lines, newest
from flows.billing.planning import entries_of, reached
from flows.billing.rules import Contracted, billed_so_far, contracted, planned_again
from flows.billing.usage import contracts_of, subjects_of, used_for
from flows.errors import DunwellError
from flows.rating import Facts, PlannedInvoice, rate
from flows.rating.facts import is_for
from flows.runtime import runtime
from flows.schedule import fraction_of
from flows.terms.lines import Allowance, Commitment, PriceLine
from flows.terms.model import Terms
from flows.terms.timeline import periods_until
from flows.usage import Metered, Watched, watch_with
from flows.values.clock import business_date
from flows.values.money import Money, total
from flows.values.periods import Period
from storage.tables import Contract


@watch_with
def watched(session: Session, subjects: Collection[str], meters: Collection[str]) -> Iterator[Watched]:
    """Give the allowances and minimums, for these meters, of the active contracts to which these ids send usage."""
    rows = {row.id: row for row in session.execute(contracts_of(subjects)).scalars()}
    for contract_id, (text, _) in sorted(newest(session, list(rows)).items()) if rows else ():
        contract = contracted(text)
        for allowance in contract.terms.allowances:
            if allowance.meter in meters and (found := _used(session, rows[contract_id], contract, allowance)):
                yield found
        for commitment in contract.terms.commitments:
            measured = {contract.terms.line(name).meter for name in commitment.lines}
            if measured & set(meters) and (found := _spent(session, rows[contract_id], contract, commitment)):
                yield found


def _used(session: Session, row: Contract, contract: Contracted, allowance: Allowance) -> Watched | None:
    terms = contract.terms
    line = next(line for line in terms.lines if line.meter == allowance.meter)
    period = _period(terms, line, allowance.per, business_date(runtime().clock.now(), terms.time_zone))
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


def _spent(session: Session, row: Contract, contract: Contracted, commitment: Commitment) -> Watched | None:
    """Return what a minimum's lines come to so far: what was drafted, and what was used since, at its price."""
    terms = contract.terms
    today = business_date(runtime().clock.now(), terms.time_zone)
    first = terms.line(commitment.lines[0])
    days, minimum = _period(terms, first, commitment.per, today), commitment.amount
    if days is None:
        return None
    if commitment.per == "period":
        share = next(one.share for one in periods_until(terms, first, today) if one.period == days)
        minimum = fraction_of(share, terms.months(first), terms.billing.proration).of(minimum)
    try:
        spent = _billed_and_used(session, row, terms, commitment, days, today)
    except DunwellError:  # what cannot be priced is put before a person by the billing run
        return None
    return Watched(
        contract_id=row.id,
        line_id=commitment.id,
        customer=contract.bill_to.name,
        what=commitment.description,
        unit=terms.currency,
        allowance=minimum,
        used=spent.amount,
        period=days,
        account_manager=row.account_manager,
        at_pct=commitment.alert_at_pct,
    )


def _billed_and_used(
    session: Session, row: Contract, terms: Terms, commitment: Commitment, days: Period, today: date
) -> Money:
    before = ((key, measured, minor) for _, _, key, measured, minor in billed_lines(session, [row.id])[row.id])
    facts = Facts(billed=billed_so_far(before, terms.currency))
    spent = facts.billed_for(commitment.lines, days, terms.currency)
    for entry in entries_of(session, row.id):
        if entry.state != "planned":
            continue
        planned = planned_again(terms, key=entry.planned_key, on=entry.planned_on, reached=reached(row))
        if planned is None or not _bills(planned, commitment, days, today):
            continue
        used = used_for(session, row, terms, planned)
        lines = rate(terms, planned, Facts(used.totals, facts.billed)).lines
        facts = facts.after(lines)
        spent += total((line.amount for line in lines if is_for(line.key, commitment.lines, days)), terms.currency)
    return spent


def _bills(planned: PlannedInvoice, commitment: Commitment, days: Period, today: date) -> bool:
    """Tell whether an invoice bills a line of a minimum for service within its days that has begun."""
    return any(
        charge.period is not None and charge.subject in commitment.lines and days.start <= charge.period.start <= today
        for charge in planned.charges
    )


def _period(terms: Terms, line: PriceLine, per: str, today: date) -> Period | None:
    """Return the days for which something is agreed, today among them; None outside the contract's time."""
    if per == "term":
        return Period(terms.start, terms.end) if terms.end and terms.start <= today <= terms.end else None
    return next((one.period for one in periods_until(terms, line, today) if today in one.period), None)
