"""What came in: one row for each verified delivery, under the key that makes a second delivery the same one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, json, text


class InboxRow(TeamOwned, table=True):
    """One verified delivery (a click, a submission, a notification), kept as it came."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("team_id", "kind", "natural_key"),)

    id: str = Field(primary_key=True)  # inb_…
    kind: str = Field(max_length=64)
    natural_key: str = Field(max_length=255)
    payload: dict[str, Any] = json()
    received_at: datetime = instant()
    handled_at: datetime | None = instant(default=None, nullable=True)
    outcome: str | None = text(default=None, nullable=True)


class PollCursor(TeamOwned, table=True):
    """How far a source has been read. Reading starts a little before it, so that late commits are seen."""

    __tablename__ = "poll_cursor"

    source: str = Field(primary_key=True, max_length=64)
    team_id: str = Field(primary_key=True, max_length=32)
    seen_until: datetime = instant()
    polled_at: datetime = instant()
