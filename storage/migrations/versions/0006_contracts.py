"""Contracts, their versions, the schedule of their invoices, and several invoices for one deal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FIRST = "first"  # every invoice that was made before there were schedules is the first of its deal


def upgrade() -> None:
    _contracts()
    _versions()
    with op.batch_alter_table("invoice") as invoice:
        invoice.add_column(sa.Column("schedule_key", sa.String(128), nullable=False, server_default=FIRST))
        invoice.drop_constraint("uq_invoice_team_id_deal_id", type_="unique")
        invoice.create_unique_constraint(
            "uq_invoice_team_id_deal_id_schedule_key", ["team_id", "deal_id", "schedule_key"]
        )
    _entries()
    _rated_lines()


def downgrade() -> None:
    """Go back to one invoice for a deal. Refused by the database when a deal has more: they cannot be kept then."""
    for table in ("rated_line", "schedule_entry", "contract_version", "contract"):
        op.drop_table(table)
    with op.batch_alter_table("invoice") as invoice:
        invoice.drop_constraint("uq_invoice_team_id_deal_id_schedule_key", type_="unique")
        invoice.create_unique_constraint("uq_invoice_team_id_deal_id", ["team_id", "deal_id"])
        invoice.drop_column("schedule_key")


def _contracts() -> None:
    op.create_table(
        "contract",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("planned_until", sa.Date()),
        sa.Column("reached", sa.JSON(), nullable=False),
        sa.Column("account_manager", sa.String(32)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_contract_deal_id_deal"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_contract_customer_id_customer"),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
        sa.UniqueConstraint("team_id", "deal_id", name="uq_contract_team_id_deal_id"),
    )
    op.create_index("ix_contract_team_id", "contract", ["team_id"])


def _versions() -> None:
    op.create_table(
        "contract_version",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("deal_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name="fk_contract_version_contract_id_contract"),
        sa.PrimaryKeyConstraint("contract_id", "version", name="pk_contract_version"),
    )
    op.create_index("ix_contract_version_team_id", "contract_version", ["team_id"])


def _entries() -> None:
    op.create_table(
        "schedule_entry",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("planned_key", sa.String(128), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("invoice_date", sa.Date(), nullable=False),
        sa.Column("period_start", sa.Date()),
        sa.Column("period_end", sa.Date()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("planned_minor", sa.BigInteger()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.String()),
        sa.CheckConstraint(
            "(state IN ('drafted', 'issued')) = (invoice_id IS NOT NULL)",
            name=op.f("ck_schedule_entry_drafted_has_invoice"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name="fk_schedule_entry_contract_id_contract"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_schedule_entry_invoice_id_invoice"),
        sa.PrimaryKeyConstraint("id", name="pk_schedule_entry"),
        sa.UniqueConstraint("contract_id", "key", name="uq_schedule_entry_contract_id_key"),
    )
    op.create_index("ix_schedule_entry_team_id", "schedule_entry", ["team_id"])
    op.create_index("ix_schedule_entry_invoice_id", "schedule_entry", ["invoice_id"])
    op.create_index("ix_schedule_entry_due", "schedule_entry", ["team_id", "state", "invoice_date"])


def _rated_lines() -> None:
    op.create_table(
        "rated_line",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("measured", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("terms_path", sa.Text(), nullable=False),
        sa.Column("deal_field", sa.Text()),
        sa.Column("usage", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["schedule_entry.id"], name="fk_rated_line_entry_id_schedule_entry"),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name="fk_rated_line_contract_id_contract"),
        sa.PrimaryKeyConstraint("entry_id", "revision", "seq", name="pk_rated_line"),
    )
    op.create_index("ix_rated_line_team_id", "rated_line", ["team_id"])
    op.create_index("ix_rated_line_contract_id", "rated_line", ["contract_id"])
