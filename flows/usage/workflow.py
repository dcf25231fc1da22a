"""After usage came in: look whether a share of an allowance was reached, and tell who bills it; some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from flows.durable import step, workflow
from flows.inbox import load_once, settle
from flows.runtime import runtime
from flows.usage.alerts import check_thresholds
from flows.usage.watching import Came, tell_of, watched_by
from storage.tables import UsageEvent

SUBJECTS_AT_ONCE: Final = 25
ALL_LOOKED_AT: Final = ""


@workflow("check_usage")
def check_usage(team_id: str, inbox_id: str) -> None:
    """Tell of every share that was reached by a batch of usage; each once, however often this is done."""
    after = look_at_some(team_id, inbox_id, "")
    while after != ALL_LOOKED_AT:
        after = look_at_some(team_id, inbox_id, after)


@step
def look_at_some(team_id: str, inbox_id: str, after: str) -> str:
    """Look at the next customers of the batch; return the last of them, or ALL_LOOKED_AT."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return ALL_LOOKED_AT
        batch_id = str(row.payload["batch_id"])
        subjects = _next_subjects(session, batch_id, after)
        if subjects:
            came = _came(session, batch_id, subjects)
            for watched in watched_by(session, came):
                check_thresholds(session, watched)
            tell_of(session, came)
        if len(subjects) < SUBJECTS_AT_ONCE:
            settle(session, row, runtime().clock, "checked")
            return ALL_LOOKED_AT
        return subjects[-1]


def _next_subjects(session: Session, batch_id: str, after: str) -> list[str]:
    statement = (
        sa.select(col(UsageEvent.subject))
        .where(col(UsageEvent.batch_id) == batch_id, col(UsageEvent.subject) > after)
        .distinct()
        .order_by(col(UsageEvent.subject))
        .limit(SUBJECTS_AT_ONCE)
    )
    return list(session.execute(statement).scalars())


def _came(session: Session, batch_id: str, subjects: Sequence[str]) -> Came:
    """Return of which customers and meters usage came with the batch, or was corrected by it, and for which time."""
    mine = [col(UsageEvent.batch_id) == batch_id, col(UsageEvent.subject).in_(subjects)]
    keys = sa.select(col(UsageEvent.corrects)).where(*mine, col(UsageEvent.corrects).is_not(None))
    at = col(UsageEvent.occurred_at)
    statement = sa.select(col(UsageEvent.subject), col(UsageEvent.meter), sa.func.min(at), sa.func.max(at)).group_by(
        col(UsageEvent.subject), col(UsageEvent.meter)
    )
    rows = [
        row for which in (mine, [col(UsageEvent.key).in_(keys)]) for row in session.execute(statement.where(*which))
    ]
    return Came(
        frozenset(row[0] for row in rows),
        frozenset(row[1] for row in rows),
        min(row[2] for row in rows),
        max(row[3] for row in rows),
    )
