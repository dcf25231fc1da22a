"""All tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attention",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention")),
        sa.UniqueConstraint(
            "team_id", "subject_id", "kind", "opened_at", name=op.f("uq_attention_team_id_subject_id_kind_opened_at")
        ),
    )
    op.create_index(op.f("ix_attention_team_id"), "attention", ["team_id"])
    op.create_index("ix_attention_team_state", "attention", ["team_id", "state"])
    op.create_table(
        "audit_event",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor_type", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object_type", sa.String(32), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_event_id")),
    )
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"])
    op.create_index(op.f("ix_audit_event_object_id"), "audit_event", ["object_id"])
    op.create_index(op.f("ix_audit_event_team_id"), "audit_event", ["team_id"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "card_copy",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("channel_id", sa.String(32)),
        sa.Column("ts", sa.String(32)),
        sa.Column("permalink", sa.Text()),
        sa.Column("shown_hash", sa.String(64)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_copy")),
    )
    op.create_index("ix_card_copy_subject", "card_copy", ["team_id", "subject_id"])
    op.create_index(op.f("ix_card_copy_team_id"), "card_copy", ["team_id"])
    op.create_table(
        "customer",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("contact", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("team_id", "source", "external_id", name=op.f("uq_customer_team_id_source_external_id")),
    )
    op.create_index(op.f("ix_customer_team_id"), "customer", ["team_id"])
    op.create_table(
        "deal",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mends", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
        sa.UniqueConstraint("team_id", "source", "external_id", name=op.f("uq_deal_team_id_source_external_id")),
    )
    op.create_index(op.f("ix_deal_team_id"), "deal", ["team_id"])
    op.create_table(
        "effect",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("far_id", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_effect")),
    )
    op.create_index(op.f("ix_effect_subject_id"), "effect", ["subject_id"])
    op.create_index(op.f("ix_effect_team_id"), "effect", ["team_id"])
    op.create_table(
        "home_tab",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_home_tab")),
    )
    op.create_table(
        "inbox",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("natural_key", sa.String(255), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("team_id", "kind", "natural_key", name=op.f("uq_inbox_team_id_kind_natural_key")),
    )
    op.create_index(op.f("ix_inbox_team_id"), "inbox", ["team_id"])
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_run")),
    )
    op.create_table(
        "number_series",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("series", sa.String(32), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_number_series_next_number_positive")),
        sa.PrimaryKeyConstraint("team_id", "series", name=op.f("pk_number_series")),
    )
    op.create_table(
        "poll_cursor",
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("seen_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "team_id", name=op.f("pk_poll_cursor")),
    )
    op.create_table(
        "slack_lane",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(32)),
        sa.PrimaryKeyConstraint("team_id", "address", name=op.f("pk_slack_lane")),
    )
    op.create_table(
        "slack_post",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("address", sa.String(80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("card_id", sa.String(32)),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("ts", sa.String(32)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_post")),
        sa.UniqueConstraint("team_id", "address", "seq", name=op.f("uq_slack_post_team_id_address_seq")),
    )
    op.create_index("ix_slack_post_open", "slack_post", ["team_id", "address", "state", "seq"])
    op.create_index(op.f("ix_slack_post_team_id"), "slack_post", ["team_id"])
    op.create_table(
        "worker_beat",
        sa.Column("worker_id", sa.String(128), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker_beat")),
    )
    op.create_table(
        "deal_version",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_version_deal_id_deal")),
        sa.PrimaryKeyConstraint("deal_id", "version", name=op.f("pk_deal_version")),
    )
    op.create_index(op.f("ix_deal_version_team_id"), "deal_version", ["team_id"])
    op.create_table(
        "invoice",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("deal_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("number", sa.String(64)),
        sa.Column("invoice_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("account_manager", sa.String(32)),
        sa.Column("processor_id", sa.String(64)),
        sa.Column("pay_url", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_invoice_total_not_negative")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_invoice_customer_id_customer")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_invoice_deal_id_deal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("team_id", "deal_id", name=op.f("uq_invoice_team_id_deal_id")),
        sa.UniqueConstraint("team_id", "number", name=op.f("uq_invoice_team_id_number")),
    )
    op.create_index(op.f("ix_invoice_team_id"), "invoice", ["team_id"])
    op.create_index("ix_invoice_team_state", "invoice", ["team_id", "state"])
    op.create_table(
        "approval",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("invoice_version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("current_step", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("requester", sa.String(32)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_approval_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("invoice_id", "invoice_version", name=op.f("uq_approval_invoice_id_invoice_version")),
    )
    op.create_index(op.f("ix_approval_team_id"), "approval", ["team_id"])
    op.create_index("ix_approval_team_state", "approval", ["team_id", "state"])
    op.create_table(
        "invoice_line",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("product_code", sa.String(255)),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("unit_price", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("period_start", sa.Date()),
        sa.Column("period_end", sa.Date()),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("invoice_id", "version", "seq", name=op.f("pk_invoice_line")),
    )
    op.create_index(op.f("ix_invoice_line_team_id"), "invoice_line", ["team_id"])
    op.create_table(
        "invoice_version",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("deal_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_version_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("invoice_id", "version", name=op.f("pk_invoice_version")),
    )
    op.create_index(op.f("ix_invoice_version_team_id"), "invoice_version", ["team_id"])
    op.create_table(
        "journal_entry",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_journal_entry_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("team_id", "key", name=op.f("uq_journal_entry_team_id_key")),
    )
    op.create_index(op.f("ix_journal_entry_team_id"), "journal_entry", ["team_id"])
    op.create_table(
        "approval_step",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("approvers", sa.JSON(), nullable=False),
        sa.Column("user_group", sa.String(64)),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("needed > 0", name=op.f("ck_approval_step_needed_positive")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_step_approval_id_approval")),
        sa.PrimaryKeyConstraint("approval_id", "number", name=op.f("pk_approval_step")),
    )
    op.create_index(op.f("ix_approval_step_team_id"), "approval_step", ["team_id"])
    op.create_table(
        "decision",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_decision_approval_id_approval")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("approval_id", "step", "user_id", name=op.f("uq_decision_approval_id_step_user_id")),
    )
    op.create_index(op.f("ix_decision_team_id"), "decision", ["team_id"])
    op.create_index("ix_decision_team_user", "decision", ["team_id", "user_id"])
    op.create_table(
        "journal_line",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.String()),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_journal_line_amount_not_zero")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_journal_line_customer_id_customer")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_journal_line_entry_id_journal_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "seq", name=op.f("pk_journal_line")),
    )
    op.create_index(op.f("ix_journal_line_team_id"), "journal_line", ["team_id"])


def downgrade() -> None:
    op.drop_table("journal_line")
    op.drop_table("decision")
    op.drop_table("approval_step")
    op.drop_table("journal_entry")
    op.drop_table("invoice_version")
    op.drop_table("invoice_line")
    op.drop_table("approval")
    op.drop_table("invoice")
    op.drop_table("deal_version")
    op.drop_table("worker_beat")
    op.drop_table("slack_post")
    op.drop_table("slack_lane")
    op.drop_table("poll_cursor")
    op.drop_table("number_series")
    op.drop_table("job_run")
    op.drop_table("inbox")
    op.drop_table("home_tab")
    op.drop_table("effect")
    op.drop_table("deal")
    op.drop_table("customer")
    op.drop_table("card_copy")
    op.drop_table("audit_head")
    op.drop_table("audit_event")
    op.drop_table("attention")
