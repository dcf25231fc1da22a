"""Carry out what a person chose on the card of a changed contract."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from flows import posting
from flows.approvals import Refusal, Sender, read_sender, refuse_form
from flows.billing import amending
from flows.billing.amending import Again, Decision
from flows.durable import step, workflow
from flows.effects import until_answered
from flows.errors import NotFound, Refused
from flows.inbox import load_once, settle
from flows.runtime import runtime
from storage.tables import InboxRow


@workflow("amend_contract")
def amend_contract(team_id: str, inbox_id: str) -> None:
    """Amend a contract as a person chose, waiting while Slack cannot be asked who it is."""
    sender = until_answered(lambda: read_decider(team_id, inbox_id))
    apply_decision(team_id, inbox_id, sender)


@step
def read_decider(team_id: str, inbox_id: str) -> Sender:
    """Read from Slack whether the person is a member, and whom the policy lets decide."""
    return read_sender(team_id, inbox_id)


@step
def apply_decision(team_id: str, inbox_id: str, sender: Sender) -> None:
    """Do what was chosen, once; what cannot be done is answered in words, and changes nothing."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        if sender.code:
            _refuse(session, row, sender.code, sender.reason)
            return
        try:
            words = _apply(session, row, sender)
        except (Refused, NotFound) as error:
            _refuse(session, row, error.code, str(error))
            return
        posting.tell(session, row.payload, words)
        settle(session, row, runtime().clock, "amended")


def _apply(session: Session, row: InboxRow, sender: Sender) -> str:
    evidence = row.payload.get("evidence") or {}
    if row.payload.get("again"):
        wanted = Again(str(row.payload["contract_id"]), str(row.payload["user_id"]))
        return amending.again(session, wanted, sender.people, evidence)
    return amending.decide(session, _chosen(row), sender.people, evidence)


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
    contract_id = str(row.payload["contract_id"])
    refuse_form(session, row, code, sentence, Refusal("contract.amendment_refused", "contract", contract_id))
    posting.refresh(session, contract_id)
