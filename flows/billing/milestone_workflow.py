"""Somebody said when a milestone was reached, or that it was another day: see whether the person may, and bill it.

Durable, once.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from flows import posting
from flows.approvals import Refusal, Sender, read_sender, refuse_form
from flows.billing import milestone_days, milestones
from flows.billing.milestones import BadReachedDay, MilestoneSettled, Reached
from flows.durable import step, workflow
from flows.effects import until_answered
from flows.errors import NotFound
from flows.inbox import load_once, settle
from flows.runtime import runtime
from storage.tables import InboxRow


@workflow("reach_milestone")
def reach_milestone(team_id: str, inbox_id: str) -> None:
    """Take in that a milestone was reached, waiting while Slack cannot be asked who says so."""
    sender = until_answered(lambda: read_reporter(team_id, inbox_id))
    apply_reached(team_id, inbox_id, sender)


@step
def read_reporter(team_id: str, inbox_id: str) -> Sender:
    """Read from Slack whether the person may, and whom the policy names as approvers."""
    return read_sender(team_id, inbox_id)


@step
def apply_reached(team_id: str, inbox_id: str, sender: Sender) -> None:
    """Note it and draft its invoice, or date the draft anew; what cannot be done is told, and changes nothing."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        if sender.code:
            _refuse(session, row, sender.code, sender.reason)
            return
        payload = row.payload
        said = Reached(
            contract_id=str(payload["contract_id"]),
            milestone_id=str(payload["milestone_id"]),
            on=date.fromisoformat(str(payload["on"])),
            user_id=str(payload["user_id"]),
            note=str(payload.get("note") or ""),
        )
        was, evidence = payload.get("was"), dict(payload.get("evidence") or {})
        try:
            if was:
                seen = date.fromisoformat(str(was))
                follows = milestone_days.correct(session, said, seen, people=sender.people, evidence=evidence)
            else:
                follows = milestones.reach(session, said, people=sender.people, evidence=evidence)
        except (MilestoneSettled, BadReachedDay, NotFound) as error:
            _refuse(session, row, error.code, str(error))
            return
        posting.tell(session, payload, follows)
        settle(session, row, runtime().clock, "corrected" if was else "reached")


def _refuse(session: Session, row: InboxRow, code: str, sentence: str) -> None:
    after = {"milestone": row.payload["milestone_id"]}
    what = Refusal("milestone.refused", "contract", str(row.payload["contract_id"]), after)
    refuse_form(session, row, code, sentence, what)
