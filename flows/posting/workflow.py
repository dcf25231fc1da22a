"""Deliver what is queued for one channel, strictly in its order; the queue runs one delivery a channel at a time.

A post is marked as being sent before the call, so that after a crash or a lost answer it is looked for by its key
before it is sent again: one visible message for each row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from dbos import DBOS
from sqlalchemy import Select, select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from flows import attention
from flows.durable import step, workflow
from flows.errors import FarSideError, OutcomeUnknown, Rejected, TryAgain
from flows.ports import SlackWorkspace
from flows.posting import rules
from flows.posting.service import HOME
from flows.runtime import runtime
from flows.values.card import Card
from storage.tables import CardCopy, SlackLane, SlackPost

NOTHING_LEFT = -1.0


log = structlog.get_logger()


@workflow("deliver")
def deliver(team_id: str, post_id: str, address: str, seq: int) -> None:  # noqa: ARG001  the post is the subject
    """Send everything queued for `address` up to number `seq`, waiting as the channel's pace and Slack ask."""
    while (wait := deliver_next(team_id, address, seq)) != NOTHING_LEFT:
        if wait > 0:
            DBOS.sleep(wait)


@step
def deliver_next(team_id: str, address: str, upto: int) -> float:
    """Send the first waiting post of the channel. Return the seconds to wait before going on, or NOTHING_LEFT."""
    with runtime().database.begin(team_id) as session:
        claim = _claim(session, address, upto)
    if not isinstance(claim, _Claim):
        return claim
    try:
        ts, shown = _send(runtime().slack(team_id), claim)
    except FarSideError as error:
        return _note_failure(team_id, claim, error)
    except OperationalError:  # our own database was away while the message was drawn: the step is tried again
        raise
    except Exception as error:  # a defect in one message must not hold up the channel: a person is told of it
        log.exception("message could not be drawn", post=claim.post_id)
        return _note_failure(team_id, claim, Rejected("Dunwell", f"{type(error).__name__}: {error}"))
    with runtime().database.begin(team_id) as session:
        _note_sent(session, claim, ts, shown)
    return NOTHING_LEFT if claim.seq == upto else 0.0


@dataclass(frozen=True, slots=True)
class _Claim:
    """A post as it is about to be sent; `may_exist` when an earlier try may have gone through."""

    post_id: str
    seq: int
    kind: str
    address: str
    channel_id: str | None
    payload: dict[str, Any]
    card_kind: str | None
    subject_id: str | None
    card_id: str | None
    card_ts: str | None
    card_channel: str | None
    may_exist: bool
    created_at: Any
    team_id: str


def _claim(session: Session, address: str, upto: int) -> _Claim | float:
    post = session.execute(
        select(SlackPost)
        .where(
            col(SlackPost.address) == address,
            col(SlackPost.state).in_(("queued", "sending")),
            col(SlackPost.seq) <= upto,
        )
        .order_by(col(SlackPost.seq))
        .limit(1)
    ).scalar_one_or_none()
    if post is None:
        return NOTHING_LEFT
    if wait := _pause_of_homes(session) if post.kind == HOME else _pause(session, address):
        return wait
    may_exist = post.state == "sending"
    post.state = "sending"
    post.attempts += 1
    session.add(post)
    lane = session.get(SlackLane, (post.team_id, address))
    copy = session.get(CardCopy, post.card_id) if post.card_id else None
    return _Claim(
        post_id=post.id,
        seq=post.seq,
        kind=post.kind,
        address=address,
        channel_id=lane.channel_id if lane else None,
        payload=post.payload,
        card_kind=copy.kind if copy else None,
        subject_id=copy.subject_id if copy else None,
        card_id=post.card_id,
        card_ts=copy.ts if copy else None,
        card_channel=copy.channel_id if copy else None,
        may_exist=may_exist,
        created_at=post.created_at,
        team_id=post.team_id,
    )


def _pause(session: Session, address: str) -> float:
    pace = runtime().pace
    sent = select(col(SlackPost.sent_at)).where(col(SlackPost.address) == address, col(SlackPost.state) == "sent")
    return _after(session, sent.order_by(col(SlackPost.seq).desc()), pace.per_second, pace.burst)


def _pause_of_homes(session: Session) -> float:
    """Return how long the next Home waits, whoever's it is; what changes meanwhile is drawn with it."""
    sent = select(col(SlackPost.sent_at)).where(col(SlackPost.kind) == HOME, col(SlackPost.sent_at).is_not(None))
    return _after(session, sent.order_by(col(SlackPost.sent_at).desc()), rules.HOMES_PER_SECOND, rules.HOMES_AT_ONCE)


def _after(session: Session, sent: Select[datetime | None], per_second: float, burst: int) -> float:
    latest = [at for at in session.execute(sent.limit(burst)).scalars() if at is not None]
    return rules.pause(latest, runtime().clock.now(), per_second=per_second, burst=burst)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a call to Slack taught us: where the message stands, and its link when it is a new card."""

    channel_id: str | None = None
    permalink: str | None = None


def _send(slack: SlackWorkspace, claim: _Claim) -> tuple[str | None, _Shown]:
    if claim.kind == HOME:
        user_id = str(claim.payload["user_id"])
        slack.publish_home(user_id, runtime().screens.home(claim.team_id, user_id))
        return None, _Shown()
    channel = _channel(slack, claim)
    if claim.kind == "ephemeral":
        slack.post_ephemeral(channel, str(claim.payload["user_id"]), _card(claim), thread_ts=claim.payload["thread_ts"])
        return None, _Shown(channel)
    if claim.kind == "card_update":
        return _update(slack, claim, channel)
    if claim.kind == "file":
        return _upload(slack, claim, channel)
    thread = claim.card_ts if claim.kind == "reply" else None
    ts = (
        slack.find_post(channel, key=claim.post_id, since=claim.created_at, thread_ts=thread)
        if claim.may_exist
        else None
    )
    if ts is None:
        ts = slack.post(channel, _card(claim), key=claim.post_id, thread_ts=thread)
    return ts, _Shown(channel, _permalink(slack, channel, ts) if claim.kind == "card" else None)


def _permalink(slack: SlackWorkspace, channel: str, ts: str) -> str | None:
    """Return the link to a message that stands there now, whatever happens to this question."""
    try:
        return slack.permalink(channel, ts)
    except Rejected as error:
        log.warning("no permalink", channel=channel, reason=error.reason)
        return None
    except TryAgain as error:  # the next try must find the message, not post it once more
        raise OutcomeUnknown(error.system, error.reason, code=error.code) from error


def _update(slack: SlackWorkspace, claim: _Claim, channel: str) -> tuple[str | None, _Shown]:
    if claim.card_ts is None:  # the card itself could not be posted; that has been reported
        return None, _Shown(channel)
    slack.update(claim.card_channel or channel, claim.card_ts, _card(claim), key=str(claim.card_id))
    return claim.card_ts, _Shown(channel)


def _upload(slack: SlackWorkspace, claim: _Claim, channel: str) -> tuple[str | None, _Shown]:
    if claim.card_ts is None:
        raise Rejected("Slack", "the card that the file belongs under could not be posted")
    filename = str(claim.payload["filename"])
    thread = claim.card_ts
    found = slack.find_upload(channel, thread_ts=thread, filename=filename) if claim.may_exist else None
    if found is None:
        content = runtime().screens.document(claim.team_id, str(claim.payload["subject_id"]))
        slack.upload(channel, thread_ts=thread, filename=filename, title=str(claim.payload["title"]), content=content)
    return None, _Shown(channel)


def _card(claim: _Claim) -> Card:
    """Return the message: a card is drawn from the row as it is now, anything else was fixed when it was queued."""
    if claim.kind in ("card", "card_update"):
        return runtime().screens.card(claim.team_id, str(claim.card_kind), str(claim.subject_id))
    return Card(str(claim.payload["text"]), tuple(claim.payload["blocks"]))


def _channel(slack: SlackWorkspace, claim: _Claim) -> str:
    if claim.channel_id:
        return claim.channel_id
    if claim.address.startswith("U") or claim.address.startswith("W"):
        return slack.open_dm(claim.address)
    state = slack.channel(claim.address)
    if state is None:
        raise Rejected(
            "Slack", f"there is no channel {claim.address} that Dunwell can see; create it and invite @dunwell"
        )
    return state.channel_id


def _note_sent(session: Session, claim: _Claim, ts: str | None, shown: _Shown) -> None:
    attention.go_on_with_posts(session)  # first, so that all who do so take their locks in the same order
    post = session.get_one(SlackPost, claim.post_id)
    if post.reason:  # it had been in trouble, and a person may have been told
        attention.settle_for_post(session, post)
    post.state, post.ts, post.sent_at, post.reason = "sent", ts, runtime().clock.now(), None
    session.add(post)
    lane = session.get(SlackLane, (post.team_id, claim.address))
    if lane and lane.channel_id is None and shown.channel_id:
        lane.channel_id = shown.channel_id
        session.add(lane)
    if claim.kind == "card" and claim.card_id:
        copy = session.get_one(CardCopy, claim.card_id)
        copy.ts, copy.channel_id, copy.permalink = ts, shown.channel_id, shown.permalink
        session.add(copy)


def _note_failure(team_id: str, claim: _Claim, error: FarSideError) -> float:
    """Put the post back for another try, or give it up and ask a person. Return how long to wait.

    Only a first try that was certainly not done is "queued" again; whatever may exist stays "sending", and is looked
    for before it is sent.
    """
    with runtime().database.begin(team_id) as session:
        post = session.get_one(SlackPost, claim.post_id)
        asked = error.after if isinstance(error, TryAgain) else None
        following = rules.after_failure(post.attempts, asked_wait=asked)
        post.reason = error.reason
        session.add(post)
        if isinstance(error, Rejected) or following.give_up:
            post.state = "failed"
            attention.open_for_post(session, post, error)
            return 0.0
        if not claim.may_exist and not isinstance(error, OutcomeUnknown):
            post.state = "queued"
        if following.tell:
            at = runtime().clock.now() + timedelta(seconds=following.wait)
            attention.open_for_post(session, post, error, next_try_at=at)
        return following.wait
