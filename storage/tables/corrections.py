"""Corrections of invoices that are out: credit memos, and the voiding of an invoice that is issued anew."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, minor, text


class Correction(TeamOwned, table=True):
    """One correction, from being asked for to being done. `reason` and the amounts never change; a new one is asked.

    A state change is a compare-and-set on (id, row_version).
    """

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("team_id", "number"),
        CheckConstraint("kind IN ('credit', 'void')", name="kind"),
        CheckConstraint("total_minor > 0 OR (kind = 'void' AND total_minor = 0)", name="credits_something"),
        Index("ix_correction_invoice", "team_id", "invoice_id", "state"),
    )

    id: str = Field(primary_key=True)  # cor_…
    invoice_id: str = Field(foreign_key="invoice.id")
    kind: str = Field(max_length=16)  # credit: a credit memo; void: the whole invoice, which is issued anew
    state: str = Field(max_length=32)  # flows.crediting.states
    row_version: int = 1
    currency: str = Field(max_length=3)
    total_minor: int = minor()  # what the customer owes less by it
    content_hash: str = Field(max_length=64)
    reason: str = text()
    requester: str = Field(max_length=32)  # Slack user id; may not approve
    posting_date: date | None = None  # chosen where the period of the day was closed; None: the day it is carried out
    number: str | None = Field(default=None, max_length=64)  # of a credit memo, from its own series
    processor_id: str | None = Field(default=None, max_length=64)
    created_at: datetime = instant()
    updated_at: datetime = instant()
    done_at: datetime | None = instant(default=None, nullable=True)


class CorrectionLine(TeamOwned, table=True):
    """How much of one line of the invoice is given back, with the sign of that line; never edited."""

    __tablename__ = "correction_line"
    __table_args__ = (CheckConstraint("amount_minor <> 0", name="amount_not_zero"),)

    correction_id: str = Field(primary_key=True, foreign_key="correction.id")
    seq: int = Field(primary_key=True)  # the line's number on the invoice
    amount_minor: int = minor()
