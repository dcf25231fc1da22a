"""The audit trail. Rows are only ever added, by storage.audit; triggers refuse anything else."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.tables.base import TeamOwned, text


class AuditEvent(TeamOwned, table=True):
    """Who did what to which object, why, on what evidence. JSON and time are kept as the very text that was hashed."""

    __tablename__ = "audit_event"

    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    id: str = Field(max_length=40, unique=True)  # aud_…
    at: str = Field(max_length=32, index=True)  # ISO 8601, UTC, microseconds
    actor_type: str = Field(max_length=16)  # user, system
    actor: str = Field(max_length=128)  # Slack user id, or the component's name
    action: str = Field(max_length=64)  # "approval.approved"
    object_type: str = Field(max_length=32)
    object_id: str = Field(max_length=64, index=True)
    before: str = text()  # canonical JSON, or ""
    after: str = text()
    reason: str = text()
    evidence: str = text()  # canonical JSON: channel, message ts, action ts, request id, policy version, content hash
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """The end of the chain: its one row is locked while a writer appends, and shows when the tail has been cut off."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)  # always 1
    seq: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)
