"""Metered usage: every event once, the files it came in, the periods that were billed of it, and the alerts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, json, text

_WHERE_IT_CORRECTS: Any = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("corrects IS NOT NULL"))


class UsageImport(TeamOwned, table=True):
    """One file of usage. While one that is taken whole or not at all is `staging`, its events do not count yet."""

    __tablename__ = "usage_import"
    __table_args__ = (UniqueConstraint("team_id", "content_hash"),)

    id: str = Field(primary_key=True)  # uim_…
    content_hash: str = Field(max_length=64)  # of the file's bytes and of how it was read
    filename: str = text()
    state: str = Field(max_length=16)  # reading, staging, taken, refused
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    started_by: str = Field(max_length=128)
    started_at: datetime = instant()
    finished_at: datetime | None = instant(default=None, nullable=True)


class UsageEvent(TeamOwned, table=True):
    """One event, never edited. It counts unless another one corrects it, whichever of the two came first.

    The quantity is exactly `units` x 10^-`decimals`. A void counts nothing itself.
    """

    __tablename__ = "usage_event"
    __table_args__ = (
        Index("uq_usage_event_corrects", "team_id", "corrects", unique=True, **_WHERE_IT_CORRECTS),
        Index("ix_usage_event_billed", "team_id", "subject", "meter", "occurred_at"),
        Index("ix_usage_event_batch", "batch_id", "subject"),
        CheckConstraint("units >= 0", name="not_negative"),
        CheckConstraint("decimals BETWEEN 0 AND 12", name="decimals"),
        CheckConstraint("corrects <> key", name="corrects_another"),
        CheckConstraint("NOT is_void OR (corrects IS NOT NULL AND units = 0)", name="void_counts_nothing"),
    )

    team_id: str = Field(primary_key=True, max_length=32)
    key: str = Field(primary_key=True, max_length=200)
    subject: str = Field(max_length=128)  # the contract or customer, as the source knows it
    meter: str = Field(max_length=64)
    units: int = Field(sa_type=sa.BigInteger)
    decimals: int = Field(sa_type=sa.SmallInteger)
    occurred_at: datetime = instant()
    value: str | None = Field(default=None, max_length=200)  # what unique_count counts
    corrects: str | None = Field(default=None, max_length=200)  # the key of the event that this one replaces or voids
    is_void: bool = False
    properties: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True), nullable=True)
    batch_id: str = Field(max_length=64)  # uim_… of the file, or ubt_… of the request
    line: int | None = Field(default=None)  # in the file, or the place in the request; the first is 1
    received_at: datetime = instant()


class UsageClosing(TeamOwned, table=True):
    """What was billed of one meter for one period of a contract's line, so that what comes later is seen as late.

    A line's period may be closed again (`seq` 2, 3 …) when late usage was billed with a later invoice.
    """

    __tablename__ = "usage_closing"
    __table_args__ = (
        UniqueConstraint(
            "team_id", "contract_id", "line_id", "period_start", "period_end", "seq", name="uq_usage_closing_seq"
        ),
        Index("ix_usage_closing_meter", "team_id", "meter", "starts_at", "ends_at"),
        CheckConstraint("ends_at > starts_at", name="has_length"),
    )

    id: str = Field(primary_key=True)  # ucl_…
    contract_id: str = Field(max_length=64)
    line_id: str = Field(max_length=64)
    seq: int
    subjects: list[str] = json()
    meter: str = Field(max_length=64)
    aggregation: str = Field(max_length=16)
    zone: str = Field(max_length=64)
    period_start: date
    period_end: date  # both days are in the period
    starts_at: datetime = instant()
    ends_at: datetime = instant()  # the first instant after it
    quantity: str = Field(max_length=64)
    events: int
    reference: str = Field(max_length=64)  # the invoice that billed it
    state: str = Field(max_length=16)  # fresh, stirred, settled, withdrawn
    closed_at: datetime = instant()


class UsageAlert(TeamOwned, table=True):
    """A share of an allowance or commitment that was reached in a period; told once."""

    __tablename__ = "usage_alert"
    __table_args__ = (
        UniqueConstraint("team_id", "contract_id", "line_id", "period_start", "percent", name="uq_usage_alert_once"),
    )

    id: str = Field(primary_key=True)  # usa_…
    contract_id: str = Field(max_length=64)
    line_id: str = Field(max_length=64)
    period_start: date
    period_end: date
    percent: str = Field(max_length=16)
    allowance: str = Field(max_length=64)
    used: str = Field(max_length=64)
    unit: str = Field(max_length=64)
    customer: str = text()
    what: str = text()  # the line in words
    account_manager: str | None = Field(default=None, max_length=64)
    reached_at: datetime = instant()
