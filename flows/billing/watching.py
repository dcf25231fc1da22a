"""Which allowances and minimums of contracts are watched: what of each is used in the period or the term of today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

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
from flows.usage import Came, Metered, Watched, watch_with
from flows.values.clock import business_date
from flows.values.money import Money, total
from flows.values.periods import Period
from storage.tables import Contract


@watch_with
def watched(session: Session, came: Came) -> Iterator[Watched]:
    """Give the allowances and minimums, for the meters of what came, of the active contracts to which it was sent."""
    rows = {row.id: row for row in session.execute(contracts_of(came.subjects)).scalars()}
    for contract_id, (text, _) in sorted(newest(session, list(rows)).items()) if rows else ():
        contract = contracted(text)
        for allowance in contract.terms.allowances:
            if allowance.meter in came.meters:
                yield from _used(session, rows[contract_id], contract, allowance, came.first)
        for commitment in contract.terms.commitments:
            measured = {contract.terms.line(name).meter for name in commitment.lines}
            if measured & set(came.meters):
                yield from _spent(session, rows[contract_id], contract, commitment, came.first)


def _used(
    session: Session, row: Contract, contract: Contracted, allowance: Allowance, since: datetime
) -> Iterator[Watched]:
    terms = contract.terms
    line = next(line for line in terms.lines if line.meter == allowance.meter)
    periods = tuple(period for period, _ in _periods(terms, line, allowance.per, since))
    if not periods:
        return
    totals = usage.usage_totals(
        session,
        Metered(allowance.meter, line.aggregation, periods),
        subjects=subjects_of(session, row, terms),
        zone=terms.time_zone,
    )
    for period, counted in zip(periods, totals, strict=True):
        yield Watched(
            contract_id=row.id,
            line_id=line.id,
            customer=contract.bill_to.name,
            what=line.description,
            unit=line.unit,
            allowance=allowance.quantity,
            used=counted.quantity,
            period=period,
            account_manager=row.account_manager,
            at_pct=allowance.alert_at_pct,
        )


def _spent(
    session: Session, row: Contract, contract: Contracted, commitment: Commitment, since: datetime
) -> Iterator[Watched]:
    """Give what a minimum's lines come to so far: what was drafted, and what was used since, at its price."""
    for days, today in _periods(contract.terms, contract.terms.line(commitment.lines[0]), commitment.per, since):
        try:
            spent = _billed_and_used(session, row, contract.terms, commitment, days, today)
        except DunwellError:  # what cannot be priced is put before a person by the billing run
            continue
        yield _minimum(row, contract, commitment, days, spent)


def _minimum(row: Contract, contract: Contracted, commitment: Commitment, days: Period, spent: Money) -> Watched:
    terms, minimum = contract.terms, commitment.amount
    if commitment.per == "period":
        first = terms.line(commitment.lines[0])
        share = next(one.share for one in periods_until(terms, first, days.end) if one.period == days)
        minimum = fraction_of(share, terms.months(first), terms.billing.proration).of(minimum)
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


def _periods(terms: Terms, line: PriceLine, per: str, since: datetime) -> Iterator[tuple[Period, date]]:
    """Give the days for which something is agreed, and of these the latest until today: those of today, and before
    them those that ended last when usage since `since` may lie in them, as what a night's report brings does."""
    today = business_date(runtime().clock.now(), terms.time_zone)
    now = _period(terms, line, per, today)
    eve = now.start - timedelta(days=1) if now else min(today, line.end or date.max, terms.end or date.max)
    before = _period(terms, line, per, eve) if business_date(since, terms.time_zone) <= eve else None
    if before is not None and before != now:
        yield before, eve
    if now is not None:
        yield now, today


def _period(terms: Terms, line: PriceLine, per: str, today: date) -> Period | None:
    """Return the days for which something is agreed, today among them; None outside the contract's time."""
    if per == "term":
        return Period(terms.start, terms.end) if terms.end and terms.start <= today <= terms.end else None
    return next((one.period for one in periods_until(terms, line, today) if today in one.period), None)
