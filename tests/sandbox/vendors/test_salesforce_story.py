"""simple-salesforce against the Salesforce simulator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from simple_salesforce.exceptions import (
    SalesforceError,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from bot.sandbox.vendors import RunningVendors
from flows.values.clock import FixedClock
from tests.sandbox.vendors.conftest import SETTINGS, ask, open_session, salesforce_client


def code_of(error: SalesforceError) -> str:
    """The code in Salesforce's answer."""
    content: Any = error.content
    return str(content[0]["errorCode"])


DEAL = "SELECT Id, SystemModstamp, Amount, IsWon FROM Opportunity WHERE IsWon = true ORDER BY Id"


def test_a_won_deal_is_found_with_its_parts(vendors: RunningVendors, crm: Any) -> None:
    closed = vendors.close_deal("per_unit")
    fields = (
        "Id, Amount, CurrencyIsoCode, CloseDate, Account.Name, Account.Owner.Email, Owner.Email, Dunwell_PO_Number__c, "
        "(SELECT Product2.Name, Quantity, UnitPrice, TotalPrice, Dunwell_Billing__c FROM OpportunityLineItems "
        "ORDER BY SortOrder), (SELECT Contact.Email FROM OpportunityContactRoles WHERE IsPrimary = true)"
    )
    [deal] = crm.query_all(f"SELECT {fields} FROM Opportunity WHERE Id = '{closed['id']}'")["records"]
    assert deal["Amount"] == 12400.0
    assert (deal["CurrencyIsoCode"], deal["CloseDate"]) == ("EUR", "2026-11-23")
    assert (deal["Account"]["Name"], deal["Owner"]["Email"]) == ("Northwind GmbH", "sam@demo.example")
    assert deal["Account"]["Owner"]["Email"] == "sam@demo.example"
    lines = deal["OpportunityLineItems"]["records"]
    assert [
        (one["Product2"]["Name"], one["Quantity"], one["UnitPrice"], one["Dunwell_Billing__c"]) for one in lines
    ] == [
        ("Platform, annual", 1.0, 10000.0, "flat"),
        ("Seats, monthly", 40.0, 60.0, "per_unit"),
    ]
    assert deal["OpportunityContactRoles"]["records"][0]["Contact"]["Email"] == "accounts@northwind.example"


def test_what_is_absent_is_null(vendors: RunningVendors, crm: Any) -> None:
    closed = vendors.close_deal("unknown_customer")
    fields = "Account.Name, Amount, Dunwell_Invoice_Number__c, (SELECT Id FROM OpportunityLineItems WHERE Quantity > 9)"
    [deal] = crm.query(f"SELECT {fields} FROM Opportunity WHERE Id = '{closed['id'][:15]}'")["records"]
    assert (deal["Account"], deal["OpportunityLineItems"], deal["Dunwell_Invoice_Number__c"]) == (None, None, None)


def test_long_results_come_in_pages(crm: Any) -> None:
    page = crm.query("SELECT Id, Name FROM Account ORDER BY Name")
    assert (page["totalSize"], page["done"], len(page["records"])) == (12, False, 3)
    more = crm.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    assert more["records"][0]["Id"] != page["records"][0]["Id"]
    everything = crm.query_all("SELECT Id, Name FROM Account ORDER BY Name")
    names = [one["Name"] for one in everything["records"]]
    assert (everything["done"], names) == (True, sorted(names, key=str.lower))
    assert crm.query("SELECT COUNT() FROM Account")["totalSize"] == 12


def test_a_write_back_moves_the_stamp(vendors: RunningVendors, crm: Any, clock: FixedClock) -> None:
    closed = vendors.close_deal("flat")
    clock.advance(timedelta(seconds=90, milliseconds=700))
    assert crm.Opportunity.update(closed["id"], {"Dunwell_Invoice_Number__c": "INV-1"}) == 204
    deal = crm.Opportunity.get(closed["id"])
    assert deal["Dunwell_Invoice_Number__c"] == "INV-1"
    assert (closed["version"], deal["SystemModstamp"]) == (
        "2026-11-23T09:00:00.000+0000",
        "2026-11-23T09:01:30.000+0000",
    )


def test_a_changed_line_moves_its_deal(vendors: RunningVendors, crm: Any, clock: FixedClock) -> None:
    closed = vendors.close_deal("per_unit")
    line = crm.query("SELECT Id FROM OpportunityLineItem WHERE Quantity = 40")["records"][0]["Id"]
    clock.advance(timedelta(minutes=1))
    crm.OpportunityLineItem.update(line, {"Quantity": 42})
    deal = crm.Opportunity.get(closed["id"])
    assert (deal["Amount"], deal["SystemModstamp"]) == (12520.0, "2026-11-23T09:01:00.000+0000")
    crm.OpportunityLineItem.delete(line)
    assert crm.Opportunity.get(closed["id"])["Amount"] == 10000.0


def test_a_late_commit_lies_behind_the_cursor(vendors: RunningVendors, crm: Any, clock: FixedClock) -> None:
    on_time = vendors.close_deal("flat")
    clock.advance(timedelta(seconds=10))
    late = vendors.close_deal("mixed", late=timedelta(seconds=30))
    asked = "SELECT Id FROM Opportunity WHERE IsWon = true AND SystemModstamp > "
    assert crm.query(f"{asked}2026-11-23T08:59:59Z")["records"][0]["Id"] == on_time["id"]
    assert crm.query(f"{asked}2026-11-23T09:00:00.000Z")["totalSize"] == 0
    found = crm.query(f"{asked}2026-11-23T10:58:00+02:00 ORDER BY SystemModstamp")["records"]
    assert [one["Id"] for one in found] == [late["id"], on_time["id"]]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("CurrencyIsoCode = 'eur'", ["Lumière Cosmétiques SA", "Northwind GmbH"]),
        ("Name LIKE 'north%'", ["Northwind GmbH"]),
        ("Name IN ('Nordlys AB', 'NORTHWIND GMBH')", ["Nordlys AB", "Northwind GmbH"]),
        ("BillingState != null AND (CurrencyIsoCode = 'CAD' OR CurrencyIsoCode = 'AUD')",
         ["Maple Ridge Foods Ltd", "Southern Cross Mining Pty Ltd"]),
        ("NOT CurrencyIsoCode NOT IN ('SEK')", ["Nordlys AB"]),
        ("Owner.Name = 'Sam Rivera' AND CurrencyIsoCode <> 'USD' AND BillingCity LIKE '_erlin'", ["Northwind GmbH"]),
        ("CreatedDate >= 2026-11-23T00:00:00Z AND Name = 'Nordlys AB'", ["Nordlys AB"]),
        ("Name = 'O\\'Neill \\\\ \\n'", []),
        ("IsDeleted = true", []),
    ],
)  # fmt: skip
def test_a_condition_finds(crm: Any, where: str, names: list[str]) -> None:
    found = crm.query_all(f"SELECT Name FROM Account WHERE {where} ORDER BY Name")["records"]
    assert [one["Name"] for one in found] == names


def test_orders_and_limits(vendors: RunningVendors, crm: Any) -> None:
    for kind in ("missing_amount", "flat", "large"):
        vendors.close_deal(kind)
    amounts = "SELECT Amount FROM Opportunity ORDER BY Amount"
    assert [one["Amount"] for one in crm.query(amounts)["records"]] == [None, 12000.0, 250000.0]
    ordered = crm.query(f"{amounts} DESC NULLS LAST LIMIT 2")["records"]
    assert [one["Amount"] for one in ordered] == [250000.0, 12000.0]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT Id, Colour FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Colour = 'red'", "INVALID_FIELD"),
        ("SELECT Parents.Name FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Colour", "INVALID_TYPE"),
        ("SELECT Id, (SELECT Id FROM Colours) FROM Account", "INVALID_TYPE"),
        ("SELECT Id FROM Opportunity WHERE Amount > '5'", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-01-01", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Name = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE IsWon = 'true'", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Id = 'short'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT * FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'O'Neill'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'a\\qb'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account LIMIT many", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-13-01T00:00:00Z", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-11-23T09:00:00", "MALFORMED_QUERY"),
    ],
)
def test_a_query_is_refused(crm: Any, query: str, code: str) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        crm.query(query)
    assert code_of(refused.value) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Colour": "red"}, "INVALID_FIELD"),
        ({"IsWon": False}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"ContactId": None}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"Name": "n" * 121}, "STRING_TOO_LONG"),
        ({"Name": None}, "REQUIRED_FIELD_MISSING"),
        ({"StageName": "Sold"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"Amount": "5"}, "JSON_PARSER_ERROR"),
        ({"Dunwell_Invoice_Number__c": 5}, "JSON_PARSER_ERROR"),
        ({"CloseDate": "23.11.2026"}, "JSON_PARSER_ERROR"),
        ({"AccountId": "001"}, "MALFORMED_ID"),
        ({"AccountId": "001Dw000000zzzz"}, "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_a_change_is_refused(vendors: RunningVendors, crm: Any, changes: dict[str, Any], code: str) -> None:
    closed = vendors.close_deal("flat")
    with pytest.raises(SalesforceMalformedRequest) as refused:
        crm.Opportunity.update(closed["id"], changes)
    assert code_of(refused.value) == code
    assert crm.Opportunity.get(closed["id"])["SystemModstamp"] == closed["version"]


def test_records_are_made_through_the_api(crm: Any) -> None:
    account = crm.Account.create({"Name": "New Ltd"})
    values = {"Name": "Deal", "AccountId": account["id"], "StageName": "Prospecting", "CloseDate": "2026-12-01"}
    deal = crm.Opportunity.create({**values, "Amount": 5})
    assert deal["success"] is True
    assert crm.Opportunity.get(deal["id"])["IsWon"] is False
    crm.Opportunity.update(deal["id"], {"StageName": "Closed Won"})
    assert crm.query(DEAL)["records"][0]["Id"] == deal["id"]
    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        crm.Contact.create({"FirstName": "A"})
    with pytest.raises(SalesforceResourceNotFound):
        crm.Opportunity.get("006Dw000000zzzz")
    with pytest.raises(SalesforceResourceNotFound):
        crm.Colour.create({"Name": "red"})


def test_a_session_ends(vendors: RunningVendors, token: str, clock: FixedClock) -> None:
    crm = salesforce_client(vendors, token)
    clock.advance(timedelta(seconds=SETTINGS.session_seconds - 1))
    crm.query("SELECT Id FROM User")
    clock.advance(timedelta(seconds=1))
    with pytest.raises(SalesforceExpiredSession):
        crm.query("SELECT Id FROM User")
    salesforce_client(vendors, open_session(vendors)).query("SELECT Id FROM User")


def test_a_revoked_token_is_gone(vendors: RunningVendors, crm: Any) -> None:
    vendors.salesforce.set_fault("token_revoked")
    for _ in range(2):
        with pytest.raises(SalesforceExpiredSession):
            crm.query("SELECT Id FROM User")


def test_a_token_is_given_for_the_right_secret(vendors: RunningVendors) -> None:
    url = f"{vendors.salesforce_url}/services/oauth2/token"
    known = {"client_id": SETTINGS.salesforce_client_id, "client_secret": SETTINGS.salesforce_client_secret}
    opened = ask("POST", url, data={**known, "grant_type": "client_credentials"}).json()
    assert (opened["instance_url"], opened["token_type"]) == (vendors.salesforce_url, "Bearer")
    assert ask("POST", url, data={**known, "grant_type": "password"}).json()["error"] == "unsupported_grant_type"
    wrong = {**known, "client_secret": "x", "grant_type": "client_credentials"}
    refused = ask("POST", url, data=wrong)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    stale = {**known, "grant_type": "refresh_token", "refresh_token": "x"}
    assert ask("POST", url, data=stale).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("429", SalesforceRefusedRequest, "REQUEST_LIMIT_EXCEEDED"),
        ("5xx", SalesforceGeneralError, "SERVER_UNAVAILABLE"),
        ("lock", SalesforceMalformedRequest, "UNABLE_TO_LOCK_ROW"),
    ],
)
def test_a_fault_refuses(vendors: RunningVendors, crm: Any, kind: str, error: type[Exception], code: str) -> None:
    closed = vendors.close_deal("flat")
    vendors.salesforce.set_fault(kind, "update")
    with pytest.raises(error, match=code):
        crm.Opportunity.update(closed["id"], {"NextStep": "x"})
    assert crm.Opportunity.get(closed["id"])["NextStep"] is None
    assert crm.Opportunity.update(closed["id"], {"NextStep": "x"}) == 204


def test_a_write_can_be_done_without_an_answer(vendors: RunningVendors, crm: Any) -> None:
    closed = vendors.close_deal("flat")
    vendors.salesforce.set_fault("drop_after", "update")
    with pytest.raises(ConnectionError):
        _as_builtin(lambda: crm.Opportunity.update(closed["id"], {"NextStep": "x"}))
    assert crm.Opportunity.get(closed["id"])["NextStep"] == "x"


def _as_builtin(call: Any) -> None:
    from requests.exceptions import ConnectionError as RequestsConnectionError

    try:
        call()
    except RequestsConnectionError as error:
        raise ConnectionError(str(error)) from error


def test_the_use_of_the_limit_is_told(vendors: RunningVendors, crm: Any) -> None:
    crm.query("SELECT Id FROM User")
    crm.query("SELECT Id FROM User")
    assert crm.api_usage["api-usage"].used == 2
    assert vendors.salesforce.requests()[0]["operation"] == "query"


def test_nothing_else_is_there(vendors: RunningVendors, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/services/data/v59.0/query?q=SELECT+Id+FROM+User", "/services/data/v66.0/limits", "/"):
        answer = ask("GET", vendors.salesforce_url + path, headers=headers)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")
