"""Telling once a period that a share of an allowance or a commitment was reached."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from flows import posting
from flows.errors import NotFound
from flows.runtime import runtime
from flows.usage.cards import UsageAlertView
from flows.usage.rules import shares_reached
from flows.usage.watching import Watched
from flows.values.ids import new_id
from flows.values.periods import Period
from storage import audit
from storage.tables import UsageAlert

KIND: Final = "usage_alert"

_INSERT: Final = {
    name: insert(UsageAlert.__table__).on_conflict_do_nothing().returning(UsageAlert.__table__.c.percent)  # type: ignore[attr-defined]
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def check_thresholds(session: Session, watched: Watched) -> tuple[Decimal, ...]:
    """Tell in Slack which share was reached, if it is told for the first time in this period; return what is new.

    A leap over several shares is one message, about the largest; each of them is never told again.
    """
    statement = sa.select(col(UsageAlert.percent)).where(
        col(UsageAlert.contract_id) == watched.contract_id,
        col(UsageAlert.line_id) == watched.line_id,
        col(UsageAlert.period_start) == watched.period.start,
    )
    told = [Decimal(percent) for percent in session.execute(statement).scalars()]
    reached = shares_reached(watched.used, watched.allowance, told, watched.at_pct)
    new = _note(session, watched, reached)
    if new:
        _tell(session, watched, new[-1])
    return new


def alert_view(session: Session, alert_id: str) -> UsageAlertView:
    """Return what the card of an alert shows: the figures as they were when it was reached. Raises NotFound."""
    row = session.get(UsageAlert, alert_id)
    if row is None:
        raise NotFound("usage alert", alert_id)
    return UsageAlertView(
        customer=row.customer,
        what=row.what,
        unit=row.unit,
        allowance=Decimal(row.allowance),
        used=Decimal(row.used),
        percent=Decimal(row.percent),
        period=Period(row.period_start, row.period_end),
        account_manager=row.account_manager,
        reached_at=row.reached_at,
        contract=row.contract_id,
    )


def _note(session: Session, watched: Watched, reached: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Keep what was reached; return what nobody else has kept meanwhile, smallest first."""
    now = runtime().clock.now()
    rows = [
        {
            "id": new_id("usa", now),
            "team_id": session.info["team_id"],
            "contract_id": watched.contract_id,
            "line_id": watched.line_id,
            "period_start": watched.period.start,
            "period_end": watched.period.end,
            "percent": _written(percent),
            "allowance": f"{watched.allowance:f}",
            "used": f"{watched.used:f}",
            "unit": watched.unit,
            "customer": watched.customer,
            "what": watched.what,
            "account_manager": watched.account_manager,
            "reached_at": now,
        }
        for percent in reached
    ]
    if not rows:
        return ()
    found = session.connection().execute(_INSERT[session.get_bind().dialect.name], rows).scalars()
    return tuple(sorted(Decimal(percent) for percent in found))


def _tell(session: Session, watched: Watched, percent: Decimal) -> None:
    statement = sa.select(UsageAlert).where(
        col(UsageAlert.contract_id) == watched.contract_id,
        col(UsageAlert.line_id) == watched.line_id,
        col(UsageAlert.period_start) == watched.period.start,
        col(UsageAlert.percent) == _written(percent),
    )
    alert = session.execute(statement).scalar_one()
    audit.append(
        session,
        action="usage.threshold",
        object_type="contract",
        object_id=watched.contract_id,
        actor=audit.SYSTEM("usage"),
        at=alert.reached_at,
        after={"line": watched.line_id, "percent": alert.percent, "used": alert.used, "allowance": alert.allowance},
        evidence={"period": [watched.period.start, watched.period.end]},
    )
    posting.post_card(session, kind=KIND, subject_id=alert.id, address=runtime().policy.slack.approvals_channel)


def _written(percent: Decimal) -> str:
    """Write a percentage in one way only: 50.0 and 50 are the same share."""
    return f"{percent.normalize():f}"
