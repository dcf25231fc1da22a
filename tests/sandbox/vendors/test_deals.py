"""The ready-made deals, as they stand in Salesforce."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox import company, deals
from bot.sandbox.vendors import RunningVendors
from flows.values.currency import minor_units


def stored(vendors: RunningVendors, kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The opportunity and its lines."""
    closed = vendors.close_deal(kind)
    opportunity = vendors.salesforce.store.get("Opportunity", closed["id"])
    assert opportunity is not None
    return opportunity, vendors.salesforce.records.lines(closed["id"])


@pytest.mark.parametrize("kind", [one["kind"] for one in deals.kinds()])
def test_every_kind_closes_as_won(vendors: RunningVendors, kind: str) -> None:
    opportunity, _ = stored(vendors, kind)
    assert opportunity["IsWon"] is True
    assert vendors.close_deal(kind)["id"] != opportunity["Id"]


@pytest.mark.parametrize(
    ("kind", "currency", "amount"),
    [
        ("flat", "USD", "12000"),
        ("per_unit", "EUR", "12400"),
        ("one_time", "GBP", "6200"),
        ("mixed", "USD", "21900"),
        ("large", "USD", "250000"),
        ("yen", "JPY", "1800000"),
        ("dinar", "KWD", "308.5"),
        ("many_lines", "CAD", "7860"),
        ("negative_quantity", "EUR", "-300"),
    ],
)
def test_a_kind_amounts_to(vendors: RunningVendors, kind: str, currency: str, amount: str) -> None:
    opportunity, _ = stored(vendors, kind)
    assert (opportunity["CurrencyIsoCode"], Decimal(str(opportunity["Amount"]))) == (currency, Decimal(amount))


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("incomplete", "Amount"),
        ("incomplete", "Dunwell_Payment_Terms__c"),
        ("missing_amount", "Amount"),
        ("unknown_customer", "AccountId"),
    ],
)
def test_a_bad_kind_lacks(vendors: RunningVendors, kind: str, field: str) -> None:
    assert stored(vendors, kind)[0][field] is None


@pytest.mark.parametrize("kind", ["incomplete", "no_contact"])
def test_nobody_is_named_anywhere(vendors: RunningVendors, kind: str) -> None:
    opportunity, _ = stored(vendors, kind)
    store = vendors.salesforce.store
    assert store.all("OpportunityContactRole", owner=opportunity["Id"]) == []
    assert store.all("Contact", owner=opportunity["AccountId"]) == []


def test_the_odd_ones_are_odd(vendors: RunningVendors) -> None:
    assert len(stored(vendors, "many_lines")[1]) == 60
    assert stored(vendors, "far_past")[0]["CloseDate"] == "2009-03-31"
    assert stored(vendors, "unknown_currency")[0]["CurrencyIsoCode"] == "ZZZ"
    long, lines = stored(vendors, "long_name")
    account = vendors.salesforce.store.get("Account", long["AccountId"])
    assert account is not None
    assert (len(account["Name"]), len(long["Name"]), len(lines[0]["Description"])) == (255, 120, 5000)
    hostile, _ = stored(vendors, "hostile")
    assert "<!here>" in hostile["Name"]


def test_the_term_is_a_year_from_the_next_month(vendors: RunningVendors) -> None:
    opportunity, _ = stored(vendors, "flat")
    start, end = (date.fromisoformat(opportunity[f"Dunwell_{name}_Date__c"]) for name in ("Start", "End"))
    assert (start, end) == (date(2026, 12, 1), date(2027, 11, 30))


def test_a_whole_deal_is_written_as_given(vendors: RunningVendors) -> None:
    closed = vendors.close_deal(
        {
            "account": "Newcomer Ltd", "currency": "GBP", "contact_email": "pay@newcomer.example", "terms": "Net 45",
            "owner": "rita", "name": "First order",
            "lines": [{"product": "Odd service", "quantity": "2.5", "unit_price": "99.99", "billing": "one_time"}],
        }
    )  # fmt: skip
    assert (closed["name"], closed["account"], closed["amount"]) == ("First order", "Newcomer Ltd", "249.975")
    [line] = vendors.salesforce.records.lines(closed["id"])
    assert line["Name"] == "First order Odd service"


def test_a_kind_can_be_varied(vendors: RunningVendors) -> None:
    assert vendors.close_deal({"kind": "flat", "terms": "Net 7", "name": "Varied"})["name"] == "Varied"


def test_a_deal_changes_after_closing(vendors: RunningVendors) -> None:
    closed = vendors.close_deal("per_unit")
    assert vendors.change_deal(closed["id"], {"quantity": 42})["Amount"] == 12520.0
    replaced = {"lines": [{"product": "IMPL", "unit_price": "5", "billing": "one_time"}], "owner": "rita", "amount": 1}
    changed = vendors.change_deal(closed["id"], replaced)
    assert (changed["Amount"], len(vendors.salesforce.records.lines(closed["id"]))) == (5.0, 1)
    vendors.change_deal(closed["id"], {"contact_email": "other@northwind.example", "CloseDate": "2026-12-24"})
    roles = vendors.salesforce.store.all("OpportunityContactRole", owner=closed["id"])
    contact = vendors.salesforce.store.get("Contact", roles[0]["ContactId"])
    assert contact is not None
    assert (len(roles), contact["Email"]) == (1, "other@northwind.example")


def test_the_company_is_one_that_could_be() -> None:
    assert len({one.name for one in company.CUSTOMERS}) == 12
    assert len({one.currency for one in company.CUSTOMERS}) >= 9
    assert all(minor_units(one.currency) in (0, 2, 3) for one in company.CUSTOMERS)
    assert {one.owner for one in company.CUSTOMERS} == set(company.OWNERS)
    assert all(one.email.endswith(".example") for one in company.CUSTOMERS)
    numbers = [one.number for one in company.CHART_OF_ACCOUNTS]
    assert numbers == sorted(set(numbers))
