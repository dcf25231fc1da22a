"""Invoices, their versions and lines, and the gapless series of numbers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, minor, text

FIRST: Final = "first"  # ScheduleEntry.key of the first invoice of a deal
_STANDS: Final[Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("state <> 'void' OR number IS NULL"))


class Invoice(TeamOwned, table=True):
    """An invoice from draft to paid. A state change is a compare-and-set on (id, row_version)."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("team_id", "number"),
        # One that was issued and voided leaves its place in the schedule to the one that is issued instead.
        Index("uq_invoice_entry", "team_id", "deal_id", "schedule_key", unique=True, **_STANDS),
        CheckConstraint("total_minor >= 0", name="total_not_negative"),
        Index("ix_invoice_team_state", "team_id", "state"),
    )

    id: str = Field(primary_key=True)  # inv_…
    deal_id: str = Field(foreign_key="deal.id")
    schedule_key: str = Field(default=FIRST, max_length=128, sa_column_kwargs={"server_default": FIRST})
    customer_id: str = Field(foreign_key="customer.id")
    deal_version: int
    version: int  # of the content; an approval is for one version
    row_version: int = 1  # of the row; every change adds one
    state: str = Field(max_length=32)  # flows.invoicing.states
    currency: str = Field(max_length=3)
    total_minor: int = minor()
    content_hash: str = Field(max_length=64)
    number: str | None = Field(default=None, max_length=64)
    invoice_date: date
    due_date: date
    account_manager: str | None = Field(default=None, max_length=32)  # Slack user id
    processor_id: str | None = Field(default=None, max_length=64)
    pay_url: str | None = text(default=None, nullable=True)
    reissue_of: str | None = Field(default=None, foreign_key="invoice.id", index=True)  # the voided one it replaces
    created_at: datetime = instant()
    updated_at: datetime = instant()
    issued_at: datetime | None = instant(default=None, nullable=True)


class InvoiceVersion(TeamOwned, table=True):
    """One version of an invoice's content; never edited."""

    __tablename__ = "invoice_version"

    invoice_id: str = Field(primary_key=True, foreign_key="invoice.id")
    version: int = Field(primary_key=True)
    content: str = text()  # flows.values.invoice.InvoiceContent.as_json
    content_hash: str = Field(max_length=64)
    deal_version: int
    reason: str = text()  # why this version exists, in words
    created_at: datetime = instant()


class InvoiceLineRow(TeamOwned, table=True):
    """One line of one version. `quantity` and `unit_price` are decimal text, `amount_minor` what is billed."""

    __tablename__ = "invoice_line"

    invoice_id: str = Field(primary_key=True, foreign_key="invoice.id")
    version: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    description: str = text()
    product_code: str | None = Field(default=None, max_length=255)
    quantity: str = text()
    unit_price: str = text()
    amount_minor: int = minor()
    account: str = Field(max_length=64)
    period_start: date | None = None
    period_end: date | None = None


class NumberSeries(TeamOwned, table=True):
    """The next number of a series. Taken in the transaction that posts the invoice, so no number is ever lost."""

    __tablename__ = "number_series"
    __table_args__ = (CheckConstraint("next_number > 0", name="next_number_positive"),)

    team_id: str = Field(primary_key=True, max_length=32)
    series: str = Field(primary_key=True, max_length=32)
    next_number: int
