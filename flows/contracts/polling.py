"""Look into the CRM now and then for closed deals that changed. Notices are quicker; this alone loses none.

The CRM stamps a change with a whole second, so two changes of one second look like one to whoever compares stamps. A
deal is therefore read only when its stamp's second is over, and once more when no difference between the two clocks
can have let it be read too early.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import attention
from flows.durable import step, workflow
from flows.errors import FarSideError, Rejected
from flows.inbox import Delivery, record_all
from flows.ports import ChangedDeal
from flows.runtime import runtime
from storage.tables import DealRow, PollCursor

OVERLAP: Final = timedelta(minutes=10)  # a record may become visible that long after the instant it is stamped with
FIRST_LOOK_BACK: Final = timedelta(days=1)
PATIENCE: Final = timedelta(minutes=5)
STAMP: Final = timedelta(seconds=2)  # a second, and the one it is cut to
CLOCKS: Final = timedelta(minutes=2)  # ours and the CRM's differ by less


@workflow("poll_crm")
def poll_crm(team_id: str, job_id: str) -> None:  # noqa: ARG001  every workflow has a subject
    """Look for closed deals that changed since the last look; alone this loses nothing."""
    look_for_changes(team_id)


@step
def look_for_changes(team_id: str) -> int:
    """Record every deal changed since the cursor, less an overlap, and move the cursor. Return how many were new."""
    crm = runtime().crm
    if crm is None:
        return 0
    now = runtime().clock.now()
    with runtime().database.read(team_id) as session:
        cursor = session.get(PollCursor, (crm.name, team_id))
    since = (cursor.seen_until if cursor else now - FIRST_LOOK_BACK) - OVERLAP
    try:
        won, others = crm.won_since(since), crm.not_won_since(since)
    except FarSideError as error:
        _report_poll(team_id, crm.name, error)
        return 0
    with runtime().database.begin(team_id) as session:
        changed = [*won, *_ours(session, others)]
        new = record_all(session, runtime().engine, runtime().clock, notices(team_id, changed, now))
        latest = max((deal.modified_at for deal in (*won, *others)), default=since + OVERLAP)
        session.merge(PollCursor(source=crm.name, team_id=team_id, seen_until=latest, polled_at=now))
        attention.settle_attention(session, subject_id=crm.name, kind="poll", by="poll")
    return sum(new)


def notices(team_id: str, changed: Iterable[ChangedDeal], now: datetime) -> list[Delivery]:
    """Return the notices of those deals whose stamp cannot come to mean another change any more, or hardly can."""
    due = [(deal, now - deal.modified_at) for deal in changed]
    return [_notice(team_id, deal, is_certain=age >= CLOCKS) for deal, age in due if age >= STAMP]


def _notice(team_id: str, deal: ChangedDeal, *, is_certain: bool) -> Delivery:
    key = f"{deal.external_id}@{deal.modified_at.isoformat()}{'' if is_certain else '~'}"
    return Delivery(team_id, "deal.notice", key, {"deal_id": deal.external_id})


def _ours(session: Session, changed: Sequence[ChangedDeal]) -> list[ChangedDeal]:
    """Return those of the deals that we have taken in: they were won once, and are lost or open again."""
    statement = select(col(DealRow.external_id)).where(
        col(DealRow.external_id).in_([deal.external_id for deal in changed]), col(DealRow.state) != "withdrawn"
    )
    known = set(session.execute(statement).scalars())
    return [deal for deal in changed if deal.external_id in known]


def _report_poll(team_id: str, source: str, error: FarSideError) -> None:
    """Tell a person when the CRM refuses us, or has been away for a while; a moment's absence is nobody's business."""
    now = runtime().clock.now()
    with runtime().database.begin(team_id) as session:
        cursor = session.get(PollCursor, (source, team_id))
        if cursor is None:
            first = now - FIRST_LOOK_BACK
            cursor = session.merge(PollCursor(source=source, team_id=team_id, seen_until=first, polled_at=now))
        if not isinstance(error, Rejected) and now - cursor.polled_at < PATIENCE:
            return
        attention.open_attention(
            session,
            subject_id=error.system,
            kind="poll",
            title=f"{error.system} cannot be asked for closed deals",
            reason=error.reason,
            code=error.code,
        )
