"""Ask a person what a deal's change means for what was billed: on one card, renewed when the deal changes again."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from flows import crediting, posting
from flows.billing import amending_cards
from flows.billing.amending_cards import AmendView, Choice
from flows.billing.changes import Change, open_change, today_of
from flows.billing.drafting import newest_of
from flows.billing.planning import entries_of
from flows.billing.rules import Contracted
from flows.rating import AmendmentRefused
from flows.runtime import runtime
from flows.values.periods import DAY
from flows.values.words import day
from storage.tables import AuditEvent, Contract, ContractVersion, DealRow

AMEND_CARD = "amend"


def ask(session: Session, row: Contract, contract: Contracted) -> None:
    """Put a change that would move money before a person; a card that there is shows how it stands now."""
    change = open_change(session, row, contract)
    is_there = posting.has_card(session, row.id, AMEND_CARD)
    if change is None or not _can_be_told(change):
        if is_there:
            posting.refresh(session, row.id)
        return
    if is_there:
        posting.refresh(session, row.id)
        posting.reply(session, row.id, AMEND_CARD, amending_cards.changed_again(row.version, change.words))
        return
    posting.post_card(session, kind=AMEND_CARD, subject_id=row.id, address=runtime().policy.slack.approvals_channel)


def amend_view(session: Session, contract_id: str) -> AmendView | None:
    """Return what the card of a contract's change shows now; None for a contract that is not there."""
    row = session.get(Contract, contract_id)
    if row is None:
        return None
    contract, _ = newest_of(session, row.id)
    change = open_change(session, row, contract)
    is_open = change is not None and _can_be_told(change)
    version = session.get_one(ContractVersion, (row.id, row.version))
    return AmendView(
        contract_id=row.id,
        version=row.version,
        customer=contract.bill_to.name,
        deal=session.get_one(DealRow, row.deal_id).external_id,
        words=change.words if change and is_open else (),
        choices=choices(change, today_of(contract)) if change and is_open else (),
        end=change.contract.terms.end if change else contract.terms.end,
        first=contract.terms.start,
        day=change.day(today_of(contract)) if change else today_of(contract),
        since=version.created_at,
        is_open=is_open,
        ends=change is not None and change.only_ends,
        account_manager=row.account_manager,
        under_way=_under_way(session, row) if is_open else (),
        decided=_decided(session, row) if not is_open else None,
    )


def choices(change: Change, today: date) -> tuple[Choice, ...]:
    """Return what can be chosen, with what each comes to: from its day on, and from the contract's start."""
    days = dict.fromkeys((change.day(today), change.earliest))
    return tuple(Choice(on, change.adjustment(on), change.begins(on, today)) for on in days if not _refused(change, on))


def fault(change: Change, effective: date) -> str:
    """Say why a change cannot take effect on a day; "" when it can."""
    ends = (change.running.end, change.contract.terms.end)
    last = max((one for one in ends if one is not None), default=None) if None not in ends else None
    if last is not None and effective > last + DAY:
        return f"The contract is over then; choose a day up to {day(last)}."
    return _refused(change, effective)


def fault_on(session: Session, contract_id: str, effective: date) -> str:
    """Say why the change of a contract cannot take effect on a day; "" when it can, or when nothing waits any more."""
    row = session.get(Contract, contract_id)
    change = open_change(session, row, newest_of(session, row.id)[0]) if row else None
    return fault(change, effective) if change else ""


def renew(session: Session, deal_id: str) -> None:
    """Show on the card of a contract's change what is true now, as one of its invoices was corrected."""
    found = session.execute(select(col(Contract.id)).where(col(Contract.deal_id) == deal_id)).scalar_one_or_none()
    if found is not None:
        posting.refresh(session, found)


def _under_way(session: Session, row: Contract) -> tuple[str, ...]:
    ids = [entry.invoice_id for entry in entries_of(session, row.id) if entry.invoice_id]
    return tuple(str(one) for one in crediting.under_way(session, ids))


def _can_be_told(change: Change) -> bool:
    """Tell whether there is a day from which the change can hold, and it moves money from one."""
    days = (change.earliest, change.day(today_of(change.contract)))
    return any(change.adjustment(on).lines for on in days if not _refused(change, on))


def _refused(change: Change, on: date) -> str:
    """Return why a change cannot hold from a day; "" when it can."""
    try:
        change.adjustment(on)
    except AmendmentRefused as refused:
        return str(refused)
    return ""


def _decided(session: Session, row: Contract) -> amending_cards.Decided | None:
    actions = ("contract.amended", "contract.left")
    statement = select(AuditEvent).where(col(AuditEvent.object_id) == row.id, col(AuditEvent.action).in_(actions))
    event = session.execute(statement.order_by(col(AuditEvent.seq).desc()).limit(1)).scalar_one_or_none()
    if event is None:
        return None
    return amending_cards.Decided(event.actor, datetime.fromisoformat(event.at), event.reason or "")
