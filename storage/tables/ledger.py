"""The built-in receivables ledger: balanced double entries, never edited, only reversed by another entry."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, minor, text


class JournalEntry(TeamOwned, table=True):
    """One posting, such as an issued invoice. `key` makes a second posting of the same thing impossible."""

    __tablename__ = "journal_entry"
    __table_args__ = (UniqueConstraint("team_id", "key"),)

    id: str = Field(primary_key=True)  # jou_…
    key: str = Field(max_length=255)
    invoice_id: str = Field(foreign_key="invoice.id")
    posting_date: date
    memo: str = text()
    posted_at: datetime = instant()


class JournalLine(TeamOwned, table=True):
    """One side of an entry; debits are positive, credits negative, and the lines of an entry add up to zero."""

    __tablename__ = "journal_line"
    __table_args__ = (CheckConstraint("amount_minor <> 0", name="amount_not_zero"),)

    entry_id: str = Field(primary_key=True, foreign_key="journal_entry.id")
    seq: int = Field(primary_key=True)
    account: str = Field(max_length=64)
    currency: str = Field(max_length=3)
    amount_minor: int = minor()
    customer_id: str | None = Field(default=None, foreign_key="customer.id")
