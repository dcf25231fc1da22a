"""Salesforce's adapter with a far side that the simulator cannot play: one currency, odd pages, no answers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.salesforce.crm import SalesforceCrm
from flows.errors import NotFound, Rejected, TryAgain
from tests.connectors.far_side import DROP, HANG, Act, FarSide, Reply, Seen, closed_port

DEAL_ID = "006000000000001AAA"


def crm(far_side: FarSide, **more: Any) -> SalesforceCrm:
    far_side.plan("/token", Reply(body={"access_token": "t1", "instance_url": far_side.url}))
    return SalesforceCrm(far_side.url, "app", "secret", timeout=(0.5, 0.2), **more)


def refused(status: int, code: str, message: str = "No.") -> Reply:
    return Reply(status, [{"errorCode": code, "message": message}])


def page(*records: dict[str, Any], more: str | None = None) -> dict[str, Any]:
    return {"totalSize": 9, "done": more is None, "records": list(records)} | ({"nextRecordsUrl": more} if more else {})


def opportunity(**more: Any) -> dict[str, Any]:
    return {"Id": DEAL_ID, "Name": "Deal", "SystemModstamp": "2026-11-23T09:00:00.000+0000", "IsWon": True} | more


def test_an_organisation_with_one_currency_is_asked_again_without_it_and_uses_the_default(far_side: FarSide) -> None:
    def answer(seen: Seen) -> Reply:
        named = "CurrencyIsoCode" in seen.query["q"][0]
        return refused(400, "INVALID_FIELD", "No such column") if named else Reply(body=page(opportunity()))

    salesforce = crm(far_side, default_currency="GBP")
    far_side.plan("/query/", answer)
    far_side.plan("/Opportunity/describe", Reply(body={"fields": [{"name": "Id", "type": "id"}]}))
    assert salesforce.read_deal(DEAL_ID).currency == "GBP"
    assert salesforce.read_deal(DEAL_ID).currency == "GBP"
    assert len(far_side.asked("/describe")) == 1, "the organisation is described once"
    assert len(far_side.asked("/query/")) == 3


def test_lines_are_read_beyond_the_first_page_of_their_list(far_side: FarSide) -> None:
    def line(number: int) -> dict[str, Any]:
        return {"Id": f"00k{number}", "Description": f"Line {number}", "SortOrder": 10 - number, "UnitPrice": 0.1}

    lines = page(line(1), more="/services/data/v66.0/query/01g-200")
    far_side.plan("/query/", Reply(body=page(opportunity(OpportunityLineItems=lines))))
    far_side.plan("/query/01g-200", Reply(body=page(line(2))))
    deal = crm(far_side).read_deal(DEAL_ID)
    assert [one.description for one in deal.lines] == ["Line 2", "Line 1"]
    assert {one.unit_price for one in deal.lines} == {Decimal("0.1")}


def test_an_amount_that_no_double_can_hold_is_exact(far_side: FarSide) -> None:
    body = b'{"totalSize":1,"done":true,"records":[{"Id":"%s","SystemModstamp":"2026-11-23T09:00:00Z","Amount":' % (
        DEAL_ID.encode()
    )
    far_side.plan("/query/", Reply(body=body + b"9007199254740993.07}]}"))
    assert crm(far_side).read_deal(DEAL_ID).amount == Decimal("9007199254740993.07")


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([("1", False, "first@x.example"), ("2", True, "main@x.example")], "main@x.example"),
        ([("1", False, "first@x.example")], "first@x.example"),
        ([], None),
    ],
)
def test_the_primary_contact_is_billed(far_side: FarSide, roles: list[tuple[str, bool, str]], expected: str) -> None:
    listed = [{"Id": i, "IsPrimary": primary, "Contact": {"Email": email}} for i, primary, email in roles]
    related = page(*listed) if listed else None
    far_side.plan("/query/", Reply(body=page(opportunity(OpportunityContactRoles=related))))
    assert crm(far_side).read_deal(DEAL_ID).contact_email == expected


def test_the_contact_that_the_deal_names_is_billed_when_no_role_is_primary(far_side: FarSide) -> None:
    contact = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@x.example"}
    far_side.plan("/query/", Reply(body=page(opportunity(ContactId="0031"))), Reply(body=page(contact)))
    deal = crm(far_side).read_deal(DEAL_ID)
    assert (deal.contact_name, deal.contact_email) == ("Ada Lovelace", "ada@x.example")


def test_the_address_is_written_as_on_an_envelope(far_side: FarSide) -> None:
    town = {"BillingCity": "Berlin", "BillingPostalCode": "10115", "BillingCountry": "Germany"}
    account = {"BillingStreet": "Ring 1\nHof 2"} | town
    far_side.plan("/query/", Reply(body=page(opportunity(Account=account))))
    assert crm(far_side).read_deal(DEAL_ID).billing_address == "Ring 1\nHof 2\n10115 Berlin\nGermany"


@pytest.mark.parametrize(("given", "read"), [("One-time", "one_time"), ("PER UNIT", "per_unit"), ("  ", None)])
def test_a_picklist_s_words_are_read_whatever_their_case(far_side: FarSide, given: str, read: str | None) -> None:
    lines = page({"Id": "00k1", "Dunwell_Billing__c": given})
    far_side.plan("/query/", Reply(body=page(opportunity(OpportunityLineItems=lines))))
    assert crm(far_side).read_deal(DEAL_ID).lines[0].billing == read


@pytest.mark.parametrize(
    "act",
    [
        DROP,
        HANG,
        Reply(500, b"oops"),
        Reply(200, b"<html>"),
        refused(403, "REQUEST_LIMIT_EXCEEDED"),
        refused(503, "SERVER_UNAVAILABLE"),
        refused(400, "UNABLE_TO_LOCK_ROW"),
    ],
    ids=["dropped", "silent", "500", "html", "limit", "unavailable", "locked"],
)
def test_what_passes_is_tried_again(far_side: FarSide, act: Act) -> None:
    far_side.plan("/query/", act)
    with pytest.raises(TryAgain):
        crm(far_side).won_since(datetime(2026, 11, 23, tzinfo=UTC))
    assert len(far_side.asked("/query/")) == 1


@pytest.mark.parametrize(
    "act", [DROP, HANG, Reply(500, b""), Reply(200, b"<html>")], ids=["drop", "hang", "500", "html"]
)
def test_a_login_without_an_answer_is_tried_again(far_side: FarSide, act: Act) -> None:
    salesforce = crm(far_side)
    far_side.plan("/token", act)
    with pytest.raises(TryAgain):
        salesforce.check()


def test_a_closed_door_is_tried_again() -> None:
    with pytest.raises(TryAgain, match="cannot be reached"):
        SalesforceCrm(f"http://127.0.0.1:{closed_port()}", "app", "secret").check()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (refused(400, "MALFORMED_QUERY", "unexpected token"), "unexpected token"),
        (refused(403, "API_DISABLED_FOR_ORG"), "no API"),
        (refused(404, "UNEXPECTED", "gone"), "gone"),
    ],
)
def test_a_refusal_is_passed_on_in_words(far_side: FarSide, act: Act, words: str) -> None:
    far_side.plan("/query/", act)
    with pytest.raises(Rejected, match=words):
        crm(far_side).won_since(datetime(2026, 11, 23, tzinfo=UTC))


def test_a_deal_deleted_before_the_write_back_is_not_found(far_side: FarSide) -> None:
    from tests.connectors.test_salesforce_crm import OUTCOME

    far_side.plan(f"/Opportunity/{DEAL_ID}", refused(404, "ENTITY_IS_DELETED"))
    with pytest.raises(NotFound):
        crm(far_side).write_back(DEAL_ID, OUTCOME)


def test_a_change_of_a_line_alone_is_a_change_of_its_deal(far_side: FarSide) -> None:
    def answer(seen: Seen) -> Reply:
        if "FROM OpportunityLineItem " in seen.query["q"][0]:
            stamps = [("B", "2026-11-23T10:00:00.000+0000"), ("A", "2026-11-23T11:00:00.000+0000")]
            return Reply(body=page(*({"OpportunityId": deal, "SystemModstamp": at} for deal, at in stamps)))
        return Reply(body=page({"Id": "A", "SystemModstamp": "2026-11-23T09:00:00.000+0000"}))

    far_side.plan("/query/", answer)
    found = crm(far_side).won_since(datetime(2026, 11, 23, tzinfo=UTC))
    assert [(deal.external_id, deal.modified_at.hour) for deal in found] == [("B", 10), ("A", 11)]


def test_the_moment_asked_for_is_never_rounded_up(far_side: FarSide) -> None:
    far_side.plan("/query/", Reply(body=page()))
    crm(far_side).won_since(datetime(2026, 11, 23, 9, 0, 0, 999_999, tzinfo=UTC))
    assert "SystemModstamp >= 2026-11-23T09:00:00+00:00" in far_side.asked("/query/")[0].query["q"][0]
