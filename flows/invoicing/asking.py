"""Ask for approval of a draft that nobody could be asked about before: the policy had no rule for it."""

from __future__ import annotations

from sqlmodel import Session

from flows.approvals import known_people
from flows.durable import DECISIONS, step, workflow
from flows.invoicing.drafting import ask_for_approval, content_of
from flows.invoicing.outcome import locked
from flows.invoicing.states import InvoiceState
from flows.runtime import runtime
from flows.values.people import KnownPeople
from storage.tables import Invoice


def queue_asking(session: Session, invoice: Invoice, *, attempt: int) -> None:
    """Queue asking for approval of a draft."""
    identity = f"ask:{invoice.id}:v{invoice.version}:{attempt}"
    runtime().engine.enqueue(session, "ask_approval", invoice.team_id, invoice.id, id=identity, queue=DECISIONS)


@workflow("ask_approval")
def ask_approval(team_id: str, invoice_id: str) -> None:
    """Ask for approval of a draft, by the policy as it is now."""
    ask(team_id, invoice_id, read_people(team_id))


@step
def read_people(team_id: str) -> KnownPeople:
    """Read from Slack whom the policy names."""
    return known_people(runtime().slack(team_id), runtime().policy, None)


@step
def ask(team_id: str, invoice_id: str, people: KnownPeople) -> None:
    """Ask, unless the invoice has moved on meanwhile."""
    with runtime().database.begin(team_id) as session:
        invoice = locked(session, invoice_id)
        if invoice.state == InvoiceState.DRAFT:
            ask_for_approval(session, invoice, content_of(session, invoice), people)
