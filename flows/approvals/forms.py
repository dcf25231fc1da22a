"""Who sent a form, as Slack tells it, and the answer to a form that cannot be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from flows import posting
from flows.approvals.people import MembersOnly, check_member, known_people
from flows.errors import FarSideError, Rejected
from flows.inbox import settle
from flows.runtime import runtime
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import InboxRow


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom the policy names, once it is known that the sender may; a code and why when not, or when nobody can tell.

    `again` when Slack cannot be asked just now, so that asking later may help.
    """

    people: KnownPeople = field(default_factory=KnownPeople)
    code: str = ""
    reason: str = ""
    again: bool = False


def read_sender(team_id: str, inbox_id: str, *, owner_email: str | None = None) -> Sender:
    """Read from Slack whether the sender of a form is a member, and who the approvers and the deal's owner are.

    Called inside a step of the room whose form it is, and repeated by `until_answered`.
    """
    with runtime().database.read(team_id) as session:
        user_id = str(session.get_one(InboxRow, inbox_id).payload["user_id"])
    try:
        slack = runtime().slack(team_id)
        check_member(slack.person(user_id))
        return Sender(known_people(slack, runtime().policy, owner_email))
    except MembersOnly as error:
        return Sender(code=error.code, reason=str(error))
    except FarSideError as error:
        reason = f"I cannot ask Slack who you are just now ({error.reason}). Nothing was changed; try again later."
        return Sender(code=error.code, reason=reason, again=not isinstance(error, Rejected))


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the audit trail says of a form that was refused: the action, what it was about, and more if there is."""

    action: str
    object_type: str
    object_id: str
    after: Mapping[str, Any] = field(default_factory=dict)


def refuse_form(session: Session, row: InboxRow, code: str, sentence: str, refusal: Refusal) -> None:
    """Tell the sender why, note it in the audit trail, and settle the delivery; nothing else changes."""
    posting.tell(session, row.payload, sentence)
    audit.append(
        session,
        action=refusal.action,
        object_type=refusal.object_type,
        object_id=refusal.object_id,
        actor=audit.USER(str(row.payload["user_id"])),
        at=runtime().clock.now(),
        after={"code": code, **refusal.after},
        reason=sentence,
        evidence=row.payload.get("evidence"),
    )
    settle(session, row, runtime().clock, code)
