"""Metered usage: events, the files they came in, the periods that were billed of them, and alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _imports()
    _events()
    _closings()
    _alerts()


def downgrade() -> None:
    for table in ("usage_alert", "usage_closing", "usage_event", "usage_import"):
        op.drop_table(table)


def _imports() -> None:
    op.create_table(
        "usage_import",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(128), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_import")),
        sa.UniqueConstraint("team_id", "content_hash", name=op.f("uq_usage_import_team_id_content_hash")),
    )
    op.create_index(op.f("ix_usage_import_team_id"), "usage_import", ["team_id"])


def _events() -> None:
    op.create_table(
        "usage_event",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("meter", sa.String(64), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("decimals", sa.SmallInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.String(200)),
        sa.Column("corrects", sa.String(200)),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        sa.Column("properties", sa.JSON(none_as_null=True)),
        sa.Column("batch_id", sa.String(64), nullable=False),
        sa.Column("line", sa.Integer()),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("units >= 0", name=op.f("ck_usage_event_not_negative")),
        sa.CheckConstraint("decimals BETWEEN 0 AND 12", name=op.f("ck_usage_event_decimals")),
        sa.CheckConstraint("corrects <> key", name=op.f("ck_usage_event_corrects_another")),
        sa.CheckConstraint(
            "NOT is_void OR (corrects IS NOT NULL AND units = 0)", name=op.f("ck_usage_event_void_counts_nothing")
        ),
        sa.PrimaryKeyConstraint("team_id", "key", name=op.f("pk_usage_event")),
    )
    where = sa.text("corrects IS NOT NULL")
    op.create_index(
        "uq_usage_event_corrects",
        "usage_event",
        ["team_id", "corrects"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("ix_usage_event_billed", "usage_event", ["team_id", "subject", "meter", "occurred_at"])
    op.create_index("ix_usage_event_batch", "usage_event", ["batch_id", "subject"])


def _closings() -> None:
    op.create_table(
        "usage_closing",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("meter", sa.String(64), nullable=False),
        sa.Column("aggregation", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quantity", sa.String(64), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_usage_closing_has_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_closing")),
        sa.UniqueConstraint(
            "team_id", "contract_id", "line_id", "period_start", "period_end", "seq", name="uq_usage_closing_seq"
        ),
    )
    op.create_index("ix_usage_closing_meter", "usage_closing", ["team_id", "meter", "starts_at", "ends_at"])
    op.create_index(op.f("ix_usage_closing_team_id"), "usage_closing", ["team_id"])


def _alerts() -> None:
    op.create_table(
        "usage_alert",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("percent", sa.String(16), nullable=False),
        sa.Column("allowance", sa.String(64), nullable=False),
        sa.Column("used", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("account_manager", sa.String(64)),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_alert")),
        sa.UniqueConstraint("team_id", "contract_id", "line_id", "period_start", "percent", name="uq_usage_alert_once"),
    )
    op.create_index(op.f("ix_usage_alert_team_id"), "usage_alert", ["team_id"])
