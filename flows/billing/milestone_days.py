"""The day on which a milestone was reached, corrected: as long as what it brought is not out, its draft is dated anew.

Once its invoice is out the day stands on a document of the customer's. Then only the invoice can be corrected.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from flows import invoicing, posting
from flows.billing import milestones, rules, run
from flows.billing.drafting import newest_of
from flows.billing.milestones import (
    BadReachedDay,
    MilestoneSettled,
    MilestonesView,
    Reached,
    ask_about_drafts,
    fault_of_day,
    key_of,
    milestones_view,
    report_event,
    what_follows,
)
from flows.billing.planning import reached
from flows.billing.redrafting import Occasion, draft_again
from flows.errors import NotFound
from flows.terms.model import Terms
from flows.values.people import KnownPeople
from flows.values.words import day, quoted
from storage.tables import Contract, Invoice, ScheduleEntry


def refusal_to_correct(view: MilestonesView, milestone_id: str, was: date) -> str | None:
    """Say why the day of a milestone, which the person saw as `was`, cannot be corrected now; None when it can."""
    line = view.line(milestone_id)
    if line is None or line.reached_on is None:
        return "The contract has no such milestone that was reached. Nothing was changed. See the newest card."
    if refusal := milestones.why_nothing_is_billed(view):
        return refusal
    if line.billed_with is not None:
        return (
            f"{quoted(line.description)} is billed with {line.billed_with}, which is out, so its day cannot be "
            "corrected any more. Nothing was changed. If the invoice is wrong, credit or void it from its own card."
        )
    if line.reached_on != was:
        return (
            f"The day of {quoted(line.description)} was corrected meanwhile, to {day(line.reached_on)}. "
            "Nothing was changed. See the newest card."
        )
    return None


def fault_of_correction(view: MilestonesView, was: date, on: date) -> str | None:
    """Say what is wrong with a day that takes the place of another; None when nothing is."""
    return f"It is reported as reached on {day(on)} already." if on == was else fault_of_day(view, on)


def correct(session: Session, said: Reached, was: date, *, people: KnownPeople, evidence: dict[str, Any]) -> str:
    """Correct the day on which a milestone was reached, and date its draft anew. Return what follows, in words.

    Approvals of the draft as it was no longer count. Raises NotFound, MilestoneSettled and BadReachedDay, after which
    nothing was changed.
    """
    row = session.get(Contract, said.contract_id, with_for_update=True)
    if row is None:
        raise NotFound("contract", said.contract_id)
    view = milestones_view(session, row.id)
    if refusal := refusal_to_correct(view, said.milestone_id, was):
        raise MilestoneSettled(refusal)
    if fault := fault_of_correction(view, was, said.on):
        raise BadReachedDay(f"{fault} Nothing was changed.")
    contract, deal_version = newest_of(session, row.id)
    milestone = next(one for one in contract.terms.milestones if one.id == said.milestone_id)
    milestones.note(session, row, said, milestone, evidence, was=was)
    report_event(session, row.id, str(milestone.event), said.on)
    change = f"milestone {milestone.description}: reached on {day(said.on)}, not on {day(was)}"
    occasion = Occasion(deal_version, [change], people, what="The day of a milestone was corrected")
    for entry, invoice in _drafts(session, row, contract.terms, str(milestone.event)):
        entry.invoice_date = _dates(row, contract.terms)[entry.key]
        draft_again(session, row, contract, entry, invoice, occasion)
    run.draft_contracts(session, [row.id])
    ask_about_drafts(session, row, people)
    posting.refresh(session, row.id)
    told = f"{quoted(milestone.description)} is reached on {day(said.on)}, not on {day(was)}."
    return f"{told} {what_follows(session, row, milestone)}"


def _drafts(session: Session, row: Contract, terms: Terms, event: str) -> list[tuple[ScheduleEntry, Invoice]]:
    """Return what the event brought and is drafted, locked; none of it is out."""
    session.flush()
    keys = [key_of(one.id) for one in terms.milestones if one.event == event]
    statement = (
        select(ScheduleEntry, Invoice)
        .join(Invoice, col(Invoice.id) == col(ScheduleEntry.invoice_id))
        .where(col(ScheduleEntry.contract_id) == row.id, col(ScheduleEntry.key).in_(keys))
        .order_by(col(ScheduleEntry.key))
        .with_for_update()
    )
    return [(entry, invoice) for entry, invoice in session.execute(statement) if invoicing.is_revisable(invoice)]


def _dates(row: Contract, terms: Terms) -> dict[str, date]:
    """Return the invoice dates of the schedule by key, as far as events have come."""
    days = reached(row)
    planned = rules.entries(terms, opened_on=row.opened_on, horizon=max(days.values()), reached=days)
    return {one.key: one.invoice_date for one in planned}
