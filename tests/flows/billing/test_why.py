"""Why an invoice comes to its amount: the details of its card tell the arithmetic of the revision that it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from flows.approvals.cards import ApprovalView, details_modal
from flows.contracts.catalogue import Catalogue, Product
from flows.home import invoice_view, why
from flows.terms.price import GraduatedPrice
from flows.values.money import Money
from storage.tables import Invoice, RatedLineRow
from tests.faults.small_house import TEAM
from tests.flows.billing.office import Office
from tests.flows.cards.reading import words
from tests.flows.deals import DEAL, SEATS, line

TIERS = GraduatedPrice.model_validate(
    {"model": "graduated", "tiers": ({"up_to": 1000, "unit_price": "0.10"}, {"unit_price": "0.08"})}
)
CALLS = line(source_id="00k9", product_code="API", description="API calls", billing="flat", quantity=None,
             unit_price=Decimal(0))  # fmt: skip


def newest(office: Office) -> ApprovalView:
    """Return what the details of the newest invoice's card are drawn from."""
    with office.database.read(TEAM) as session:
        latest = session.execute(select(Invoice).order_by(col(Invoice.invoice_date).desc())).scalars().first()
        assert latest is not None
        view = invoice_view.view_of_invoice(session, latest.id)
        assert view is not None
        return why.explained(session, view)


def test_the_details_tell_tiers_and_the_usage_that_they_rest_on(office: Office) -> None:
    api = Product("API", meter="calls", unit="call", price=TIERS)
    office.runtime.catalogue = Catalogue({"SEAT": Product("SEAT", unit="seat"), "API": api})
    office.closes(replace(DEAL, lines=(*DEAL.lines, CALLS)))
    office.uses("1200", datetime(2026, 12, 31, 22, 59, tzinfo=UTC), key="a")
    office.day_is(date(2027, 1, 1))
    office.bills()
    shown = words(details_modal(newest(office)))
    assert "Why USD 116.00?" in shown
    assert "1,200 calls: first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00" in shown
    assert "From the terms at lines[2]; the deal at Salesforce OpportunityLineItem 00k9" in shown
    assert "usage in request ubt_a, line 1 (1 event)" in shown


def test_a_changed_draft_is_explained_by_its_own_revision(office: Office) -> None:
    office.closes()
    dearer = replace(SEATS, unit_price=Decimal("70.00"), total=Decimal("2800.00"))
    office.changes(lines=(dearer,), amount=Decimal("2800.00"))
    shown = newest(office)
    assert [revision.revision for revision in office.rated()] == [1, 2]
    (told,) = shown.why.values()
    assert "70.00 = 2,800.00" in told.words[0]
    with office.database.read(TEAM) as session:
        first = session.execute(select(RatedLineRow).where(col(RatedLineRow.revision) == 1)).scalar_one()
        free = replace(shown.content.lines[0], amount=Money.zero("USD"))
        old = replace(shown.content, lines=(free,))
        assert why.explained(session, replace(shown, content=old)).why == {}, "no revision comes to that"
    assert "60.00 = 2,400.00" in first.words[0]


def test_late_usage_names_the_invoice_that_billed_its_period_and_where_it_came_from(office: Office) -> None:
    api = Product("API", meter="calls", unit="call", price=TIERS)
    office.runtime.catalogue = Catalogue({"SEAT": Product("SEAT", unit="seat"), "API": api})
    office.closes(replace(DEAL, lines=(*DEAL.lines, CALLS)))
    office.uses("1200", datetime(2026, 12, 5, tzinfo=UTC), key="a")
    office.day_is(date(2027, 1, 1))
    office.bills()
    office.day_is(date(2027, 2, 1))
    office.uses("300", datetime(2026, 12, 6, tzinfo=UTC), key="late")
    office.bills()
    shown = words(details_modal(newest(office)))
    assert "late usage of 1 Dec 2026 to 31 Dec 2026" in shown
    assert "billed of it before: USD 116.00 with the draft of 1 Jan 2027" in shown
    with office.change() as session:
        billed = session.execute(select(Invoice).where(col(Invoice.invoice_date) == date(2027, 1, 1))).scalar_one()
        billed.number = "INV-000007"
        session.add(billed)
    shown = words(details_modal(newest(office)))
    assert "usage in request ubt_a, line 1 (1 event), request ubt_late, line 1 (1 event)" in shown
    assert "billed of it before: USD 116.00 with INV-000007" in shown
