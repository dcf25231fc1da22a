"""What is drawn at the moment it is sent: each layer's rows and cards, brought together for the posting flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmodel import Session

from bot.footprint import sweep_up
from flows.approvals.cards import approval_card
from flows.attention import showing as attention
from flows.attention.cards import attention_card
from flows.billing import asking as amending
from flows.billing.amending_cards import amend_card
from flows.billing.milestone_cards import milestones_card
from flows.billing.milestones import milestones_view
from flows.contracts import showing as contracts
from flows.contracts.cards import mend_card
from flows.crediting import showing as crediting
from flows.crediting.cards import correction_card
from flows.dimensions import showing as dimensions
from flows.dimensions.cards import coding_card
from flows.errors import NotFound
from flows.home import invoice_view as approvals
from flows.home import service as home
from flows.home.cards import home_view
from flows.invoicing.drafting import content_of
from flows.runtime import runtime
from flows.usage.alerts import alert_view
from flows.usage.cards import usage_alert_card
from flows.values.card import Card, View
from storage.tables import Invoice


class DrawnFromRows:
    """Draws cards, Home tabs and documents from the rows as they are now; Slack is only asked who people are."""

    def card(self, team_id: str, kind: str, subject_id: str) -> Card:
        """Return the card of that kind for a subject. Raises NotFound for a subject that is not there."""
        with runtime().database.read(team_id) as session:
            return _CARDS[kind](session, subject_id)

    def home(self, team_id: str, user_id: str) -> View:
        """Return a person's App Home."""
        slack = runtime().slack(team_id)
        person = slack.person(user_id)
        groups = {group: slack.group_members(group, lately=True) for group in home.policy_groups()}
        with runtime().database.read(team_id) as session:
            return home_view(home.home_of(session, person, groups))

    def document(self, team_id: str, subject_id: str) -> bytes:
        """Return the PDF of an issued invoice, or of an issued credit memo."""
        try:
            return _credit_memo(team_id, subject_id) if subject_id.startswith("cor_") else _invoice(team_id, subject_id)
        finally:
            sweep_up()


def _invoice(team_id: str, invoice_id: str) -> bytes:
    from flows.invoicing.document import render_pdf  # its fonts cost memory: only where a PDF is drawn

    with runtime().database.read(team_id) as session:
        invoice = session.get(Invoice, invoice_id)
        if invoice is None or invoice.number is None:
            raise NotFound("issued invoice", invoice_id)
        content, number = content_of(session, invoice), invoice.number
    return render_pdf(content, number, runtime().policy.company)


def _credit_memo(team_id: str, correction_id: str) -> bytes:
    from flows.invoicing.credit_document import render_credit_memo

    with runtime().database.read(team_id) as session:
        found = crediting.memo_of(session, correction_id)
    if found is None:
        raise NotFound("issued credit memo", correction_id)
    return render_credit_memo(*found, runtime().policy.company)


def _approval(session: Session, invoice_id: str) -> Card:
    view = approvals.view_of_invoice(session, invoice_id)
    if view is None:
        raise NotFound("invoice", invoice_id)
    return approval_card(view)


def _mend(session: Session, deal_id: str) -> Card:
    view = contracts.mend_view(session, deal_id)
    if view is None:
        raise NotFound("deal", deal_id)
    return mend_card(view)


def _coding(session: Session, invoice_id: str) -> Card:
    form = dimensions.coding_form(session, invoice_id)
    if form is None:
        raise NotFound("invoice", invoice_id)
    return coding_card(form.view)


def _amend(session: Session, contract_id: str) -> Card:
    view = amending.amend_view(session, contract_id)
    if view is None:
        raise NotFound("contract", contract_id)
    return amend_card(view)


def _milestones(session: Session, contract_id: str) -> Card:
    return milestones_card(milestones_view(session, contract_id))


def _correction(session: Session, correction_id: str) -> Card:
    view = crediting.correction_view(session, correction_id)
    if view is None:
        raise NotFound("correction", correction_id)
    return correction_card(view)


def _attention(session: Session, attention_id: str) -> Card:
    return attention_card(attention.attention_view(session, attention_id))


def _usage_alert(session: Session, alert_id: str) -> Card:
    return usage_alert_card(alert_view(session, alert_id))


_CARDS: Final[dict[str, Callable[[Session, str], Card]]] = {
    "approval": _approval,
    "mend": _mend,
    "coding": _coding,
    "correction": _correction,
    "amend": _amend,
    "attention": _attention,
    "milestones": _milestones,
    "usage_alert": _usage_alert,
}
