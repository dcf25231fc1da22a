"""Take in what a deal has become: keep the contract's version, plan its schedule, and draft what is due of it.

Everything here is one transaction of the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from flows import invoicing, posting
from flows.billing import asking, milestones
from flows.billing.adjustments import AMEND, APART
from flows.billing.arriving import plan_late
from flows.billing.changes import carried_on
from flows.billing.drafting import Due, NotPlanned, draft_entries, keep, newest_of, reckon, waiting_lines
from flows.billing.left_over import report_left
from flows.billing.planning import bills_later, entries_of, replan
from flows.billing.redrafting import Occasion, billed_of, draft_again
from flows.billing.rules import Contracted, billed_otherwise
from flows.billing.run import report_unbilled
from flows.errors import DunwellError
from flows.rating import ChargeKind
from flows.runtime import runtime
from flows.terms.differences import differences
from flows.values.clock import business_date
from flows.values.ids import new_id
from flows.values.money import Money, total
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import Contract, ContractVersion, DealRow, Invoice, ScheduleEntry


def take(
    session: Session, deal_row: DealRow, contract: Contracted, *, changes: Sequence[str], people: KnownPeople
) -> str:
    """Keep the contract as its deal is now, and make or make anew the drafts that follow.

    Return drafted, revised, unchanged, or too late when there are only invoices that are out already. An entry that
    is due and cannot be reckoned is put before a person.
    """
    today = business_date(runtime().clock.now(), contract.terms.time_zone)
    row = contract_of(session, deal_row.id) or _new(session, deal_row, contract, today)
    row.account_manager = people.account_manager or row.account_manager
    row.customer_id, row.state, row.updated_at = contract.bill_to.customer_id, "active", runtime().clock.now()
    changes = changes or _said_by_terms(session, row, contract)
    if row.version:
        contract = carried_on(newest_of(session, row.id)[0], contract, row.version, today)
    keep_version(session, row, contract, deal_row.version, "; ".join(changes))
    replan(session, row, contract, today=today)
    _take_up_changes(session, row, contract, today)
    outcome = bill(session, row, contract, Occasion(deal_row.version, changes, people), today)
    asking.ask(session, row, contract)
    milestones.offer(session, row, contract.terms)
    return outcome


def _take_up_changes(session: Session, row: Contract, contract: Contracted, today: date) -> None:
    """Take up the draft of confirmed changes again that went with its deal, where no other invoice bills them."""
    nothing = Money.zero(contract.terms.currency)
    waiting = total((line.amount for line in waiting_lines(session, row, contract)), contract.terms.currency)
    if waiting <= nothing or bills_later(session, row):
        return
    gone = [one for one in entries_of(session, row.id) if one.key.startswith(AMEND) and one.state == "superseded"]
    for entry in gone[-1:]:
        made = (one for one in invoicing.invoices_of_deal(session, row.deal_id) if one.schedule_key == entry.key)
        invoice = next(made, None)
        entry.state, entry.invoice_id = ("drafted", invoice.id) if invoice else ("planned", None)
        entry.invoice_date = max(entry.invoice_date, today)
        session.add(entry)
    session.flush()


def hold(session: Session, deal_id: str, *, reason: str, changes: Sequence[str] = ()) -> bool:
    """Bill nothing more of a deal that cannot be billed as it is; False when an invoice is out, which changes nothing.

    The next `take` goes on.
    """
    if not invoicing.hold(session, deal_id, reason=reason, changes=changes):
        return False
    if (row := contract_of(session, deal_id)) is not None:
        _move(session, row, "held", reason)
    return True


def withdraw(session: Session, deal_id: str, *, reason: str) -> None:
    """Bill nothing more of a deal that is off; its drafts are void, and about what is out already a person is asked."""
    invoicing.withdraw(session, deal_id, reason=reason)
    row = contract_of(session, deal_id)
    if row is None:
        return
    out = {
        invoice.id for invoice in invoicing.invoices_of_deal(session, deal_id) if not invoicing.is_revisable(invoice)
    }
    for entry in entries_of(session, row.id):
        if entry.invoice_id not in out:
            entry.state, entry.invoice_id = "superseded", None
            session.add(entry)
    _move(session, row, "withdrawn", reason)


def lines_billed_otherwise(session: Session, deal_id: str) -> frozenset[str]:
    """Return the deal's names of those of its lines that its contract does not bill just as the deal says."""
    found = session.execute(select(col(Contract.id)).where(col(Contract.deal_id) == deal_id)).scalar_one_or_none()
    return billed_otherwise(newest_of(session, found)[0]) if found else frozenset()


def has_contract(session: Session, deal_id: str) -> bool:
    """Tell whether the deal has a contract."""
    statement = select(col(Contract.id)).where(col(Contract.deal_id) == deal_id)
    return session.execute(statement).first() is not None


def contract_of(session: Session, deal_id: str) -> Contract | None:
    """Return the contract of a deal, locked for this transaction."""
    session.flush()
    return session.execute(
        select(Contract).where(col(Contract.deal_id) == deal_id).with_for_update()
    ).scalar_one_or_none()


def _new(session: Session, deal_row: DealRow, contract: Contracted, today: date) -> Contract:
    now = runtime().clock.now()
    return Contract(
        id=new_id("con", now),
        team_id=session.info["team_id"],
        deal_id=deal_row.id,
        customer_id=contract.bill_to.customer_id,
        state="active",
        version=0,
        opened_on=today,
        reached={},
        created_at=now,
        updated_at=now,
    )


def _said_by_terms(session: Session, row: Contract, contract: Contracted) -> tuple[str, ...]:
    """Return what another version of the terms changes, where the deal itself does not say: a changed catalogue."""
    if row.version == 0:
        return ()
    before, _ = newest_of(session, row.id)
    return tuple(difference.words for difference in differences(before.agreed or before.terms, contract.terms))


def keep_version(session: Session, row: Contract, contract: Contracted, deal_version: int, changes: str) -> None:
    """Keep the content as the next version, unless it is that of the newest."""
    content_hash = contract.content_hash()
    known = session.get(ContractVersion, (row.id, row.version))
    if known is not None and known.content_hash == content_hash:
        session.add(row)
        return
    row.version += 1
    session.add(row)
    session.flush()
    reason = "the deal was closed" if row.version == 1 else changes or "the deal changed"
    session.add(
        ContractVersion(
            contract_id=row.id,
            team_id=row.team_id,
            version=row.version,
            content=contract.as_json(),
            content_hash=content_hash,
            deal_version=deal_version,
            reason=reason,
            created_at=runtime().clock.now(),
        )
    )
    audit.append(
        session,
        action="contract.planned" if row.version == 1 else "contract.changed",
        object_type="contract",
        object_id=row.id,
        actor=audit.SYSTEM("billing"),
        at=runtime().clock.now(),
        after={"version": row.version, "deal": row.deal_id},
        reason=reason,
        evidence={"content_hash": content_hash, "deal_version": deal_version},
    )
    session.flush()


def bill(session: Session, row: Contract, contract: Contracted, change: Occasion, today: date) -> str:
    """Bring every draft in line with the contract, draft what is due, and ask about what is out and would differ."""
    outcomes: list[str] = []
    differing: Invoice | None = None
    for entry in entries_of(session, row.id):
        if entry.invoice_id is None:
            if entry.state == "planned" and entry.invoice_date <= today:
                outcomes.append(draft(session, row, contract, entry, change))
            continue
        invoice = session.get_one(Invoice, entry.invoice_id, with_for_update=True)
        if invoicing.is_revisable(invoice):
            outcomes.append(draft_again(session, row, contract, entry, invoice, change))
            continue
        outcomes.append("too late")
        if entry.key.startswith(APART) or contract.agreed is not None:
            continue  # it says what it said, and what it should have said was settled
        if _would_differ(session, row, contract, entry, invoice):
            differing = invoice
    plan_late(session, row, contract)
    report_left(session, row, contract)
    if differing is not None:
        invoicing.ask_about_issued(session, differing, "; ".join(change.changes) or "the deal changed")
    return next((outcome for outcome in ("drafted", "revised", "too late") if outcome in outcomes), "unchanged")


def draft(session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry, change: Occasion) -> str:
    """Draft an entry and ask for its approval; return drafted or unchanged. What cannot be reckoned is told."""
    try:
        found = reckon(session, row, contract, entry, billed_of(session, row, contract, entry))
    except DunwellError as error:
        report_unbilled(session, row, error)
        return "unchanged"
    for invoice_id in draft_entries(session, [Due(row, contract, change.deal_version, entry, found)]):
        invoice = session.get_one(Invoice, invoice_id)
        if change.people is not None:
            invoicing.ask_for_approval(session, invoice, invoicing.content_of(session, invoice), change.people)
    return "unchanged" if found.drafted is None else "drafted"


def _would_differ(
    session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry, invoice: Invoice
) -> bool:
    """Tell whether an invoice that is out would say something else by the contract as it is now, usage aside.

    Of one that is older than its contract, and says the same, it is kept where its lines come from, as of any other.
    """
    try:
        found = reckon(session, row, contract, entry, billed_of(session, row, contract, entry))
    except NotPlanned:  # the contract ends before
        return True
    if any(charge.kind is ChargeKind.USAGE for charge in found.planned.charges):
        return False
    if found.drafted is None or invoicing.differs(session, invoice, found.drafted.content):
        return True
    if entry.revision == 0:
        keep(session, [Due(row, contract, invoice.deal_version, entry, found)])
    return False


def _move(session: Session, row: Contract, state: str, reason: str) -> None:
    if row.state == state:
        return
    before, row.state, row.updated_at = row.state, state, runtime().clock.now()
    session.add(row)
    audit.append(
        session,
        action=f"contract.{state}",
        object_type="contract",
        object_id=row.id,
        actor=audit.SYSTEM("billing"),
        at=row.updated_at,
        before={"state": before},
        after={"state": state},
        reason=reason,
    )
    posting.refresh(session, row.id)
