"""What Slack shows: the queue of posts in each channel's own order, and the cards that are kept up to date."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, json, text


class SlackLane(TeamOwned, table=True):
    """One channel (or person) that we post to; `last_seq` numbers its posts. `channel_id` is known once opened."""

    __tablename__ = "slack_lane"

    team_id: str = Field(primary_key=True, max_length=32)
    address: str = Field(primary_key=True, max_length=80)  # channel id, "#name", or a user id for direct messages
    last_seq: int = 0
    channel_id: str | None = Field(default=None, max_length=32)


class SlackPost(TeamOwned, table=True):
    """One thing to be done in Slack, in the order of (address, seq)."""

    __tablename__ = "slack_post"
    __table_args__ = (
        UniqueConstraint("team_id", "address", "seq"),
        Index("ix_slack_post_open", "team_id", "address", "state", "seq"),
        Index("ix_slack_post_sent", "team_id", "kind", "sent_at"),
    )

    id: str = Field(primary_key=True)  # msg_…; also the key in the message's metadata
    address: str = Field(max_length=80)
    seq: int
    kind: str = Field(max_length=32)  # card, card_update, reply, ephemeral, file, home
    card_id: str | None = Field(default=None, max_length=32)
    payload: dict[str, Any] = json()
    state: str = Field(max_length=16)  # queued, sending, sent, failed
    attempts: int = 0
    reason: str | None = text(default=None, nullable=True)
    ts: str | None = Field(default=None, max_length=32)
    created_at: datetime = instant()
    sent_at: datetime | None = instant(default=None, nullable=True)


class CardCopy(TeamOwned, table=True):
    """One posted copy of a card. `subject_id` is the invoice, deal or attention row that it shows."""

    __tablename__ = "card_copy"
    __table_args__ = (Index("ix_card_copy_subject", "team_id", "subject_id"),)

    id: str = Field(primary_key=True)  # crd_…
    kind: str = Field(max_length=32)  # approval, mend, attention
    subject_id: str = Field(max_length=64)
    address: str = Field(max_length=80)
    channel_id: str | None = Field(default=None, max_length=32)
    ts: str | None = Field(default=None, max_length=32)
    permalink: str | None = text(default=None, nullable=True)
    shown_hash: str | None = Field(default=None, max_length=64)
    created_at: datetime = instant()


class HomeTab(TeamOwned, table=True):
    """A person who has opened App Home, so that it is kept up to date for them."""

    __tablename__ = "home_tab"

    team_id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(primary_key=True, max_length=32)
    opened_at: datetime = instant()
