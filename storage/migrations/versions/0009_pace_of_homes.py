"""When posts of a kind were sent, so that the Homes of a workspace keep one pace together."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_slack_post_sent", "slack_post", ["team_id", "kind", "sent_at"])


def downgrade() -> None:
    op.drop_index("ix_slack_post_sent", table_name="slack_post")
