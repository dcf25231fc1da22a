"""The audit trail is append-only: the database itself refuses anything else. Its end is kept in one row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EVENTS = "the audit trail is append-only"
HEAD = "the end of the audit trail only moves forward"

# INSERT OR REPLACE removes a row without asking the DELETE trigger, so an insert over an existing row is refused too.
SQLITE = {
    "audit_event_update": ("BEFORE UPDATE ON audit_event", EVENTS),
    "audit_event_delete": ("BEFORE DELETE ON audit_event", EVENTS),
    "audit_event_replace": (
        "BEFORE INSERT ON audit_event WHEN EXISTS (SELECT 1 FROM audit_event WHERE seq = NEW.seq OR id = NEW.id)",
        EVENTS,
    ),
    "audit_head_update": ("BEFORE UPDATE ON audit_head WHEN NEW.id <> OLD.id OR NEW.seq < OLD.seq", HEAD),
    "audit_head_delete": ("BEFORE DELETE ON audit_head", HEAD),
    "audit_head_replace": ("BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head)", HEAD),
}

POSTGRESQL = {
    "audit_event_refuse": ("audit_event", "BEFORE UPDATE OR DELETE OR TRUNCATE", "STATEMENT", EVENTS),
    "audit_head_refuse": ("audit_head", "BEFORE DELETE OR TRUNCATE", "STATEMENT", HEAD),
    "audit_head_forward": (
        "audit_head",
        "BEFORE UPDATE",
        "ROW WHEN (NEW.id <> OLD.id OR NEW.seq < OLD.seq)",
        HEAD,
    ),
}


def upgrade() -> None:
    head = sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    if op.get_bind().dialect.name == "sqlite":
        for name, (when, message) in SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{message}'); END")
        return
    for name, (table, when, each, message) in POSTGRESQL.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name, (table, *_) in POSTGRESQL.items():
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
    op.execute("DELETE FROM audit_head")
