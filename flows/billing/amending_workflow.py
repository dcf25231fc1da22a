"""Carry out what a person chose on the card of a changed contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from flows import posting
from flows.approvals import MembersOnly, check_member, known_people
from flows.billing import amending
from flows.billing.amending import Decision
from flows.durable import step, workflow
from flows.effects import until_answered
from flows.errors import FarSideError, NotFound, Refused, Rejected
from flows.inbox import load_once, settle
from flows.runtime import runtime
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import InboxRow


@dataclass(frozen=True, slots=True)
class Decider:
    """Whom the policy names; with a code when the person may not decide, or nobody can tell."""

    people: KnownPeople = field(default_factory=KnownPeople)
    code: str = ""
    reason: str = ""
    again: bool = False


@workflow("amend_contract")
def amend_contract(team_id: str, inbox_id: str) -> None:
    """Amend a contract as a person chose, waiting while Slack cannot be asked who it is."""
    decider = until_answered(lambda: read_decider(team_id, inbox_id))
    apply_decision(team_id, inbox_id, decider)


@step
def read_decider(team_id: str, inbox_id: str) -> Decider:
    """Read from Slack whether the person is a member, and whom the policy lets decide."""
    with runtime().database.read(team_id) as session:
        user_id = str(session.get_one(InboxRow, inbox_id).payload["user_id"])
    try:
        slack = runtime().slack(team_id)
        check_member(slack.person(user_id))
        return Decider(known_people(slack, runtime().policy, None))
    except MembersOnly as refusal:
        return Decider(code=refusal.code, reason=str(refusal))
    except FarSideError as error:
        reason = f"I cannot ask Slack who you are just now ({error.reason}). Nothing was changed; try again later."
        return Decider(code=error.code, reason=reason, again=not isinstance(error, Rejected))


@step
def apply_decision(team_id: str, inbox_id: str, decider: Decider) -> None:
    """Do what was chosen, once; what cannot be done is answered in words, and changes nothing."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        if decider.code:
            _refuse(session, row, decider.code, decider.reason)
            return
        try:
            words = amending.decide(session, _chosen(row), decider.people, row.payload.get("evidence") or {})
        except (Refused, NotFound) as error:
            _refuse(session, row, error.code, str(error))
            return
        posting.tell(session, row.payload, words)
        settle(session, row, runtime().clock, "amended")


def _chosen(row: InboxRow) -> Decision:
    payload = row.payload
    effective = payload.get("effective")
    return Decision(
        contract_id=str(payload["contract_id"]),
        version=int(payload["version"]),
        user_id=str(payload["user_id"]),
        effective=date.fromisoformat(effective) if effective else None,
        with_credit=payload.get("credit") != "keep",
        now=payload.get("charge") != "next",
    )


def _refuse(session: Session, row: InboxRow, code: str, sentence: str) -> None:
    posting.tell(session, row.payload, sentence)
    posting.refresh(session, str(row.payload["contract_id"]))
    audit.append(
        session,
        action="contract.amendment_refused",
        object_type="contract",
        object_id=str(row.payload["contract_id"]),
        actor=audit.USER(str(row.payload["user_id"])),
        at=runtime().clock.now(),
        after={"code": code},
        reason=sentence,
        evidence=row.payload.get("evidence"),
    )
    settle(session, row, runtime().clock, code)
