"""Contracts as they are billed: their versions, the schedule of their invoices, and what each line was rated from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, json, minor, text


class Contract(TeamOwned, table=True):
    """What is billed of one deal; `version` is the latest of its terms, by which the schedule is planned."""

    __tablename__ = "contract"
    __table_args__ = (UniqueConstraint("team_id", "deal_id"),)

    id: str = Field(primary_key=True)  # con_…
    deal_id: str = Field(foreign_key="deal.id")
    customer_id: str = Field(foreign_key="customer.id")
    state: str = Field(max_length=16)  # active; held: its deal is incomplete; withdrawn: its deal is lost
    version: int
    opened_on: date  # the business date on which it was first taken in: no invoice is dated before
    planned_until: date | None = None  # how far ahead the schedule reaches; None: to the end of the contract
    reached: dict[str, Any] = json()  # event of a milestone -> the day on which it happened
    account_manager: str | None = Field(default=None, max_length=32)  # Slack user id
    created_at: datetime = instant()
    updated_at: datetime = instant()


class ContractVersion(TeamOwned, table=True):
    """One version of a contract's terms, who is billed, and how the deal words its lines; never edited."""

    __tablename__ = "contract_version"

    contract_id: str = Field(primary_key=True, foreign_key="contract.id")
    version: int = Field(primary_key=True)
    content: str = text()  # flows.billing.rules.Contracted.as_json
    content_hash: str = Field(max_length=64)
    deal_version: int
    reason: str = text()  # why this version exists, in words
    created_at: datetime = instant()


class ScheduleEntry(TeamOwned, table=True):
    """One invoice of a contract's schedule. There is never more than one draft for an entry."""

    __tablename__ = "schedule_entry"
    __table_args__ = (
        UniqueConstraint("contract_id", "key"),
        CheckConstraint("(state IN ('drafted', 'issued')) = (invoice_id IS NOT NULL)", name="drafted_has_invoice"),
        Index("ix_schedule_entry_due", "team_id", "state", "invoice_date"),
    )

    id: str = Field(primary_key=True)  # sch_…
    contract_id: str = Field(foreign_key="contract.id")
    key: str = Field(max_length=128)  # "first" for the first invoice, then flows.rating.PlannedInvoice.key
    planned_key: str = Field(max_length=128)  # that key for the first one too
    planned_on: date  # the day by the terms; entries are billed in the order of these
    invoice_date: date  # the day that stands on the invoice, and on which it is drafted
    period_start: date | None = None
    period_end: date | None = None
    currency: str = Field(max_length=3)
    planned_minor: int | None = minor(default=None, nullable=True)  # None: what is used is not known yet
    state: str = Field(max_length=16)  # planned, drafted, issued, superseded, empty (there was nothing to bill)
    revision: int = 0  # of the rated lines; 0: not rated yet
    invoice_id: str | None = Field(default=None, foreign_key="invoice.id", index=True)


class RatedLineRow(TeamOwned, table=True):
    """Where one line of an entry comes from: its arithmetic, its place in the terms, the usage; never edited.

    `measured` is decimal text. What was billed so far of a key is the sum over the newest revisions of the entries.
    """

    __tablename__ = "rated_line"

    entry_id: str = Field(primary_key=True, foreign_key="schedule_entry.id")
    revision: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)  # the line's number on the invoice
    contract_id: str = Field(foreign_key="contract.id", index=True)
    key: str = Field(max_length=255)  # flows.rating.RatedLine.key
    measured: str = text()
    amount_minor: int = minor()
    words: list[str] = json()
    terms_path: str = text()
    deal_field: str | None = text(default=None, nullable=True)
    usage: list[str] = json()
