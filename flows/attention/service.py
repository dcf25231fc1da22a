"""Open and settle attention rows. One row is open for a subject and kind at a time; a repeat renews its reason."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import posting
from flows.errors import FarSideError
from flows.runtime import runtime
from flows.values.ids import new_id
from storage import audit
from storage.tables import Attention, SlackPost

OPERATORS = "operators"
_PROMISE: Final = "; it is tried again shortly"
TOKEN_TROUBLE: Final = tuple(
    f"slack.{code}" for code in ("token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive")
)


def open_attention(
    session: Session, *, subject_id: str, kind: str, title: str, reason: str, code: str, owner: str = OPERATORS
) -> Attention:
    """Record that something does not move, and tell the operators' channel; one message for each subject and kind."""
    row, now, reason = _open_row(session, subject_id, kind), runtime().clock.now(), standing(reason)
    if row is not None:
        row.reason, row.code, row.next_try_at = reason, code, None
        session.add(row)
        posting.refresh(session, row.id)
        return row
    row = Attention(
        id=new_id("att", now),
        team_id=session.info["team_id"],
        subject_id=subject_id,
        kind=kind,
        title=title,
        reason=reason,
        code=code,
        owner=owner,
        state="open",
        opened_at=now,
    )
    session.add(row)
    session.flush()
    audit.append(
        session,
        action="attention.opened",
        object_type="attention",
        object_id=row.id,
        actor=audit.SYSTEM(kind),
        at=now,
        after={"subject": subject_id, "title": title, "code": code},
        reason=reason,
    )
    posting.post_card(session, kind="attention", subject_id=row.id, address=runtime().policy.slack.operators_channel)
    posting.home(session)
    return row


def reason_of(session: Session, subject_id: str, kind: str) -> str:
    """Return why something does not move; "" when it does."""
    statement = select(col(Attention.reason)).where(
        col(Attention.subject_id) == subject_id, col(Attention.kind) == kind, col(Attention.state) == "open"
    )
    found: str | None = session.execute(statement.limit(1)).scalar_one_or_none()
    return found or ""


def standing(reason: str) -> str:
    """Return the reason without its promise of another try: from here on nobody tries but who presses the button."""
    return reason.replace(_PROMISE, "")


def open_for_post(
    session: Session, post: SlackPost, error: FarSideError, *, next_try_at: datetime | None = None
) -> None:
    """Record that a message could not be posted; `next_try_at` when it is tried on by itself.

    One that was itself for the operators is shown in App Home only, one row for all of them. An App Home that could not
    be drawn is nobody's trouble: it is drawn anew at the next change, and telling of it there would never end.
    """
    if post.kind == "home":
        return
    title = f"A message to {post.address} could not be posted"
    if post.address != runtime().policy.slack.operators_channel:
        row = open_attention(
            session, subject_id=post.id, kind="post", title=title, reason=error.reason, code=error.code
        )
    else:
        row = _open_row(session, post.address, "post") or Attention(
            id=new_id("att", runtime().clock.now()),
            team_id=post.team_id,
            subject_id=post.address,
            kind="post",
            title=title,
            reason="",
            code="",
            owner=OPERATORS,
            state="open",
            opened_at=runtime().clock.now(),
        )
        row.reason, row.code = error.reason, error.code
        posting.home(session)
    row.next_try_at = next_try_at
    session.add(row)


def can_be_retried(row: Attention) -> bool:
    """Tell whether pressing "Try again" would do anything now."""
    return row.state == "open" and row.next_try_at is None and row.kind != "changed_after_issue"


def settle_for_post(session: Session, post: SlackPost) -> None:
    """Close what was open because this message, or those to the operators, could not be posted: it has been now."""
    for subject_id in (post.id, post.address):
        settle_attention(session, subject_id=subject_id, kind="post", by="posted")


def go_on_with_posts(session: Session) -> None:
    """Queue again what Slack refused because of the token: it takes messages now, so the token has been put right."""
    refused = (
        select(col(Attention.subject_id))
        .where(
            col(Attention.team_id) == session.info["team_id"],
            col(Attention.state) == "open",
            col(Attention.kind) == "post",
            col(Attention.code).in_(TOKEN_TROUBLE),
        )
        .order_by(col(Attention.opened_at), col(Attention.id))
    )
    for subject_id in session.execute(refused).scalars().all():
        posting.queue_again(session, subject_id)


def settle_attention(session: Session, *, subject_id: str, kind: str, by: str) -> bool:
    """Close what was open for that subject and kind, because it moves again; False when nothing was."""
    row = _open_row(session, subject_id, kind)
    if row is None:
        return False
    now = runtime().clock.now()
    row.state, row.settled_at, row.settled_by, row.next_try_at = "settled", now, by, None
    session.add(row)
    audit.append(
        session,
        action="attention.settled",
        object_type="attention",
        object_id=row.id,
        actor=audit.SYSTEM(kind),
        at=now,
        before={"state": "open"},
        after={"state": "settled", "by": by},
    )
    posting.refresh(session, row.id)
    posting.home(session)
    return True


def _open_row(session: Session, subject_id: str, kind: str) -> Attention | None:
    session.flush()
    return session.execute(
        select(Attention).where(
            col(Attention.subject_id) == subject_id, col(Attention.kind) == kind, col(Attention.state) == "open"
        )
    ).scalar_one_or_none()
