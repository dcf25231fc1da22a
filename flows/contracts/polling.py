"""Look into the CRM now and then for closed deals that changed. Notices are quicker; this alone loses none.

The CRM stamps a change with a whole second, so two changes of one second look like one to whoever compares stamps.
When a stamp's second is over, and again when no difference between the two clocks can have deceived us, what the deal
says is therefore compared with what we have of it: one question for all such deals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import attention
from flows.durable import step, workflow
from flows.errors import FarSideError, Rejected
from flows.inbox import Delivery, record_all
from flows.ports import ChangedDeal
from flows.runtime import runtime
from flows.values.deal import Deal
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
        with runtime().database.read(team_id) as session:
            ours = _ours(session, [*won, *others])
        changed = [*won, *(deal for deal in others if ours.get(deal.external_id, GONE).state != GONE.state)]
        due = [deal.external_id for deal in changed if is_due(deal, cursor.polled_at if cursor else since, now)]
        contents = crm.read_deals([one for one in due if one in ours])
    except FarSideError as error:
        _report_poll(team_id, crm.name, error)
        return 0
    with runtime().database.begin(team_id) as session:
        found = [*notices_of_changes(team_id, changed, ours), *notices_of_contents(team_id, contents, ours)]
        new = record_all(session, runtime().engine, runtime().clock, found)
        latest = max((deal.modified_at for deal in (*won, *others)), default=since + OVERLAP)
        session.merge(PollCursor(source=crm.name, team_id=team_id, seen_until=latest, polled_at=now))
        attention.settle_attention(session, subject_id=crm.name, kind="poll", by="poll")
    return sum(new)


@dataclass(frozen=True, slots=True)
class Known:
    """What we have of a deal."""

    state: str
    modified_at: datetime
    content_hash: str


GONE: Final = Known("withdrawn", datetime.min.replace(tzinfo=UTC), "")  # one that never was ours is gone as well


def is_due(deal: ChangedDeal, before: datetime, now: datetime) -> bool:
    """Tell whether what a deal says is to be compared at this look, the one before having been at `before`."""
    return any(before - deal.modified_at < age <= now - deal.modified_at for age in (STAMP, CLOCKS))


def notices_of_changes(team_id: str, changed: Iterable[ChangedDeal], ours: Mapping[str, Known]) -> list[Delivery]:
    """Return a notice of each deal with a stamp that we do not have."""
    return [
        _notice(team_id, deal.external_id, deal.modified_at.isoformat())
        for deal in changed
        if deal.external_id not in ours or ours[deal.external_id].modified_at < deal.modified_at
    ]


def notices_of_contents(team_id: str, contents: Mapping[str, Deal], ours: Mapping[str, Known]) -> list[Delivery]:
    """Return a notice of each deal that says something else than what we have, whatever its stamp."""
    return [
        _notice(team_id, external_id, f"{deal.modified_at.isoformat()}#{deal.content_hash()[:16]}")
        for external_id, deal in contents.items()
        if deal.content_hash() != ours[external_id].content_hash
    ]


def _notice(team_id: str, external_id: str, version: str) -> Delivery:
    return Delivery(team_id, "deal.notice", f"{external_id}@{version}", {"deal_id": external_id})


def _ours(session: Session, changed: Sequence[ChangedDeal]) -> dict[str, Known]:
    """Return what we have of those of the deals that we have taken in."""
    statement = select(
        col(DealRow.external_id), col(DealRow.state), col(DealRow.modified_at), col(DealRow.content_hash)
    ).where(col(DealRow.external_id).in_([deal.external_id for deal in changed]))
    return {external_id: Known(*rest) for external_id, *rest in session.execute(statement)}


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
