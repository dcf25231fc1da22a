"""What every table shares: constraint names that migrations can refer to, instants in UTC, and the team column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcInstant(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the table, on both databases. A naive datetime is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TeamOwned(SQLModel):
    """A row that belongs to one Slack workspace. A session opened for a team reads no other team's rows."""

    team_id: str = Field(max_length=32, index=True)


def minor(**extra: Any) -> Any:
    """Return a field for an amount in integer minor units."""
    return Field(sa_type=sa.BigInteger, **extra)


def instant(**extra: Any) -> Any:
    """Return a field for an instant."""
    return Field(sa_type=UtcInstant, **extra)


def text(**extra: Any) -> Any:
    """Return a field for text of any length."""
    return Field(sa_type=sa.Text, **extra)


def json(**extra: Any) -> Any:
    """Return a field for a JSON value."""
    return Field(sa_type=sa.JSON, **extra)
