"""Customers and the deals that were closed with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, json, text


class Customer(TeamOwned, table=True):
    """Who is billed, known to the CRM by `external_id`."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("team_id", "source", "external_id"),)

    id: str = Field(primary_key=True)  # cus_…
    source: str = Field(max_length=32)
    external_id: str = Field(max_length=64)
    name: str = text()
    email: str | None = text(default=None, nullable=True)
    contact: str | None = text(default=None, nullable=True)
    address: str | None = text(default=None, nullable=True)
    created_at: datetime = instant()
    updated_at: datetime = instant()


class DealRow(TeamOwned, table=True):
    """A closed-won deal; its latest version and where it has got to."""

    __tablename__ = "deal"
    __table_args__ = (UniqueConstraint("team_id", "source", "external_id"),)

    id: str = Field(primary_key=True)  # dea_…
    source: str = Field(max_length=32)
    external_id: str = Field(max_length=64)
    version: int
    content_hash: str = Field(max_length=64)
    state: str = Field(max_length=32)  # "incomplete", "drafted"
    modified_at: datetime = instant()
    mends: dict[str, Any] = json()  # what a person filled in, field by field; kept when the CRM sends a new version
    created_at: datetime = instant()
    updated_at: datetime = instant()


class DealVersion(TeamOwned, table=True):
    """One version of a deal exactly as the source gave it; never edited."""

    __tablename__ = "deal_version"

    deal_id: str = Field(primary_key=True, foreign_key="deal.id")
    version: int = Field(primary_key=True)
    content: str = text()  # flows.values.deal.Deal.as_json
    content_hash: str = Field(max_length=64)
    read_at: datetime = instant()
