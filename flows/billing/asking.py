"""Ask a person what a deal's change means for what was billed: on one card, renewed when the deal changes again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import crediting, invoicing, posting
from flows.billing import amending_cards
from flows.billing.amending_cards import AmendView, Choice, Followed, Voidable
from flows.billing.changes import GONE, Change, open_change, today_of
from flows.billing.drafting import newest_of
from flows.billing.planning import entries_of
from flows.billing.rules import Contracted
from flows.rating import AmendmentRefused
from flows.runtime import runtime
from flows.values.money import Money, format_money
from flows.values.periods import DAY
from flows.values.words import day
from storage.tables import AuditEvent, Contract, ContractVersion, DealRow, Invoice

AMEND_CARD = "amend"
_AMENDED: Final = "contract.amended"
DRAFTS: Final = "drafts"  # in the trail of a decision: the ids of the invoices that it drafted


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
        voidable=_voidable(session, row) if is_open else None,
        under_way=_under_way(session, row) if is_open else (),
        decided=_decided(session, row, contract) if not is_open else None,
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


def _voidable(session: Session, row: Contract) -> Voidable | None:
    """Return the invoice of the contract that is out, when it is the only one."""
    ids = [entry.invoice_id for entry in entries_of(session, row.id) if entry.invoice_id]
    invoices = [session.get_one(Invoice, invoice_id) for invoice_id in ids]
    out = [one for one in invoices if not invoicing.is_revisable(one) and one.state not in GONE]
    if len(out) != 1:
        return None
    return Voidable(out[0].id, out[0].number or "the invoice", crediting.why_not_void(session, out[0]))


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


def _decided(session: Session, row: Contract, contract: Contracted) -> amending_cards.Decided | None:
    actions = (_AMENDED, "contract.left")
    statement = select(AuditEvent).where(col(AuditEvent.object_id) == row.id, col(AuditEvent.action).in_(actions))
    event = session.execute(statement.order_by(col(AuditEvent.seq).desc()).limit(1)).scalar_one_or_none()
    if event is None:
        return None
    follows = tuple(_drafts(session, json.loads(event.after or "{}").get(DRAFTS, ())))
    if event.action == _AMENDED:
        follows = (*follows, *_memos(session, contract))
    return amending_cards.Decided(event.actor, datetime.fromisoformat(event.at), event.reason or "", follows)


def _drafts(session: Session, ids: Sequence[str]) -> Iterator[Followed]:
    for invoice_id in ids:
        invoice = session.get_one(Invoice, invoice_id)
        over = format_money(Money.of_minor(invoice.total_minor, invoice.currency))
        name = f"{invoice.number or 'The draft of the invoice'} over {over}"
        yield Followed(name, posting.card_link(session, invoice_id))


def _memos(session: Session, contract: Contracted) -> Iterator[Followed]:
    """Give the credit memos that settle the newest change, but for those that came to nothing."""
    mine = f"amendments[v{contract.amendments[-1].version}]" if contract.amendments else ""
    ids = [name for name, paths in contract.memos.items() if mine and any(path.startswith(mine) for path in paths)]
    for one in crediting.asked_for(session, crediting.counting(session, ids)):
        name = f"{one.number or 'The credit memo'} over {format_money(one.over)} of {one.invoice}"
        yield Followed(name, posting.card_link(session, one.id), _whom_to_ask(one))


def _whom_to_ask(memo: crediting.AskedFor) -> str:
    """Say who approves a credit memo, while it waits: never whoever decided the change, as they asked for it."""
    if not memo.who:
        return ""
    if memo.stuck:
        return (
            f"waits: whoever decided the change has asked for it and cannot approve it. {memo.stuck} Or withdraw it on "
            "its card, and the account manager asks for it once more under “needs attention”."
        )
    return f"waits for {memo.who}; whoever decided the change has asked for it and cannot approve it"
