"""Queue things to be said in Slack, in the caller's transaction, each with the next number of its channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from flows.blockkit import escape, section
from flows.durable import SLACK
from flows.runtime import runtime
from flows.values.card import Card
from flows.values.ids import new_id
from storage.tables import CardCopy, HomeTab, SlackLane, SlackPost

HOME = "home"  # the kind of post that publishes a Home tab


def post_card(session: Session, *, kind: str, subject_id: str, address: str) -> CardCopy:
    """Post a card that shows the subject as it is when it is sent, and keep it up to date from then on."""
    now = runtime().clock.now()
    copy = CardCopy(
        id=new_id("crd", now),
        team_id=session.info["team_id"],
        kind=kind,
        subject_id=subject_id,
        address=_lane_of(session, address),
        created_at=now,
    )
    session.add(copy)
    session.flush()
    _queue(session, copy.address, "card", card_id=copy.id)
    return copy


def has_card(session: Session, subject_id: str, kind: str) -> bool:
    """Tell whether the subject has a card of that kind already."""
    statement = select(col(CardCopy.id)).where(col(CardCopy.subject_id) == subject_id, col(CardCopy.kind) == kind)
    return session.execute(statement.limit(1)).first() is not None


def card_link(session: Session, subject_id: str) -> str | None:
    """Return the link to the subject's card, once it has been posted."""
    statement = select(col(CardCopy.permalink)).where(col(CardCopy.subject_id) == subject_id)
    return session.execute(statement.limit(1)).scalar_one_or_none()


def card_links(session: Session, subject_ids: Collection[str]) -> dict[str, str]:
    """Return the same for many subjects; those whose card has not been posted are left out."""
    statement = select(col(CardCopy.subject_id), col(CardCopy.permalink)).where(
        col(CardCopy.subject_id).in_(subject_ids), col(CardCopy.permalink).is_not(None)
    )
    return {subject: str(url) for subject, url in session.execute(statement)} if subject_ids else {}


def refresh(session: Session, subject_id: str) -> None:
    """Bring every copy of the subject's cards up to date. Call it in each transaction that changes the subject."""
    session.flush()
    for copy in session.execute(select(CardCopy).where(col(CardCopy.subject_id) == subject_id)).scalars():
        if not _update_is_queued(session, copy):
            _queue(session, copy.address, "card_update", card_id=copy.id)


def reply(session: Session, subject_id: str, kind: str, card: Card) -> None:
    """Say something in the thread of the subject's card of that kind: news that somebody must notice."""
    for copy in session.execute(
        select(CardCopy).where(col(CardCopy.subject_id) == subject_id, col(CardCopy.kind) == kind)
    ).scalars():
        _queue(session, copy.address, "reply", card_id=copy.id, payload=_as_payload(card))


def file(
    session: Session, subject_id: str, kind: str, *, filename: str, title: str, document: str | None = None
) -> None:
    """Share a document in the thread of the subject's card; it is drawn when it is sent.

    `document` is what the document is of, where that is not the subject itself.
    """
    for copy in session.execute(
        select(CardCopy).where(col(CardCopy.subject_id) == subject_id, col(CardCopy.kind) == kind)
    ).scalars():
        name = filename.replace(
            "/", "-"
        )  # a number may have one; a file's name may not, and is looked for as it stands
        payload = {"subject_id": document or subject_id, "filename": name, "title": title}
        _queue(session, copy.address, "file", card_id=copy.id, payload=payload)


def ephemeral(session: Session, *, channel: str, user_id: str, card: Card, thread_ts: str | None = None) -> None:
    """Tell one person something that only they see, in that channel."""
    payload = _as_payload(card) | {"user_id": user_id, "thread_ts": thread_ts}
    _queue(session, _lane_of(session, channel), "ephemeral", payload=payload)


def direct(session: Session, *, user_id: str, card: Card) -> None:
    """Send a person a direct message."""
    _queue(session, user_id, "message", payload=_as_payload(card))


def tell(session: Session, clicked: Mapping[str, Any], sentence: str) -> None:
    """Answer whoever clicked: where they clicked, seen by them only; in App Home, by direct message."""
    words = escape(sentence, 1500)
    card = Card(words, (section(words),))
    user_id, channel = str(clicked["user_id"]), clicked.get("channel")
    if channel:
        ephemeral(session, channel=str(channel), user_id=user_id, card=card, thread_ts=clicked.get("thread_ts"))
    else:
        direct(session, user_id=user_id, card=card)


def home(session: Session, user_ids: set[str] | None = None) -> None:
    """Bring App Home up to date for those of the people who have opened it; None means everybody."""
    session.flush()
    statement = select(col(HomeTab.user_id))
    if user_ids is not None:
        statement = statement.where(col(HomeTab.user_id).in_(user_ids))
    for user_id in session.execute(statement).scalars().all():
        address = f"{HOME}:{user_id}"
        waiting = select(col(SlackPost.id)).where(col(SlackPost.address) == address, col(SlackPost.state) == "queued")
        if session.execute(waiting.limit(1).with_for_update()).first() is None:
            _queue(session, address, HOME, payload={"user_id": user_id})


def queue_again(session: Session, post_or_address: str, *, stopped: bool = False) -> None:
    """Put the post (or all posts to an address) that was given up at the end of its channel's line, in the old order.

    `stopped` when a defect ended its delivery: then nothing else takes it up. It is marked as if it were being sent, so
    that it is looked for first: a try of it may have gone through.
    """
    given_up = (
        select(SlackPost)
        .where(
            or_(col(SlackPost.id) == post_or_address, col(SlackPost.address) == post_or_address),
            col(SlackPost.state).in_(("failed", "queued", "sending") if stopped else ("failed",)),
        )
        .order_by(col(SlackPost.seq))
        .with_for_update()
    )
    for post in session.execute(given_up).scalars().all():
        post.seq = _next_seq(session, post.address)
        post.state, post.attempts = "sending", 0
        session.add(post)
        session.flush()
        _enqueue(session, post)


def _update_is_queued(session: Session, copy: CardCopy) -> bool:
    """Tell whether the copy will be drawn anew anyway: a post that has not begun draws the state it finds then.

    The post is locked, so that it cannot begin (and draw the old state) before the caller's change is committed.
    """
    statement = select(col(SlackPost.id)).where(
        col(SlackPost.address) == copy.address,
        col(SlackPost.card_id) == copy.id,
        col(SlackPost.state) == "queued",
        col(SlackPost.kind).in_(("card", "card_update")),
    )
    return session.execute(statement.limit(1).with_for_update()).first() is not None


def _queue(
    session: Session, address: str, kind: str, *, card_id: str | None = None, payload: Mapping[str, Any] | None = None
) -> None:
    now = runtime().clock.now()
    post = SlackPost(
        id=new_id("msg", now),
        team_id=session.info["team_id"],
        address=address,
        seq=_next_seq(session, address),
        kind=kind,
        card_id=card_id,
        payload=dict(payload or {}),
        state="queued",
        created_at=now,
    )
    session.add(post)
    session.flush()
    _enqueue(session, post)


def _enqueue(session: Session, post: SlackPost) -> None:
    """Queue the delivery. The Homes of a team are one lane: drawn one by one, they leave room for cards."""
    lane = f"{post.team_id}:{HOME if post.kind == HOME else post.address}"
    runtime().engine.enqueue(
        session,
        "deliver",
        post.team_id,
        post.id,
        post.address,
        post.seq,
        id=f"{post.id}:{post.seq}",
        queue=SLACK,
        lane=lane,
    )


def _next_seq(session: Session, address: str) -> int:
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert(SlackLane) if dialect == "sqlite" else postgresql.insert(SlackLane)
    statement = (
        insert.values(team_id=session.info["team_id"], address=address, last_seq=1)
        .on_conflict_do_update(index_elements=["team_id", "address"], set_={"last_seq": SlackLane.last_seq + 1})
        .returning(col(SlackLane.last_seq))
    )
    return int(session.execute(statement).scalar_one())


def _lane_of(session: Session, address: str) -> str:
    """Return the address under which we already post to that channel, so that one channel has one line."""
    known = select(col(SlackLane.address)).where(col(SlackLane.channel_id) == address)
    return session.execute(known.limit(1)).scalar_one_or_none() or address


def _as_payload(card: Card) -> dict[str, Any]:
    return {"text": card.text, "blocks": list(card.blocks)}
