"""Look at the dimensions file once a minute: a change is recorded as it comes into force, a mistake is told.

Every process reads a changed file by itself as soon as it needs it; this makes sure that somebody hears of it.
"""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import attention, posting
from flows.dimensions.in_force import in_force
from flows.dimensions.model import DimensionConfig
from flows.durable import step, workflow
from flows.errors import ConfigurationError
from flows.runtime import runtime
from storage import audit
from storage.tables import Attention, AuditEvent, Invoice

LOOK: Final = "look_at_dimensions"
IN_FORCE: Final = "dimensions.in_force"
_SUBJECT: Final = "dimensions"
_SHOWN: Final = 5  # mistakes in one message


@workflow(LOOK)
def look_at_dimensions(team_id: str, run_id: str) -> None:  # noqa: ARG001
    """Look once."""
    look(team_id)


@step
def look(team_id: str) -> str:
    """Record which version is in force and what is wrong with the file. Return the version."""
    with runtime().database.begin(team_id) as session:
        config, file = in_force(session), runtime().dimensions_file
        if config is None or file is None:
            return ""
        if file.fault is not None:
            _tell(session, file.path.name, file.fault, config)
        else:
            attention.settle_attention(session, subject_id=_SUBJECT, kind=LOOK, by="the file is in order")
        _record(session, config)
        return config.version


def _tell(session: Session, name: str, fault: ConfigurationError, config: DimensionConfig) -> None:
    reason = _reason(fault, config)
    if _told(session) == reason:
        return
    attention.open_attention(
        session,
        subject_id=_SUBJECT,
        kind=LOOK,
        title=f"The change to {name} is not in force, because there are mistakes in it",
        reason=reason,
        code=fault.code,
    )


def _reason(fault: ConfigurationError, config: DimensionConfig) -> str:
    mistakes = str(fault).split("\n")
    more = f" There are {len(mistakes) - _SHOWN} more; `dunwell doctor` shows all." if len(mistakes) > _SHOWN else ""
    stays = f"Version {config.version}, read before, stays in force until it is mended."
    return f"{' '.join(mistakes[:_SHOWN])}{more} {stays}"


def _told(session: Session) -> str | None:
    statement = select(col(Attention.reason)).where(
        col(Attention.subject_id) == _SUBJECT, col(Attention.kind) == LOOK, col(Attention.state) == "open"
    )
    return session.execute(statement).scalar_one_or_none()


def _record(session: Session, config: DimensionConfig) -> None:
    """Keep in the audit trail that another version is in force, and draw anew the cards that are held against it."""
    before = _last_version(session)
    if before == config.version:
        return
    audit.append(
        session,
        action=IN_FORCE,
        object_type="dimensions",
        object_id=_SUBJECT,
        actor=audit.SYSTEM("dimensions"),
        at=runtime().clock.now(),
        before={"version": before} if before else None,
        after={"version": config.version, "accounts": len(config.accounts), "periods": len(config.periods)},
    )
    waiting = select(col(Invoice.id)).where(col(Invoice.state) == "needs coding")
    for invoice_id in session.execute(waiting).scalars().all():
        posting.refresh(session, invoice_id)


def _last_version(session: Session) -> str | None:
    statement = select(AuditEvent).where(col(AuditEvent.object_id) == _SUBJECT, col(AuditEvent.action) == IN_FORCE)
    last = session.execute(statement.order_by(col(AuditEvent.seq).desc()).limit(1)).scalar_one_or_none()
    return str(json.loads(last.after)["version"]) if last else None
