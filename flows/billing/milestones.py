"""Milestones that wait for an event: shown on a card of their contract, reported by a person, billed at once.

Everything here is one transaction of the caller's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import invoicing, posting
from flows.billing import run
from flows.billing.drafting import newest_of
from flows.billing.planning import reached, replan
from flows.errors import BadInput, NotFound, Refused
from flows.rating.once import milestone_amount
from flows.runtime import runtime
from flows.terms.lines import Milestone
from flows.terms.model import Terms
from flows.values.clock import business_date
from flows.values.money import Money
from flows.values.people import KnownPeople
from flows.values.words import day, quoted
from storage import audit
from storage.tables import AuditEvent, Contract, Invoice, ScheduleEntry

CARD: Final = "milestones"
_REACHED: Final = "milestone.reached"
_CORRECTED: Final = "milestone.corrected"


class MilestoneSettled(Refused):
    """A milestone that was reported before, or of which nothing is billed now."""

    code = "milestone.settled"


class BadReachedDay(BadInput):
    """A day on which a milestone cannot have been reached."""

    code = "milestone.bad_day"


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One milestone: what it costs, and when it was reached and who said so last, once it was.

    `billed_with` is the invoice that is out for it ("INV-1042"); None while its day can still be corrected.
    """

    id: str
    description: str
    amount: Money
    reached_on: date | None = None
    reached_by: str | None = None  # Slack user id
    corrected_by: str | None = None  # Slack user id
    billed_with: str | None = None


@dataclass(frozen=True, slots=True)
class MilestonesView:
    """The milestones of a contract that an event brings; `first_day` and `today` bound the day of one."""

    contract_id: str
    contract: str  # as the deal calls itself
    customer: str
    state: str  # of the contract: active, held or withdrawn
    account_manager: str | None
    lines: tuple[MilestoneLine, ...]
    first_day: date
    today: date

    @property
    def waiting(self) -> tuple[MilestoneLine, ...]:
        """Those that were not reached yet."""
        return tuple(line for line in self.lines if line.reached_on is None)

    def line(self, milestone_id: str) -> MilestoneLine | None:
        """Return one of them."""
        return next((line for line in self.lines if line.id == milestone_id), None)


@dataclass(frozen=True, slots=True)
class Reached:
    """What a person says: which milestone of which contract, on which day, with a note for the auditor."""

    contract_id: str
    milestone_id: str
    on: date
    user_id: str
    note: str = ""


def offer(session: Session, row: Contract, terms: Terms) -> None:
    """Show a contract's milestones on a card in the approvals channel, or bring the card up to date."""
    if posting.has_card(session, row.id, CARD):
        posting.refresh(session, row.id)
    elif any(milestone.event for milestone in terms.milestones):
        channel = runtime().policy.slack.approvals_channel
        posting.post_card(session, kind=CARD, subject_id=row.id, address=channel)


def milestones_view(session: Session, contract_id: str) -> MilestonesView:
    """Return what the card of a contract's milestones shows. Raises NotFound."""
    row = session.get(Contract, contract_id)
    if row is None:
        raise NotFound("contract", contract_id)
    contract, _ = newest_of(session, row.id)
    terms = contract.terms
    return MilestonesView(
        contract_id=row.id,
        contract=terms.contract or row.id,
        customer=contract.bill_to.name,
        state=row.state,
        account_manager=row.account_manager,
        lines=tuple(_lines(session, row, terms)),
        first_day=_first_day(row, terms),
        today=_today(terms),
    )


def refusal_of(view: MilestonesView, milestone_id: str) -> str | None:
    """Say why a milestone cannot be reported now; None when it can."""
    line = view.line(milestone_id)
    if line is None:
        return "The contract has no such milestone any more. Nothing was changed. See the newest card."
    if line.reached_on is not None:
        return (
            f"{quoted(line.description)} was reported before: reached on {day(line.reached_on)}. Nothing was changed."
        )
    return why_nothing_is_billed(view)


def why_nothing_is_billed(view: MilestonesView) -> str | None:
    """Say why nothing of a contract is billed now; None when it is."""
    if view.state == "active":
        return None
    why = "its deal is incomplete" if view.state == "held" else "its deal was withdrawn"
    return f"Nothing of this contract is billed now, because {why}. Nothing was changed."


def fault_of_day(view: MilestonesView, on: date) -> str | None:
    """Say what is wrong with the day on which a milestone was reached; None when nothing is."""
    if on > view.today:
        return f"{day(on)} is still to come. Report it when it is reached; today is {day(view.today)}."
    if on < view.first_day:
        return f"{day(on)} is before the contract, which begins on {day(view.first_day)}."
    return None


def reach(session: Session, said: Reached, *, people: KnownPeople, evidence: dict[str, Any]) -> str:
    """Note that a milestone was reached, draft what it brings and ask for approval. Return what follows, in words.

    Raises NotFound, MilestoneSettled and BadReachedDay, after which nothing was changed.
    """
    row = session.get(Contract, said.contract_id, with_for_update=True)
    if row is None:
        raise NotFound("contract", said.contract_id)
    view = milestones_view(session, row.id)
    if refusal := refusal_of(view, said.milestone_id):
        raise MilestoneSettled(refusal)
    if fault := fault_of_day(view, said.on):
        raise BadReachedDay(f"{fault} Nothing was changed.")
    contract, _ = newest_of(session, row.id)
    milestone = next(one for one in contract.terms.milestones if one.id == said.milestone_id)
    note(session, row, said, milestone, evidence)
    report_event(session, row.id, str(milestone.event), said.on)
    run.draft_contracts(session, [row.id])
    ask_about_drafts(session, row, people)
    posting.refresh(session, row.id)
    return f"{quoted(milestone.description)} is reached on {day(said.on)}. {what_follows(session, row, milestone)}"


def report_event(session: Session, contract_id: str, event: str, on: date) -> None:
    """Note that the event of a milestone has happened; the next billing run drafts what it brings. Raises NotFound."""
    row = session.get(Contract, contract_id, with_for_update=True)
    if row is None:
        raise NotFound("contract", contract_id)
    row.reached = {**row.reached, event: on.isoformat()}
    session.add(row)
    session.flush()
    contract, _ = newest_of(session, row.id)
    replan(session, row, contract, today=_today(contract.terms))


def key_of(milestone_id: str) -> str:
    """Return the key of the schedule's entry for a milestone that an event brings."""
    return f"milestone:{milestone_id}"


def _lines(session: Session, row: Contract, terms: Terms) -> Iterator[MilestoneLine]:
    happened, said, out = reached(row), _sayings(session, row.id), _out(session, row.deal_id)
    by_event: dict[str, str] = {
        one.event: out[key_of(one.id)] for one in terms.milestones if one.event and key_of(one.id) in out
    }
    for one in terms.milestones:
        if one.event is not None:
            yield MilestoneLine(
                one.id,
                one.description,
                milestone_amount(terms, one),
                happened.get(one.event),
                said.get((_REACHED, one.event)),
                said.get((_CORRECTED, one.event)),
                by_event.get(one.event),
            )


def _out(session: Session, deal_id: str) -> dict[str, str]:
    """Return by the entry's key the newest invoice of the deal that is out for it, or was until it was voided."""
    statement = select(Invoice).where(col(Invoice.deal_id) == deal_id).order_by(col(Invoice.id))
    return {
        one.schedule_key: one.number or "an invoice"
        for one in session.execute(statement).scalars()
        if not invoicing.is_revisable(one)
    }


def _sayings(session: Session, contract_id: str) -> dict[tuple[str, str], str]:
    """Return by act and event who reported it, and who corrected its day last."""
    acts = (_REACHED, _CORRECTED)
    statement = select(AuditEvent).where(col(AuditEvent.object_id) == contract_id, col(AuditEvent.action).in_(acts))
    found = session.execute(statement.order_by(col(AuditEvent.seq))).scalars()
    return {(event.action, str(json.loads(event.after)["event"])): event.actor for event in found}


def note(
    session: Session,
    row: Contract,
    said: Reached,
    milestone: Milestone,
    evidence: dict[str, Any],
    *,
    was: date | None = None,
) -> None:
    """Keep in the audit trail who said when a milestone was reached, or, with `was`, who corrected that day."""
    audit.append(
        session,
        action=_CORRECTED if was else _REACHED,
        object_type="contract",
        object_id=row.id,
        actor=audit.USER(said.user_id),
        at=runtime().clock.now(),
        before={"on": was.isoformat()} if was else None,
        after={"milestone": milestone.id, "event": milestone.event, "on": said.on.isoformat()},
        reason=said.note,
        evidence=evidence,
    )


def ask_about_drafts(session: Session, row: Contract, people: KnownPeople) -> None:
    """Ask for approval of the contract's drafts that nobody was asked about."""
    session.flush()
    statement = (
        select(Invoice)
        .join(ScheduleEntry, col(ScheduleEntry.invoice_id) == col(Invoice.id))
        .where(col(ScheduleEntry.contract_id) == row.id, col(Invoice.state) == invoicing.InvoiceState.DRAFT)
        .order_by(col(Invoice.id))
    )
    for invoice in session.execute(statement).scalars().all():
        invoicing.ask_for_approval(session, invoice, invoicing.content_of(session, invoice), people)


def what_follows(session: Session, row: Contract, milestone: Milestone) -> str:
    """Say what became of a milestone's invoice."""
    session.flush()
    statement = (
        select(Invoice)
        .join(ScheduleEntry, col(ScheduleEntry.invoice_id) == col(Invoice.id))
        .where(col(ScheduleEntry.contract_id) == row.id, col(ScheduleEntry.key) == key_of(milestone.id))
    )
    invoice = session.execute(statement).scalar_one_or_none()
    if invoice is None:
        channel = runtime().policy.slack.operators_channel
        return f"Its invoice could not be drafted; {channel} has the reason, and it is tried again with the next run."
    total = Money.of_minor(invoice.total_minor, invoice.currency)
    return f"The invoice over {total} is {invoice.state}."


def _first_day(row: Contract, terms: Terms) -> date:
    return min(terms.start, row.opened_on)


def _today(terms: Terms) -> date:
    return business_date(runtime().clock.now(), terms.time_zone)
