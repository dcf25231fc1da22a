"""Approvals: what was asked of whom, step by step, and what each person said."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import TeamOwned, instant, json, text

_OF_INVOICE: Final[Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("correction_id IS NULL"))
_OF_CORRECTION: Final[Any] = dict.fromkeys(("sqlite_where", "postgresql_where"), sa.text("correction_id IS NOT NULL"))


class Approval(TeamOwned, table=True):
    """One request to approve one version of one invoice, or one correction of it, under the policy that was in force.

    The policy looks at the money; who asked, and what follows the yes, are the subject's own.
    """

    __tablename__ = "approval"
    __table_args__ = (
        Index("uq_approval_invoice_version", "invoice_id", "invoice_version", unique=True, **_OF_INVOICE),
        Index("uq_approval_correction", "correction_id", unique=True, **_OF_CORRECTION),
        Index("ix_approval_team_state", "team_id", "state"),
    )

    id: str = Field(primary_key=True)  # apr_…
    invoice_id: str = Field(foreign_key="invoice.id")
    invoice_version: int
    correction_id: str | None = Field(default=None, foreign_key="correction.id")  # None: about the invoice itself
    content_hash: str = Field(max_length=64)
    policy_version: str = Field(max_length=32)
    rule: str = text()
    state: str = Field(max_length=32)  # waiting, approved, rejected, changes requested, void
    current_step: int = 1
    row_version: int = 1
    requester: str | None = Field(default=None, max_length=32)  # Slack user id; may not approve
    created_at: datetime = instant()
    decided_at: datetime | None = instant(default=None, nullable=True)

    @property
    def subject_id(self) -> str:
        """The invoice or the correction that is to be approved; its card shows the request."""
        return self.correction_id or self.invoice_id


class ApprovalStep(TeamOwned, table=True):
    """One step: who may decide and how many must."""

    __tablename__ = "approval_step"
    __table_args__ = (CheckConstraint("needed > 0", name="needed_positive"),)

    approval_id: str = Field(primary_key=True, foreign_key="approval.id")
    number: int = Field(primary_key=True)
    needed: int
    approvers: list[Any] = json()  # Slack user ids or e-mail addresses, as the policy names them
    user_group: str | None = Field(default=None, max_length=64)
    who: str = text()  # in words, for the card
    mentions: list[Any] = json()  # Slack ids of the same people or of their group, so that the card notifies them
    state: str = Field(max_length=32)  # waiting, approved, rejected
    due_at: datetime | None = instant(default=None, nullable=True)


class Decision(TeamOwned, table=True):
    """What one person said at one step; never edited."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("approval_id", "step", "user_id"),
        Index("ix_decision_team_user", "team_id", "user_id"),
    )

    id: str = Field(primary_key=True)  # dec_…
    approval_id: str = Field(foreign_key="approval.id")
    step: int
    user_id: str = Field(max_length=32)
    user_name: str = text()
    verdict: str = Field(max_length=32)  # approve, reject, request_changes
    reason: str | None = text(default=None, nullable=True)
    decided_at: datetime = instant()
