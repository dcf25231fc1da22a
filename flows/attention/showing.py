"""Read the rows that the card of a stopped piece of work is drawn from."""

from __future__ import annotations

from sqlmodel import Session

from flows import posting
from flows.attention.cards import AttentionView
from flows.attention.service import can_be_retried
from flows.errors import NotFound
from storage.tables import Attention


def attention_view(session: Session, attention_id: str) -> AttentionView:
    """Return what stands still, or what settled it. Raises NotFound."""
    row = session.get(Attention, attention_id)
    if row is None:
        raise NotFound("attention", attention_id)
    retrying = row.state == "open" and row.next_try_at is not None
    return AttentionView(
        attention_id=row.id,
        title=row.title,
        why=row.reason,
        since=row.opened_at,
        owner=row.owner,
        state="retrying" if retrying else row.state,
        retries=row.retries,
        next_try_at=row.next_try_at,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        url=posting.card_link(session, row.subject_id),
        can_retry=can_be_retried(row) or retrying,
    )
