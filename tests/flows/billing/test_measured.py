"""Lines that are measured: usage up to the invoice's day, what comes late, and once each whatever is run twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlmodel import col

from flows.contracts import service
from flows.contracts.catalogue import Catalogue, Product
from flows.contracts.product_parts import Parts
from flows.schedule import Frequency
from flows.terms.price import GraduatedPrice
from storage.tables import InvoiceVersion, UsageAlert, UsageClosing
from tests.flows.billing.office import PEOPLE, Office
from tests.flows.deals import DEAL, line

TIERS = GraduatedPrice.model_validate(
    {"model": "graduated", "tiers": ({"up_to": 1000, "unit_price": "0.10"}, {"unit_price": "0.08"})}
)
CALLS = line(source_id="00k9", product_code="API", description="API calls", billing="flat", quantity=None,
             unit_price=Decimal(0))  # fmt: skip
METERED = replace(DEAL, lines=(*DEAL.lines, CALLS))


@pytest.fixture
def metered(office: Office) -> Office:
    """The office with a catalogue, and a contract over seats and calls from 1 December."""
    api = Product("API", meter="calls", unit="call", price=TIERS)
    office.runtime.catalogue = Catalogue({"SEAT": Product("SEAT", unit="seat"), "API": api})
    office.closes(METERED)
    return office


def test_nothing_of_the_meter_stands_on_the_first_invoice(metered: Office) -> None:
    assert metered.billed() == [("2026-11-23", "2400.00")]
    assert [one.description for one in metered.contents()[0].lines] == ["Seats"]
    # what is measured is not known ahead; the last invoice bills the last month's calls alone
    entries = metered.entries()
    assert [entry.planned_minor for entry in entries[:2]] == [240_000, None]
    assert entries[-1].planned_on == date(2027, 12, 1)


def test_usage_is_billed_after_its_month_in_tiers_with_its_arithmetic(metered: Office) -> None:
    metered.uses("1200", datetime(2026, 12, 31, 22, 59, tzinfo=UTC), key="a")  # still December in Berlin
    metered.uses("7", datetime(2026, 12, 31, 23, 0, tzinfo=UTC), key="b")  # January
    metered.day_is(date(2027, 1, 1))
    metered.bills()
    # 40 x 60.00 = 2,400.00; the first 1,000 at 0.10 = 100.00, the next 200 at 0.08 = 16.00
    assert metered.billed()[1:] == [("2027-01-01", "2516.00")]
    (calls,) = [row for row in metered.rated() if row.key == "00k9@2026-12-01"]
    assert calls.words == ["1,200 calls: first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00"]
    assert (calls.terms_path, calls.deal_field) == ("lines[2]", "salesforce OpportunityLineItem 00k9")
    assert calls.usage == ["request ubt_a, line 1 (1 event)"]


def test_late_usage_is_on_the_next_invoice_priced_with_its_month(metered: Office) -> None:
    metered.uses("1200", datetime(2026, 12, 5, tzinfo=UTC), key="a")
    metered.day_is(date(2027, 1, 1))
    metered.bills()
    metered.uses("300", datetime(2026, 12, 6, tzinfo=UTC), key="late")
    metered.uses("10", datetime(2027, 1, 6, tzinfo=UTC), key="b")
    metered.day_is(date(2027, 2, 1))
    metered.bills()
    # seats 2,400.00; January's 10 calls 1.00; December's 300 more, all in its second tier: 24.00
    assert metered.billed()[2:] == [("2027-02-01", "2425.00")]
    assert any("late usage of 1 Dec 2026 to 31 Dec 2026" in one.description for one in metered.contents()[2].lines)
    metered.day_is(date(2027, 3, 1))
    metered.bills()
    assert metered.billed()[3:] == [("2027-03-01", "2400.00")]


def test_a_second_run_bills_no_usage_twice(metered: Office) -> None:
    metered.uses("1200", datetime(2026, 12, 5, tzinfo=UTC), key="a")
    metered.day_is(date(2027, 1, 1))
    metered.bills()
    metered.bills()
    assert len(metered.invoices()) == 2
    assert len(metered.rows(select(UsageClosing))) == 1


def test_a_changed_deal_bills_the_usage_of_its_drafts_anew(metered: Office) -> None:
    metered.uses("1200", datetime(2026, 12, 5, tzinfo=UTC), key="a")
    metered.day_is(date(2027, 1, 1))
    metered.bills()
    metered.uses("300", datetime(2026, 12, 6, tzinfo=UTC), key="late")
    assert metered.changes(METERED, po_number="4500-9999") == "revised"
    # the draft was not out yet: it takes December's 1,500 calls in, 100.00 + 40.00
    assert metered.billed()[1:] == [("2027-01-01", "2540.00")]
    metered.day_is(date(2027, 2, 1))
    metered.bills()
    assert metered.billed()[2:] == [("2027-02-01", "2400.00")]


def test_half_of_an_allowance_is_told_once(metered: Office) -> None:
    catalogue = metered.runtime.catalogue
    assert catalogue is not None
    api = replace(catalogue.products["API"], allowance=Decimal(1000))
    metered.runtime.catalogue = Catalogue({**catalogue.products, "API": api})
    metered.changes(METERED, po_number="4500-1000")
    metered.day_is(date(2026, 12, 10))
    metered.uses("500", datetime(2026, 12, 5, tzinfo=UTC), key="a")
    assert [metered.tells(DEAL.external_id, "calls") for _ in range(2)] == [["50"], []]
    metered.uses("1", datetime(2026, 12, 6, tzinfo=UTC), key="b", subject=str(DEAL.account_id))
    metered.uses("499", datetime(2026, 12, 7, tzinfo=UTC), key="c", subject=metered.contract().id)
    assert metered.tells(str(DEAL.account_id), "calls") == ["80", "100"]
    assert metered.tells("somebody else", "calls") == []


def test_an_allowance_that_the_last_night_of_its_month_used_up_is_told_the_morning_after(metered: Office) -> None:
    catalogue = metered.runtime.catalogue
    assert catalogue is not None
    api = replace(catalogue.products["API"], allowance=Decimal(1000))
    metered.runtime.catalogue = Catalogue({**catalogue.products, "API": api})
    metered.changes(METERED, po_number="4500-1000")
    metered.day_is(date(2027, 1, 1))
    night = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    metered.uses("1000", night, key="a")
    metered.uses("500", datetime(2027, 1, 1, 3, tzinfo=UTC), key="b")
    assert metered.tells(DEAL.external_id, "calls", since=night) == ["50", "80", "100", "50"]
    assert metered.tells(DEAL.external_id, "calls", since=night) == []
    alerts = metered.rows(select(UsageAlert).order_by(col(UsageAlert.period_start), col(UsageAlert.id)))
    assert [(str(one.period_start), one.used) for one in alerts][-1] == ("2027-01-01", "500")
    assert {str(one.period_start) for one in alerts[:3]} == {"2026-12-01"}


def test_a_changed_catalogue_is_said_in_words(metered: Office) -> None:
    catalogue = metered.runtime.catalogue
    assert catalogue is not None
    quarterly = replace(catalogue.products["SEAT"], frequency=Frequency.QUARTERLY)
    metered.runtime.catalogue = Catalogue({**catalogue.products, "SEAT": quarterly})
    with metered.change() as session:
        service.mend_deal(session, metered.contract().deal_id, {"po_number": "77"}, user_id="U0DANA", people=PEOPLE)
    (first,) = metered.invoices()
    assert first.version == 2
    with metered.database.read(first.team_id) as session:
        reason = session.get_one(InvoiceVersion, (first.id, 2)).reason
    assert "quarter" in reason


def committed(office: Office, per: str, amount: int) -> None:
    """Close a deal of seats and calls whose calls come to so much at least."""
    parts = Parts.model_validate({"commitment": {"amount": amount, "per": per}})
    api = Product("API", meter="calls", unit="call", price=TIERS, frequency=Frequency.MONTHLY, parts=parts)
    office.runtime.catalogue = Catalogue({"SEAT": Product("SEAT", unit="seat"), "API": api})
    office.closes(METERED)


def test_shares_of_a_minimum_for_the_period_are_told_once_each(office: Office) -> None:
    committed(office, "period", 100)
    office.day_is(date(2026, 12, 10))
    assert office.tells(DEAL.external_id, "calls") == []
    office.uses("499", datetime(2026, 12, 5, tzinfo=UTC), key="a")
    assert office.tells(DEAL.external_id, "calls") == []
    office.uses("1", datetime(2026, 12, 5, tzinfo=UTC), key="b")  # 500 x 0.10 = 50.00 of 100.00
    assert office.tells(DEAL.external_id, "calls") == ["50"]
    assert office.tells(DEAL.external_id, "calls") == []
    office.uses("600", datetime(2026, 12, 9, tzinfo=UTC), key="c")  # 1,000 x 0.10 + 100 x 0.08 = 108.00
    assert office.tells(DEAL.external_id, "other") == []
    assert office.tells(DEAL.external_id, "calls") == ["80", "100"]
    (alert,) = [one for one in office.rows(select(UsageAlert)) if one.percent == "100"]
    assert (alert.used, alert.allowance, alert.unit, alert.what) == ("108.00", "100", "USD", "Minimum commitment")
    office.day_is(date(2027, 1, 3))
    assert office.tells(DEAL.external_id, "calls") == []
    office.uses("500", datetime(2027, 1, 2, tzinfo=UTC), key="d")
    assert office.tells(DEAL.external_id, "calls") == ["50"], "another period"


def test_what_the_last_night_brought_counts_for_the_minimum_of_its_period(office: Office) -> None:
    committed(office, "period", 100)
    office.day_is(date(2027, 1, 1))
    night = datetime(2026, 12, 31, 20, tzinfo=UTC)
    office.uses("850", night, key="a")  # 85.00 of 100.00
    assert office.tells(DEAL.external_id, "calls", since=night) == ["50", "80"]


def test_shares_of_a_minimum_for_the_term_count_what_was_billed_and_what_was_used_since(office: Office) -> None:
    committed(office, "term", 200)
    office.uses("900", datetime(2026, 12, 5, tzinfo=UTC), key="a")  # 90.00, billed on 1 January
    office.day_is(date(2027, 1, 1))
    office.bills()
    assert office.billed()[1:] == [("2027-01-01", "2490.00")]
    assert office.tells(DEAL.external_id, "calls") == []
    office.uses("100", datetime(2027, 1, 2, tzinfo=UTC), key="b")  # 10.00 more
    assert office.tells(DEAL.external_id, "calls") == ["50"]
    office.uses("10", datetime(2026, 12, 6, tzinfo=UTC), key="c")  # late, 1.00 more
    office.uses("590", datetime(2027, 1, 3, tzinfo=UTC), key="d")  # 59.00 more: 160.00
    assert office.tells(DEAL.external_id, "calls") == ["80"]
