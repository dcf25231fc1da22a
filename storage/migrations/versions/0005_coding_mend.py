"""What people chose for the account and the dimensions of a deal's lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coding_mend",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_coding_mend_deal_id_deal"),
        sa.PrimaryKeyConstraint("deal_id", "source", "field", name="pk_coding_mend"),
    )
    op.create_index("ix_coding_mend_team_id", "coding_mend", ["team_id"])


def downgrade() -> None:
    op.drop_table("coding_mend")
