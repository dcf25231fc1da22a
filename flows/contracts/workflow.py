"""Read a closed deal back from the CRM and take it in. What was read decides; a notice only says where to look."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlmodel import Session

from flows import attention
from flows.approvals import Refusal, Sender, known_people, read_sender, refuse_form
from flows.contracts import rules, service
from flows.durable import step, workflow
from flows.effects import until_answered
from flows.errors import FarSideError, NotFound, Rejected
from flows.inbox import load_once, settle
from flows.runtime import runtime
from flows.values.deal import Deal
from flows.values.people import KnownPeople
from storage.tables import InboxRow

INTAKE = "intake"


@dataclass(frozen=True, slots=True)
class Read:
    """What one look at the CRM gave: the deal, or why there is none. `again` when trying again may help."""

    deal: Deal | None = None
    reason: str = ""
    code: str = ""
    again: bool = False
    people: KnownPeople = field(default_factory=KnownPeople)


@workflow("read_deal")
def read_deal(team_id: str, inbox_id: str) -> None:
    """Read the deal that a notification or a poll named, waiting while the CRM cannot be reached, and take it in."""
    found = until_answered(lambda: take_in(team_id, inbox_id))
    if found.again:
        give_up(team_id, inbox_id, found)


@step
def take_in(team_id: str, inbox_id: str) -> Read:
    """Read the deal, keep it, and do what follows. One step for both: what it returns is kept, and a deal is large.

    A deal that cannot be read, now or ever, is put before a person; while reading again may help, nothing is done.
    """
    with runtime().database.read(team_id) as session:
        external_id = str(session.get_one(InboxRow, inbox_id).payload["deal_id"])
    found = _read_back(team_id, external_id)
    if found.again:
        return found
    if found.deal is None:
        _report_unread(team_id, inbox_id, found)
        return found
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is not None:
            taken = service.take_deal(session, found.deal, people=found.people)
            attention.settle_attention(session, subject_id=external_id, kind=INTAKE, by="read")
            settle(session, row, runtime().clock, taken.outcome)
    return Read()


@step
def give_up(team_id: str, inbox_id: str, found: Read) -> None:
    """Put a deal before a person that could not be read for too long."""
    _report_unread(team_id, inbox_id, found)


def _read_back(team_id: str, external_id: str) -> Read:
    """Read the deal from the CRM, and from Slack who its owner and the approvers are."""
    crm = runtime().crm
    if crm is None:
        return Read(reason="no CRM is connected", code="contracts.no_crm")
    try:
        deal = crm.read_deal(external_id)
        people = known_people(runtime().slack(team_id), runtime().policy, deal.owner_email)
    except NotFound as error:
        return Read(reason=str(error), code=error.code)
    except FarSideError as error:
        return Read(reason=str(error), code=error.code, again=not isinstance(error, Rejected))
    return Read(deal=deal, people=people)


@workflow("mend_deal")
def mend_deal(team_id: str, inbox_id: str) -> None:
    """Put in what a person typed for an incomplete deal."""
    sender = until_answered(lambda: read_mender(team_id, inbox_id))
    apply_mend(team_id, inbox_id, sender)


@step
def read_mender(team_id: str, inbox_id: str) -> Sender:
    """Read from Slack whether the person may, and who the deal's owner and the approvers are."""
    with runtime().database.read(team_id) as session:
        deal_id = str(session.get_one(InboxRow, inbox_id).payload["deal_id"])
        owner = service.owner_email(session, deal_id)
    return read_sender(team_id, inbox_id, owner_email=owner)


@step
def apply_mend(team_id: str, inbox_id: str, sender: Sender) -> None:
    """Put the fixes in; what cannot be done is answered in words, and changes nothing."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        payload = row.payload
        if sender.code:
            _refuse_mend(session, row, sender.code, sender.reason)
            return
        try:
            taken = service.mend_deal(
                session, payload["deal_id"], payload["fixes"], user_id=payload["user_id"], people=sender.people
            )
        except (rules.BadFix, NotFound) as error:
            _refuse_mend(session, row, error.code, f"{error} Nothing was changed.")
            return
        settle(session, row, runtime().clock, taken.outcome)


def _refuse_mend(session: Session, row: InboxRow, code: str, sentence: str) -> None:
    refuse_form(session, row, code, sentence, Refusal("deal.mend_refused", "deal", str(row.payload["deal_id"])))


def _report_unread(team_id: str, inbox_id: str, found: Read) -> None:
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        external_id = str(row.payload["deal_id"])
        attention.open_attention(
            session,
            subject_id=external_id,
            kind=INTAKE,
            title=f"The closed deal {external_id} could not be read",
            reason=found.reason,
            code=found.code,
        )
        settle(session, row, runtime().clock, found.code)
