"""Credit memos, voided invoices that are issued anew, and approvals of both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STANDS = sa.text("state <> 'void' OR number IS NULL")
OF_INVOICE = sa.text("correction_id IS NULL")
OF_CORRECTION = sa.text("correction_id IS NOT NULL")


def upgrade() -> None:
    _corrections()
    with op.batch_alter_table("invoice") as invoice:
        invoice.add_column(sa.Column("reissue_of", sa.String()))
        invoice.create_foreign_key("fk_invoice_reissue_of_invoice", "invoice", ["reissue_of"], ["id"])
        invoice.drop_constraint("uq_invoice_team_id_deal_id_schedule_key", type_="unique")
    _unique("uq_invoice_entry", "invoice", ["team_id", "deal_id", "schedule_key"], STANDS)
    op.create_index("ix_invoice_reissue_of", "invoice", ["reissue_of"])
    with op.batch_alter_table("approval") as approval:
        approval.add_column(sa.Column("correction_id", sa.String()))
        approval.create_foreign_key("fk_approval_correction_id_correction", "correction", ["correction_id"], ["id"])
        approval.drop_constraint("uq_approval_invoice_id_invoice_version", type_="unique")
    _unique("uq_approval_invoice_version", "approval", ["invoice_id", "invoice_version"], OF_INVOICE)
    _unique("uq_approval_correction", "approval", ["correction_id"], OF_CORRECTION)


def downgrade() -> None:
    """Go back. Refused by the database while a correction was asked for: who approved it cannot be forgotten."""
    op.drop_index("uq_approval_correction", "approval")
    op.drop_index("uq_approval_invoice_version", "approval")
    with op.batch_alter_table("approval") as approval:
        approval.create_unique_constraint("uq_approval_invoice_id_invoice_version", ["invoice_id", "invoice_version"])
        approval.drop_constraint("fk_approval_correction_id_correction", type_="foreignkey")
        approval.drop_column("correction_id")
    op.drop_index("ix_invoice_reissue_of", "invoice")
    op.drop_index("uq_invoice_entry", "invoice")
    with op.batch_alter_table("invoice") as invoice:
        invoice.create_unique_constraint(
            "uq_invoice_team_id_deal_id_schedule_key", ["team_id", "deal_id", "schedule_key"]
        )
        invoice.drop_constraint("fk_invoice_reissue_of_invoice", type_="foreignkey")
        invoice.drop_column("reissue_of")
    op.drop_table("correction_line")
    op.drop_table("correction")


def _unique(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requester", sa.String(32), nullable=False),
        sa.Column("number", sa.String(64)),
        sa.Column("processor_id", sa.String(64)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('credit', 'void')", name=op.f("ck_correction_kind")),
        sa.CheckConstraint(
            "total_minor > 0 OR (kind = 'void' AND total_minor = 0)", name=op.f("ck_correction_credits_something")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_correction_invoice_id_invoice"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.UniqueConstraint("team_id", "number", name="uq_correction_team_id_number"),
    )
    op.create_index("ix_correction_team_id", "correction", ["team_id"])
    op.create_index("ix_correction_invoice", "correction", ["team_id", "invoice_id", "state"])
    op.create_table(
        "correction_line",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("correction_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_correction_line_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name="fk_correction_line_correction_id_correction"
        ),
        sa.PrimaryKeyConstraint("correction_id", "seq", name="pk_correction_line"),
    )
    op.create_index("ix_correction_line_team_id", "correction_line", ["team_id"])
