"""Periods that were billed: what of them, and what came for them afterwards.

When the usage of a line's period is put on an invoice, `close_period` keeps how much it was. Events and corrections
that come later change the period's total; `late_usage` gives the periods whose total is not what was billed any more,
so that the next invoice bills the difference with a reference to the period. Price the whole and subtract what was
billed (cumulative), and the result does not depend on when the events came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, cast

import sqlalchemy as sa
from sqlmodel import Session, col

from flows.usage.rules import Aggregation, Metered, UsageSource, UsageTotal, instants
from flows.usage.totals import sources_since, usage_totals
from flows.values.ids import new_id
from flows.values.periods import Period
from storage.tables import UsageClosing

SURE_AFTER: Final = timedelta(hours=1)  # no transaction that began before a closing is still open by then


@dataclass(frozen=True, slots=True)
class BilledLine:
    """The line of a contract that is billed by usage, and how its meter is counted; `subjects` are all ids under which
    the contract and its customer send usage."""

    contract_id: str
    line_id: str
    subjects: Collection[str]
    aggregation: Aggregation
    zone: str


@dataclass(frozen=True, slots=True)
class LateUsage:
    """A billed period whose usage is another now: billed as `billed` with the invoice `reference`, `total` today.

    `since` are the files and requests that came after the closing.
    """

    contract_id: str
    line_id: str
    period: Period
    reference: str
    billed: Decimal
    total: UsageTotal
    since: tuple[UsageSource, ...]

    @property
    def difference(self) -> Decimal:
        """How much more was used than billed; negative when a correction took usage back."""
        return self.total.quantity - self.billed


def close_period(session: Session, total: UsageTotal, billed: BilledLine, *, reference: str, at: datetime) -> None:
    """Keep that `total` was billed with the invoice `reference`: in the transaction that drafts it.

    A period that was closed before (its late usage is billed now) is closed again; what was billed is then the new
    total. Two at once: one of them raises IntegrityError and is done again by its step.
    """
    starts_at, ends_at = instants(total.period, billed.zone)
    session.add(
        UsageClosing(
            id=new_id("ucl", at),
            team_id=session.info["team_id"],
            contract_id=billed.contract_id,
            line_id=billed.line_id,
            seq=_next_seq(session, billed.contract_id, billed.line_id, total.period),
            subjects=sorted(billed.subjects),
            meter=total.meter,
            aggregation=billed.aggregation,
            zone=billed.zone,
            period_start=total.period.start,
            period_end=total.period.end,
            starts_at=starts_at,
            ends_at=ends_at,
            quantity=f"{total.quantity:f}",
            events=total.events,
            reference=reference,
            state="fresh",
            closed_at=at,
        )
    )
    session.flush()


def reopen(session: Session, reference: str) -> int:
    """Forget what was billed with an invoice that was voided or credited in full; return how many periods it was."""
    statement = (
        sa.update(UsageClosing)
        .where(col(UsageClosing.reference) == reference, col(UsageClosing.state) != "withdrawn")
        .values(state="withdrawn")
        .returning(col(UsageClosing.id))
    )
    return len(session.execute(statement).scalars().all())


def late_usage(session: Session, contract_id: str) -> tuple[LateUsage, ...]:
    """Return the contract's billed periods whose usage is another now, oldest first.

    Only periods in which something came since are added up again. A session for reading is enough.
    """
    closings = [closing for closing in _standing(session, contract_id) if closing.state != "settled"]
    return tuple(late for closing in closings if (late := _late(session, closing)).difference)


def closed_periods(session: Session, contract_id: str) -> frozenset[tuple[str, Period]]:
    """Return the lines and periods of a contract whose usage stands on an invoice or a draft."""
    return frozenset((one.line_id, Period(one.period_start, one.period_end)) for one in _standing(session, contract_id))


def settle_closings(session: Session, contract_id: str, at: datetime) -> None:
    """Mark periods as right that were closed over an hour ago and have the usage that was billed: nothing is added up
    again for them until an event comes. The billing run calls it once it has billed what was late."""
    for closing in _standing(session, contract_id):
        if closing.state == "fresh" and closing.closed_at <= at - SURE_AFTER and not _late(session, closing).difference:
            closing.state = "settled"
            session.add(closing)


def _standing(session: Session, contract_id: str) -> list[UsageClosing]:
    """Return the newest closing that was not withdrawn of each line and period."""
    statement = (
        sa.select(UsageClosing)
        .where(col(UsageClosing.contract_id) == contract_id, col(UsageClosing.state) != "withdrawn")
        .order_by(col(UsageClosing.period_start), col(UsageClosing.line_id), col(UsageClosing.seq))
    )
    return list(_newest(session.execute(statement).scalars()))


def _newest(closings: Iterable[UsageClosing]) -> Iterable[UsageClosing]:
    return {(one.line_id, one.period_start, one.period_end): one for one in closings}.values()


def _late(session: Session, closing: UsageClosing) -> LateUsage:
    period = Period(closing.period_start, closing.period_end)
    wanted = Metered(closing.meter, cast("Aggregation", closing.aggregation), (period,))
    (total,) = usage_totals(session, wanted, subjects=closing.subjects, zone=closing.zone)
    return LateUsage(
        closing.contract_id,
        closing.line_id,
        period,
        closing.reference,
        Decimal(closing.quantity),
        total,
        sources_since(
            session, closing.meter, period, subjects=closing.subjects, zone=closing.zone, since=closing.closed_at
        ),
    )


def _next_seq(session: Session, contract_id: str, line_id: str, period: Period) -> int:
    statement = sa.select(sa.func.max(col(UsageClosing.seq))).where(
        col(UsageClosing.contract_id) == contract_id,
        col(UsageClosing.line_id) == line_id,
        col(UsageClosing.period_start) == period.start,
        col(UsageClosing.period_end) == period.end,
    )
    return (session.execute(statement).scalar_one() or 0) + 1
