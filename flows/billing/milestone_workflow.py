"""Somebody said that a milestone was reached: see whether the person may, note it, and bill it. Durable, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from flows import posting
from flows.approvals import MembersOnly, check_member, known_people
from flows.billing import milestones
from flows.billing.milestones import BadReachedDay, MilestoneSettled, Reached
from flows.durable import step, workflow
from flows.effects import until_answered
from flows.errors import FarSideError, NotFound, Rejected
from flows.inbox import load_once, settle
from flows.runtime import runtime
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import InboxRow


@dataclass(frozen=True, slots=True)
class Reporter:
    """Whom the policy names, once it is known that the reporter may; a code when not, or when nobody can tell."""

    people: KnownPeople = field(default_factory=KnownPeople)
    code: str = ""
    reason: str = ""
    again: bool = False


@workflow("reach_milestone")
def reach_milestone(team_id: str, inbox_id: str) -> None:
    """Take in that a milestone was reached, waiting while Slack cannot be asked who says so."""
    reporter = until_answered(lambda: read_reporter(team_id, inbox_id))
    apply_reached(team_id, inbox_id, reporter)


@step
def read_reporter(team_id: str, inbox_id: str) -> Reporter:
    """Read from Slack whether the person may, and whom the policy names as approvers."""
    with runtime().database.read(team_id) as session:
        payload = session.get_one(InboxRow, inbox_id).payload
    try:
        slack = runtime().slack(team_id)
        check_member(slack.person(str(payload["user_id"])))
        return Reporter(known_people(slack, runtime().policy, None))
    except MembersOnly as refusal:
        return Reporter(code=refusal.code, reason=str(refusal))
    except FarSideError as error:
        reason = f"I cannot ask Slack who you are just now ({error.reason}). Nothing was changed; try again later."
        return Reporter(code=error.code, reason=reason, again=not isinstance(error, Rejected))


@step
def apply_reached(team_id: str, inbox_id: str, reporter: Reporter) -> None:
    """Note it and draft its invoice; what cannot be done is answered in words, and changes nothing."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        if reporter.code:
            _refuse(session, row, reporter.code, reporter.reason)
            return
        payload = row.payload
        said = Reached(
            contract_id=str(payload["contract_id"]),
            milestone_id=str(payload["milestone_id"]),
            on=date.fromisoformat(str(payload["on"])),
            user_id=str(payload["user_id"]),
            note=str(payload.get("note") or ""),
        )
        try:
            follows = milestones.reach(
                session, said, people=reporter.people, evidence=dict(payload.get("evidence") or {})
            )
        except (MilestoneSettled, BadReachedDay, NotFound) as error:
            _refuse(session, row, error.code, str(error))
            return
        posting.tell(session, payload, follows)
        settle(session, row, runtime().clock, "reached")


def _refuse(session: Session, row: InboxRow, code: str, sentence: str) -> None:
    posting.tell(session, row.payload, sentence)
    audit.append(
        session,
        action="milestone.refused",
        object_type="contract",
        object_id=str(row.payload["contract_id"]),
        actor=audit.USER(str(row.payload["user_id"])),
        at=runtime().clock.now(),
        after={"code": code, "milestone": row.payload["milestone_id"]},
        reason=sentence,
        evidence=row.payload.get("evidence"),
    )
    settle(session, row, runtime().clock, code)
