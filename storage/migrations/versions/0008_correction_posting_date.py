"""The day that a correction is posted on, where a person chose one because the period was closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("correction") as correction:
        correction.add_column(sa.Column("posting_date", sa.Date()))


def downgrade() -> None:
    with op.batch_alter_table("correction") as correction:
        correction.drop_column("posting_date")
