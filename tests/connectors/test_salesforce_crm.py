"""Salesforce's adapter against the strict simulator: deals are read to the last digit and written back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.vendors import RunningVendors
from connectors.salesforce.crm import SalesforceCrm
from connectors.salesforce.fields import SalesforceFields
from flows.errors import ConfigurationError, NotFound, Rejected, TryAgain
from flows.ports import InvoiceOutcome
from flows.values.clock import FixedClock
from flows.values.money import Money


def line_of(product: str, words: str, quantity: str, price: str, billing: str, frequency: str | None) -> dict[str, Any]:
    counted = {"quantity": quantity, "unit_price": price, "billing": billing, "frequency": frequency}
    return {"product": product, "description": words} | counted


DEAL: dict[str, Any] = {
    "account": "Brightwater O'Neil \\ Sons",
    "currency": "EUR",
    "contact_email": "ap@brightwater.example",
    "terms": "Net 45",
    "po_number": " PO-9 ",
    "start": "2026-12-01",
    "end": "2027-11-30",
    "owner": "sam",
    "close_date": "2026-11-23",
    "lines": [
        line_of("SEAT", "Seats", "42", "60.10", "per_unit", "monthly"),
        line_of("SETUP", "Setup", "1", "1500", "one_time", None),
        line_of("BASE", "Base fee", "1", "0.3", "flat", "annual"),
    ],
}
OUTCOME = InvoiceOutcome("INV-1042", "issued", Money(Decimal("4024.50"), "EUR"), date(2026, 11, 23))


def connect(vendors: RunningVendors, **changes: Any) -> SalesforceCrm:
    known = {"client_id": "demo-connected-app", "client_secret": "demo-connected-secret", "timeout": (2.0, 2.0)}
    return SalesforceCrm(vendors.salesforce_url, **known | changes)


@pytest.fixture
def crm(vendors: RunningVendors) -> SalesforceCrm:
    return connect(vendors)


def asked(vendors: RunningVendors, operation: str) -> int:
    return sum(one["operation"] == operation for one in vendors.salesforce.requests())


def test_a_deal_is_read_with_everything_that_billing_needs(vendors: RunningVendors, crm: SalesforceCrm) -> None:
    closed = vendors.close_deal(DEAL)
    deal = crm.read_deal(closed["id"])
    assert (deal.source, deal.external_id, deal.is_won) == ("salesforce", closed["id"], True)
    assert (deal.amount, deal.currency, deal.close_date) == (Decimal("4024.5"), "EUR", date(2026, 11, 23))
    assert (deal.account_name, deal.contact_email) == (DEAL["account"], "ap@brightwater.example")
    assert (deal.po_number, deal.terms) == ("PO-9", "Net 45")
    assert (deal.start_date, deal.end_date) == (date(2026, 12, 1), date(2027, 11, 30))
    assert deal.owner_email and deal.owner_name
    assert deal.modified_at == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert deal.url == f"{vendors.salesforce_url}/lightning/r/Opportunity/{closed['id']}/view"


def test_lines_are_exact_and_in_order(vendors: RunningVendors, crm: SalesforceCrm) -> None:
    deal = crm.read_deal(vendors.close_deal(DEAL)["id"])
    told = [
        (one.description, one.quantity, one.unit_price, one.total, one.billing, one.frequency) for one in deal.lines
    ]
    assert told == [
        ("Seats", Decimal(42), Decimal("60.1"), Decimal("2524.2"), "per_unit", "monthly"),
        ("Setup", Decimal(1), Decimal(1500), Decimal(1500), "one_time", None),
        ("Base fee", Decimal(1), Decimal("0.3"), Decimal("0.3"), "flat", "annual"),
    ]


def test_a_deal_without_anything_is_read_as_it_is(vendors: RunningVendors, crm: SalesforceCrm) -> None:
    deal = crm.read_deal(vendors.close_deal({"name": "Bare"})["id"])
    assert (deal.name, deal.amount, deal.lines, deal.contact_email, deal.account_name) == ("Bare", None, (), None, None)


def test_reading_twice_gives_the_same_version(vendors: RunningVendors, crm: SalesforceCrm) -> None:
    deal_id = vendors.close_deal(DEAL)["id"]
    first = crm.read_deal(deal_id)
    crm.write_back(deal_id, OUTCOME)
    second = crm.read_deal(deal_id[:15])
    assert first.content_hash() == second.content_hash()
    vendors.change_deal(deal_id, {"quantity": "43"})
    assert crm.read_deal(deal_id).content_hash() != first.content_hash()


@pytest.mark.parametrize("deal_id", ["006000000000999AAA", "x' OR Id != '", "", "0" * 400])
def test_a_deal_that_is_not_there_is_not_found(crm: SalesforceCrm, deal_id: str) -> None:
    with pytest.raises(NotFound):
        crm.read_deal(deal_id)
    with pytest.raises(NotFound):
        crm.write_back("006000000000999AAA", OUTCOME)


def test_won_deals_come_oldest_change_first_over_all_pages(
    vendors: RunningVendors, crm: SalesforceCrm, clock: FixedClock
) -> None:
    made = []
    for number in range(5):
        made.append(vendors.close_deal(DEAL | {"name": f"Deal {number}"})["id"])
        clock.advance(timedelta(minutes=1))
    found = crm.won_since(clock.now() - timedelta(minutes=4))
    assert [one.external_id for one in found] == made[1:]
    assert [one.modified_at for one in found] == sorted(one.modified_at for one in found)


def test_only_won_deals_are_listed(vendors: RunningVendors, crm: SalesforceCrm, clock: FixedClock) -> None:
    lost = vendors.close_deal(DEAL)["id"]
    vendors.change_deal(lost, {"stage": "Closed Lost"})
    assert crm.won_since(clock.now() - timedelta(days=1)) == []
    assert not crm.read_deal(lost).is_won


def test_a_deal_that_is_lost_again_is_listed_among_the_others(
    vendors: RunningVendors, crm: SalesforceCrm, clock: FixedClock
) -> None:
    lost, _won = vendors.close_deal(DEAL)["id"], vendors.close_deal(DEAL)["id"]
    vendors.change_deal(lost, {"stage": "Closed Lost"})
    assert [one.external_id for one in crm.not_won_since(clock.now() - timedelta(days=1))] == [lost]


def test_the_outcome_is_written_back_and_may_be_written_again(vendors: RunningVendors, crm: SalesforceCrm) -> None:
    deal_id = vendors.close_deal(DEAL)["id"]
    crm.write_back(deal_id, OUTCOME)
    crm.write_back(deal_id, replace(OUTCOME, status="paid"))
    record = vendors.salesforce.store.get("Opportunity", deal_id)
    assert record is not None
    assert (record["Dunwell_Invoice_Number__c"], record["Dunwell_Invoice_Status__c"]) == ("INV-1042", "paid")
    assert record["Dunwell_Invoice_Total__c"] == "EUR 4,024.50"


def test_a_session_that_has_run_out_is_renewed_once(
    vendors: RunningVendors, crm: SalesforceCrm, clock: FixedClock
) -> None:
    deal_id = vendors.close_deal(DEAL)["id"]
    crm.read_deal(deal_id)
    clock.advance(timedelta(hours=3))
    assert crm.read_deal(deal_id).external_id == deal_id
    assert asked(vendors, "token") == 2


def test_a_session_that_ends_again_and_again_is_for_a_person(vendors: RunningVendors, crm: SalesforceCrm) -> None:
    vendors.salesforce.set_fault("token_revoked", "query", count=2)
    with pytest.raises(Rejected, match="login policy"):
        crm.read_deal("006000000000001AAA")


@pytest.mark.parametrize("fault", ["429", "5xx", "lock", "drop_before", "drop_after"])
def test_what_passes_is_tried_again(vendors: RunningVendors, crm: SalesforceCrm, fault: str) -> None:
    deal_id = vendors.close_deal(DEAL)["id"]
    vendors.salesforce.set_fault(fault, "update")
    with pytest.raises(TryAgain):
        crm.write_back(deal_id, OUTCOME)
    crm.write_back(deal_id, OUTCOME)


def test_a_wrong_secret_says_what_to_check(vendors: RunningVendors) -> None:
    with pytest.raises(Rejected, match="SALESFORCE_CLIENT_SECRET"):
        connect(vendors, client_secret="wrong").check()


def test_a_field_that_is_not_there_is_named(vendors: RunningVendors) -> None:
    crm = connect(vendors, fields=SalesforceFields(payment_terms="Terms__c", billing="How__c"))
    with pytest.raises(Rejected) as caught:
        crm.check()
    assert "Opportunity.Terms__c, OpportunityLineItem.How__c" in caught.value.reason
    with pytest.raises(Rejected, match="Terms__c"):
        crm.read_deal(vendors.close_deal(DEAL)["id"])


def test_check_says_where_salesforce_is(vendors: RunningVendors, crm: SalesforceCrm) -> None:
    assert vendors.salesforce_url in crm.check()


@pytest.mark.parametrize("name", ["", "Terms__c FROM User", "1Terms", "T" * 81])
def test_a_field_s_name_cannot_smuggle_anything_into_a_query(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"salesforce\.payment_terms"):
        SalesforceFields(payment_terms=name)


def test_an_unknown_field_in_the_policy_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"salesforce\.colour"):
        SalesforceFields.named({"colour": "Colour__c"})
