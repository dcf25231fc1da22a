"""The audit trail: who did what to which object, written in the transaction that does it.

`append` only collects. The events of a transaction are written as the last thing before its commit: the chain's head is
locked, read, and moved on behind them. So on PostgreSQL writers wait for each other for the length of the append and
the commit, and not for the work that came before; the lock is always the last one taken, so it is part of no deadlock.
What a rolled-back savepoint had collected is dropped with it, and numbers are given at the commit: there are no gaps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session as AnySession
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, SQLModel

import storage.tables  # noqa: F401 - fills SQLModel.metadata
from flows.values.ids import new_id
from storage.audit_chain import HASHED, hash_of
from storage.audit_export import export
from storage.audit_verify import Anchor, BrokenLink, VerifyReport, verify

__all__ = ["SYSTEM", "USER", "Actor", "Anchor", "BrokenLink", "VerifyReport", "append", "export", "verify"]

_PENDING = "audit_pending"
_MARKS = "audit_marks"
_EVENTS = SQLModel.metadata.tables["audit_event"]
_HEAD = SQLModel.metadata.tables["audit_head"]
_LIMITS = {column.name: length for column in _EVENTS.columns if (length := getattr(column.type, "length", None))}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person by Slack user id, or a part of this program by name."""

    type: Literal["user", "system"]
    id: str


def USER(user_id: str) -> Actor:  # noqa: N802 - reads as the kind of actor that it is
    """Return the person with that Slack user id as an actor."""
    return Actor("user", user_id)


def SYSTEM(component: str) -> Actor:  # noqa: N802 - as above
    """Return the part of this program with that name as an actor."""
    return Actor("system", component)


def append(  # noqa: PLR0913 - an event has that many parts, and each is named
    session: Session,
    *,
    action: str,
    object_type: str,
    object_id: str,
    actor: Actor,
    at: datetime,
    before: Any = None,
    after: Any = None,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
    team_id: str | None = None,
) -> None:
    """Add one event to the trail when, and only when, the session's transaction commits.

    `before` and `after` are anything that JSON can say (dates and decimals become text). The team is the session's
    unless given. Raises ValueError for a value that the trail cannot keep: the caller is at fault, not the person.
    """
    team = team_id or session.info.get("team_id")
    if not team:
        raise ValueError("an audit event belongs to a team; open the session for one or pass team_id")
    if at.tzinfo is None:
        raise ValueError("an audit event needs an instant with a time zone")
    row = {
        "id": new_id("aud", at),
        "team_id": team,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_type": actor.type,
        "actor": actor.id,
        "action": action,
        "object_type": object_type,
        "object_id": object_id,
        "before": _canonical(before),
        "after": _canonical(after),
        "reason": _storable(reason),
        "evidence": _canonical(evidence),
    }
    for column, value in row.items():
        if column in _LIMITS and not 0 < len(value) <= _LIMITS[column]:
            raise ValueError(f"audit event: {column} must have 1 to {_LIMITS[column]} characters, not {len(value)}")
    if session.get_transaction() is None:
        session.begin()
    session.info.setdefault(_PENDING, []).append(row)


def _canonical(value: Any) -> str:
    """Return one JSON text for one meaning: sorted keys, no spaces; "" for nothing."""
    if value is None:
        return ""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_as_text
    )
    return _storable(text)


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise ValueError(f"audit event: JSON cannot say a {type(value).__name__}")


def _storable(text: str) -> str:
    """Return the text without the two things that a database's UTF-8 text cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


@event.listens_for(Session, "before_commit")
def _write(session: AnySession) -> None:
    """Write what was collected, as the last thing of the outermost transaction."""
    if session.in_nested_transaction() or not session.info.get(_PENDING):
        return
    session.flush()  # what may fail or wait comes before the head is locked
    rows = session.info.pop(_PENDING)
    connection = session.connection()
    locked = sa.update(_HEAD).where(_HEAD.c.id == 1).values(seq=_HEAD.c.seq + len(rows))
    last, prev_hash = connection.execute(locked.returning(_HEAD.c.seq, _HEAD.c.hash)).one()
    for seq, row in enumerate(rows, start=last - len(rows) + 1):
        row |= {"seq": seq, "prev_hash": prev_hash}
        row["hash"] = prev_hash = hash_of([str(row[column]).encode() for column in HASHED])
    connection.execute(sa.insert(_EVENTS), rows)
    connection.execute(sa.update(_HEAD).where(_HEAD.c.id == 1).values(hash=prev_hash))


@event.listens_for(Session, "after_transaction_create")
def _mark(session: AnySession, transaction: SessionTransaction) -> None:
    """Remember, for each savepoint, how much had been collected when it was set."""
    if transaction.nested:
        session.info.setdefault(_MARKS, {})[transaction] = len(session.info.get(_PENDING, ()))


@event.listens_for(Session, "after_soft_rollback")
def _drop(session: AnySession, transaction: SessionTransaction) -> None:
    """Drop what was collected since the savepoint that was rolled back."""
    if transaction.nested:
        del session.info.get(_PENDING, [])[session.info[_MARKS][transaction] :]


@event.listens_for(Session, "after_transaction_end")
def _clear(session: AnySession, transaction: SessionTransaction) -> None:
    """Drop whatever is left when the whole transaction ends without a commit."""
    if transaction.parent is None:
        session.info.pop(_PENDING, None)
        session.info.pop(_MARKS, None)
