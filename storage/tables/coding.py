"""What people chose for the coding of lines, so that it outlives the next version of the draft."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, text


class CodingMend(TeamOwned, table=True):
    """The account, or one dimension, that somebody chose for a line of a deal. The last choice is the one that counts.

    A line is known by where it comes from, so that the choice stays with it from version to version.
    """

    __tablename__ = "coding_mend"

    deal_id: str = Field(primary_key=True, foreign_key="deal.id")
    source: str = Field(primary_key=True, max_length=255)  # InvoiceLine.source
    field: str = Field(primary_key=True, max_length=64)  # account, or a dimension
    value: str = text()  # empty: the dimension is left out
    user_id: str = Field(max_length=32)
    mended_at: datetime = instant()
