"""What is true when the story has been told once, however often the app died on the way."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlmodel import col

from bot.sandbox.vendors.stripe.shapes import shown
from storage import audit
from storage.tables import Attention, Decision, EffectRow, InboxRow, Invoice, JournalEntry, JournalLine, NumberSeries
from tests.faults.rig import House, Json, buttons_of

NUMBER = "INV-000001"


def holds_one_issued_invoice(house: House, *, total_minor: int, currency: str, deal_id: str) -> None:
    """Fail unless the deal was billed exactly once, everywhere, and nothing is left to do."""
    invoice = _in_our_books(house, total_minor, currency)
    _at_stripe(house, invoice)
    _in_slack(house)
    _in_the_crm(house, deal_id)
    report = audit.verify(house.database)
    assert report.broken is None and report.rows > 0
    assert house.left() == []


def _in_our_books(house: House, total_minor: int, currency: str) -> Invoice:
    with house.database.read(None) as session:
        invoice = session.execute(select(Invoice)).scalar_one()
        assert (invoice.state, invoice.number) == ("issued", NUMBER)
        assert (invoice.total_minor, invoice.currency) == (total_minor, currency)
        assert session.execute(select(col(NumberSeries.next_number))).scalars().all() == [2]
        session.execute(select(JournalEntry)).scalar_one()
        assert session.execute(select(func.sum(col(JournalLine.amount_minor)))).scalar_one() == 0
        session.execute(select(Decision)).scalar_one()
        assert set(session.execute(select(col(EffectRow.state))).scalars()) == {"done"}
        assert session.execute(select(InboxRow).where(col(InboxRow.handled_at).is_(None))).first() is None
        assert session.execute(select(col(Attention.title)).where(col(Attention.state) == "open")).all() == []
        assert isinstance(invoice, Invoice)
        return invoice


def _at_stripe(house: House, invoice: Invoice) -> None:
    stripe = house.vendors.stripe.store
    (stored,) = stripe.all("invoice")
    issued = shown(house.vendors.stripe.account, stored)
    assert (issued["id"], issued["status"], issued["number"]) == (invoice.processor_id, "open", NUMBER)
    assert (issued["total"], issued["currency"]) == (invoice.total_minor, invoice.currency.lower())
    assert len(stripe.all("customer")) == 1
    happened = [event["type"] for event in stripe.all("event")]
    for once in ("customer.created", "invoice.created", "invoice.finalized", "invoice.sent"):
        assert happened.count(once) == 1, f"{once}: {happened}"


def _in_slack(house: House) -> None:
    assert house.workspace.unknown_methods == []
    (card,) = (one for one in house.cards() if "coding" not in one["text"])  # that has a card of its own
    assert f"{NUMBER} is issued" in card["text"] and buttons_of(card) == []
    told = [reply["text"] for reply in card["replies"] if reply["text"]]
    assert len(told) == 1 and told[0].startswith(f"Issued {NUMBER}")
    assert files_of(card) == [f"{NUMBER}.pdf"]


def files_of(card: Json) -> list[str]:
    """Return the names of the files in a card's thread."""
    return [file["name"] for reply in card["replies"] for file in reply.get("files") or ()]


def _in_the_crm(house: House, deal_id: str) -> None:
    opportunity = house.vendors.salesforce.store.get("Opportunity", deal_id)
    assert opportunity is not None and opportunity["Dunwell_Invoice_Number__c"] == NUMBER
