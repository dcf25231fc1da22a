"""Do what a person said about a changed contract: keep the terms from their day on, and bill what that comes to.

Everything here is one transaction of the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from flows import attention, crediting, invoicing, posting
from flows.billing import service
from flows.billing.adjustments import AMEND, Amendment, adjustment_lines
from flows.billing.amending_cards import money_words
from flows.billing.asking import DRAFTS, fault
from flows.billing.changes import Change, open_change, today_of
from flows.billing.drafting import newest_of, waiting_lines
from flows.billing.giving_back import GivenBy, give_back
from flows.billing.planning import bills_later, entries_of, replan
from flows.billing.redrafting import Occasion
from flows.billing.rules import Contracted
from flows.billing.run import report_unapplied
from flows.errors import NotFound, Refused
from flows.rating import Adjustment
from flows.runtime import runtime
from flows.values.ids import new_id
from flows.values.money import Money, format_money, total
from flows.values.people import KnownPeople
from flows.values.words import day
from storage import audit
from storage.tables import Contract, Invoice, ScheduleEntry


class AmendmentMovedOn(Refused):
    """Somebody else decided, or the deal changed again, since the card was drawn."""

    code = "billing.amendment_moved_on"

    def __init__(self, seen: int, version: int) -> None:
        self.seen, self.version = seen, version
        why = f"This card showed v{seen}; the contract is v{version} by now" if seen != version else "This is settled"
        super().__init__(f"{why}. Nothing was changed. See the newest card.")


class CorrectionUnderWay(Refused):
    """An invoice of the contract is being voided or credited at this moment: what it bills is not settled."""

    code = "billing.correction_under_way"

    def __init__(self, what: Sequence[crediting.UnderWay]) -> None:
        self.what = tuple(what)
        told = "; ".join(str(one) for one in what)
        super().__init__(
            f"{told} at this moment, so what it bills is not settled. Nothing was changed. "
            "Decide when that is done; the card then shows what the change comes to."
        )


class NotYoursToAmend(Refused):
    """A member whom the policy does not let decide on money."""

    code = "billing.not_yours_to_amend"

    def __init__(self) -> None:
        super().__init__(
            "Only those who approve invoices, or the contract's account manager, can decide this. Nothing was changed."
        )


class BadDay(Refused):
    """A day on which the change cannot take effect."""

    code = "billing.bad_amendment_day"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person chose. `effective` None: what is out is left as it is."""

    contract_id: str
    version: int
    user_id: str
    effective: date | None = None
    with_credit: bool = True
    now: bool = True


@dataclass(frozen=True, slots=True)
class Again:
    """Somebody wants what is still owed by a changed contract to be given back after all."""

    contract_id: str
    user_id: str


def decide(session: Session, chosen: Decision, people: KnownPeople, evidence: Mapping[str, Any]) -> str:
    """Do what was chosen, and return it in words.

    Raises NotFound, AmendmentMovedOn, NotYoursToAmend, CorrectionUnderWay and BadDay, after which nothing was changed.
    """
    row = session.get(Contract, chosen.contract_id, with_for_update=True)
    if row is None:
        raise NotFound("contract", chosen.contract_id)
    contract, deal_version = newest_of(session, row.id)
    invoices = _lock_invoices(session, row)
    change = open_change(session, row, contract)
    if change is None or row.version != chosen.version:
        raise AmendmentMovedOn(chosen.version, row.version)
    if not may_decide(chosen.user_id, row, people):
        raise NotYoursToAmend
    if what := crediting.under_way(session, invoices):
        raise CorrectionUnderWay(what)
    settled, words = _settled(row, change, chosen)
    before, known = row.version, {one.id for one in _invoices(session, row)}
    service.keep_version(session, row, settled, deal_version, words)
    _bill(session, row, settled, Occasion(deal_version, change.words, people), now=chosen.now)
    facts = _facts(row, settled, chosen)
    if by_memo := give_back(session, row, settled, deal_version, GivenBy(chosen.user_id, people, evidence)):
        words = f"{words} A credit memo over {format_money(by_memo)} asks for approval by somebody else."
    audit.append(
        session,
        action="contract.left" if chosen.effective is None else "contract.amended",
        object_type="contract",
        object_id=row.id,
        actor=audit.USER(chosen.user_id),
        at=runtime().clock.now(),
        before={"version": before},
        after=facts | {DRAFTS: [one.id for one in _invoices(session, row) if one.id not in known]},
        reason=words,
        evidence=dict(evidence),
    )
    _close_questions(session, row, by=chosen.user_id)
    return words


def again(session: Session, wanted: Again, people: KnownPeople, evidence: Mapping[str, Any]) -> str:
    """Ask once more for credit memos over what is owed, and return in words what came of it.

    Raises NotFound, and NotYoursToAmend, after which nothing was changed.
    """
    row = session.get(Contract, wanted.contract_id, with_for_update=True)
    if row is None:
        raise NotFound("contract", wanted.contract_id)
    contract, deal_version = newest_of(session, row.id)
    if not may_decide(wanted.user_id, row, people):
        report_unapplied(session, row, contract)  # it waits for somebody who may
        raise NotYoursToAmend
    _lock_invoices(session, row)
    over = give_back(session, row, contract, deal_version, GivenBy(wanted.user_id, people, evidence))
    posting.refresh(session, row.id)
    if over is None:
        return "No credit memo could be asked for. Nothing was changed; what is owed is shown under “needs attention”."
    return f"A credit memo over {format_money(over)} asks for approval."


def _lock_invoices(session: Session, row: Contract) -> list[str]:
    """Let no correction be approved meanwhile: what is left to give back is reckoned from here on. Return their ids."""
    found = sorted(entry.invoice_id for entry in entries_of(session, row.id) if entry.invoice_id)
    for invoice_id in found:
        invoicing.locked(session, invoice_id)
    return found


def _invoices(session: Session, row: Contract) -> list[Invoice]:
    return invoicing.invoices_of_deal(session, row.deal_id)


def may_decide(user_id: str, row: Contract, people: KnownPeople) -> bool:
    """Tell whether somebody is the account manager or among those whom the policy lets approve."""
    approvers = set(people.ids.values()).union(*people.groups.values())
    return user_id == row.account_manager or user_id in approvers


def _settled(row: Contract, change: Change, chosen: Decision) -> tuple[Contracted, str]:
    """Return the contract as its next version has it, and what was decided in words."""
    contract, version = change.contract, row.version + 1
    if chosen.effective is None:
        settled = replace(contract, agreed=contract.terms, left=True)
        return settled, "What is out stays as it is; later invoices follow the deal."
    if refusal := fault(change, chosen.effective):
        raise BadDay(f"{refusal} Nothing was changed.")
    found = change.adjustment(chosen.effective, with_credit=chosen.with_credit)
    sources = {name: said.source for name, said in contract.said.items()}
    lines = tuple(adjustment_lines(version, found.lines, sources))
    settled = replace(
        contract,
        terms=change.terms(chosen.effective),
        agreed=contract.terms,
        settled=version,
        amendments=(*contract.amendments, Amendment(version, chosen.effective, chosen.user_id, lines)),
    )
    return settled, _in_words(found, chosen)


def _in_words(found: Adjustment, chosen: Decision) -> str:
    assert chosen.effective is not None
    when = "now" if chosen.now else "with the next invoice"
    without = "" if chosen.with_credit else ", nothing given back"
    billed = f", {when}" if found.net.amount > 0 else ""
    return f"Amended from {day(chosen.effective)}: {money_words(found)}{without}{billed}."


def _facts(row: Contract, settled: Contracted, chosen: Decision) -> dict[str, Any]:
    facts: dict[str, Any] = {"version": row.version, "choice": "leave" if chosen.effective is None else "amend"}
    if chosen.effective is None:
        return facts
    lines = settled.amendments[-1].lines
    net = total((line.amount for line in lines), settled.terms.currency)
    return facts | {
        "effective": chosen.effective.isoformat(),
        "with_credit": chosen.with_credit,
        "charge": "now" if chosen.now else "next",
        "net_minor": net.minor,
        "currency": net.currency,
    }


def _bill(session: Session, row: Contract, contract: Contracted, occasion: Occasion, *, now: bool) -> None:
    """Plan anew and draft what follows; earlier changes that are still drafts are billed together with this one."""
    today = today_of(contract)
    _withdraw_drafts(session, row)
    replan(session, row, contract, today=today)
    if now or not bills_later(session, row):
        _draft_alone(session, row, contract, occasion, today)
    service.bill(session, row, contract, occasion, today)


def _withdraw_drafts(session: Session, row: Contract) -> None:
    for entry in entries_of(session, row.id):
        if entry.invoice_id is None or not entry.key.startswith(AMEND):
            continue
        invoice = session.get_one(Invoice, entry.invoice_id, with_for_update=True)
        if invoicing.is_revisable(invoice):
            if invoice.state != invoicing.InvoiceState.VOID:
                invoicing.withdraw_draft(session, invoice, reason="the contract was amended again")
            entry.state, entry.invoice_id = "superseded", None
            session.add(entry)
    session.flush()


def _draft_alone(session: Session, row: Contract, contract: Contracted, occasion: Occasion, today: date) -> None:
    """Draft an invoice of what waits of confirmed changes, where that is a charge."""
    waiting = waiting_lines(session, row, contract)
    if total((line.amount for line in waiting), contract.terms.currency) <= Money.zero(contract.terms.currency):
        return  # credits alone wait for an invoice to come
    key = f"{AMEND}{row.version}"
    entry = ScheduleEntry(
        id=new_id("sch", runtime().clock.now()),
        team_id=row.team_id,
        contract_id=row.id,
        key=key,
        planned_key=key,
        planned_on=today,
        invoice_date=today,
        currency=contract.terms.currency,
        state="planned",
    )
    session.add(entry)
    session.flush()
    service.draft(session, row, contract, entry, occasion)


def _close_questions(session: Session, row: Contract, *, by: str) -> None:
    for invoice in invoicing.invoices_of_deal(session, row.deal_id):
        attention.settle_attention(session, subject_id=invoice.id, kind="changed_after_issue", by=by)
        posting.refresh(session, invoice.id)
    posting.refresh(session, row.id)
