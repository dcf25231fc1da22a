"""Work under way: effects at the far sides, what needs a person's attention, workers and jobs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.base import TeamOwned, instant, text


class EffectRow(TeamOwned, table=True):
    """One effect at a far side under one key: whether it was begun, is done, or is unknown."""

    __tablename__ = "effect"

    key: str = Field(primary_key=True, max_length=255)  # invoice id : version : effect
    subject_id: str = Field(max_length=64, index=True)
    kind: str = Field(max_length=64)
    state: str = Field(max_length=16)  # begun, unknown, waiting, done, failed
    attempt: int = 1  # grows when a try is known not to have happened
    tries: int = 0
    far_id: str | None = text(default=None, nullable=True)
    reason: str | None = text(default=None, nullable=True)
    begun_at: datetime = instant()
    settled_at: datetime | None = instant(default=None, nullable=True)


class Attention(TeamOwned, table=True):
    """Something that does not move: what, why in words, whose it is, and since when."""

    __tablename__ = "attention"
    __table_args__ = (
        UniqueConstraint("team_id", "subject_id", "kind", "opened_at"),
        Index("ix_attention_team_state", "team_id", "state"),
    )

    id: str = Field(primary_key=True)  # att_…
    subject_id: str = Field(max_length=64)  # invoice, deal, post …
    kind: str = Field(max_length=64)  # the flow that stopped: issue, post, intake …
    title: str = text()
    reason: str = text()
    code: str = Field(max_length=64)
    owner: str = Field(max_length=64)  # Slack user id or "operators"
    state: str = Field(max_length=16)  # open, settled
    retries: int = 0
    opened_at: datetime = instant()
    next_try_at: datetime | None = instant(default=None, nullable=True)
    settled_at: datetime | None = instant(default=None, nullable=True)
    settled_by: str | None = Field(default=None, max_length=64)


class WorkerBeat(SQLModel, table=True):
    """When a worker was last alive, by the machine's own clock."""

    __tablename__ = "worker_beat"

    worker_id: str = Field(primary_key=True, max_length=128)
    started_at: datetime = instant()
    seen_at: datetime = instant()


class JobRun(SQLModel, table=True):
    """The last time each scheduled job was due and started."""

    __tablename__ = "job_run"

    job: str = Field(primary_key=True, max_length=64)
    due_at: datetime = instant()
    started_at: datetime = instant()
