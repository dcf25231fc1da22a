"""The Salesforce simulator's objects, answers and messages have the shapes that Salesforce documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import httpx
import pytest
from defusedxml.ElementTree import fromstring, parse

from bot.sandbox.vendors import RunningVendors, VendorSettings, running
from bot.sandbox.vendors.salesforce.ids import record_id
from bot.sandbox.vendors.salesforce.notices import acknowledged, envelope
from bot.sandbox.vendors.salesforce.schema import SOBJECTS
from flows.values.clock import FixedClock
from tests.places import SHARED
from tests.sandbox.vendors.conftest import ask

pytestmark = pytest.mark.needs_shared

SPECS = SHARED / "specs" / "salesforce"
COMPARED = ("type", "nillable", "createable", "updateable", "custom", "length", "scale", "referenceTo")


def documented(name: str) -> Any:
    return json.loads((SPECS / name).read_text(encoding="utf-8"))


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[RunningVendors]:
    clock = FixedClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    with running(tmp_path, clock=clock, settings=VendorSettings(page_size=2)) as both:
        yield both


def ask_crm(vendors: RunningVendors, path: str, method: str = "GET", **body: Any) -> httpx.Response:
    secrets = {"client_id": "demo-connected-app", "client_secret": "demo-connected-secret"}
    form = {"grant_type": "client_credentials", **secrets}
    token = ask("POST", f"{vendors.salesforce_url}/services/oauth2/token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return ask(method, vendors.salesforce_url + path, headers=headers, **body)


@pytest.mark.parametrize("name", SOBJECTS)
def test_an_object_has_the_documented_fields(vendors: RunningVendors, name: str) -> None:
    described = ask_crm(vendors, f"/services/data/v66.0/sobjects/{name}/describe").json()
    ours = {one["name"]: one for one in described["fields"]}
    [theirs] = [one for one in documented("describe.json")["sobjects"] if one["name"] == name]
    assert (described["queryable"], described["updateable"]) == (theirs["queryable"], theirs["updateable"])
    for field in theirs["fields"]:
        if field["name"] not in ours:
            assert field["name"] in {"ContractId", "SyncedQuoteId"}, f"{name}.{field['name']} is missing"
            continue
        for fact in COMPARED:
            if fact in field and not (fact == "referenceTo" and not ours[field["name"]]["referenceTo"]):
                assert ours[field["name"]][fact] == field[fact], f"{name}.{field['name']}: {fact}"
    invented = [one for one in ours.values() if one["name"] not in {field["name"] for field in theirs["fields"]}]
    assert all(one["custom"] and one["name"].endswith("__c") for one in invented)


def test_a_query_page_has_the_documented_shape(vendors: RunningVendors) -> None:
    documented_page = documented("rest-shapes.json")["query page"]
    page = ask_crm(vendors, "/services/data/v66.0/query?q=SELECT+Id+FROM+Account").json()
    assert page.keys() == documented_page.keys()
    assert page["records"][0].keys() == documented_page["records"][0].keys()
    assert page["records"][0]["attributes"].keys() == documented_page["records"][0]["attributes"].keys()
    assert page["nextRecordsUrl"].startswith("/services/data/v66.0/query/01g")
    last = ask_crm(vendors, page["nextRecordsUrl"].replace("-2", "-10")).json()
    assert (last["done"], "nextRecordsUrl" in last) == (True, False)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("token_revoked", "INVALID_SESSION_ID"),
        ("429", "REQUEST_LIMIT_EXCEEDED"),
        ("lock", "UNABLE_TO_LOCK_ROW"),
        ("5xx", "SERVER_UNAVAILABLE"),
    ],
)
def test_a_fault_is_answered_as_documented(vendors: RunningVendors, fault: str, code: str) -> None:
    [wanted] = [one for one in documented("rest-shapes.json")["errors"] if one["body"][0]["errorCode"] == code]
    vendors.salesforce.set_fault(fault, "describe")
    answer = ask_crm(vendors, "/services/data/v66.0/sobjects/Account/describe")
    assert answer.status_code == wanted["status"]
    assert answer.json()[0].keys() == wanted["body"][0].keys()
    assert answer.json()[0]["errorCode"] == code


def test_what_is_not_there_is_answered_as_documented(vendors: RunningVendors) -> None:
    answer = ask_crm(vendors, "/services/data/v66.0/sobjects/Account/001Dw000000zzzz")
    assert {"status": answer.status_code, "body": answer.json()} in documented("rest-shapes.json")["errors"]
    assert answer.headers["Sforce-Limit-Info"].startswith("api-usage=")


def shape(node: Element | None, parent: str = "") -> set[str]:
    """The places in a message: every element's path, with its type where it has one."""
    assert node is not None
    kind = node.get("{http://www.w3.org/2001/XMLSchema-instance}type", "")
    nil = node.get("{http://www.w3.org/2001/XMLSchema-instance}nil", "")
    path = f"{parent}/{node.tag}"
    return {f"{path} {kind}{nil}".strip()}.union(*(shape(one, path) for one in node))


def test_an_outbound_message_has_the_documented_shape(vendors: RunningVendors) -> None:
    vendors.close_deal("flat")
    vendors.close_deal("mixed")
    deals = vendors.salesforce.store.all("Opportunity")
    notices = [(record_id("04l", place), deal) for place, deal in enumerate(deals, start=1)]
    body = envelope("00D000000000001EAA", record_id("04k", 1), "https://example.my.salesforce.com", notices)
    example = parse(SPECS / "outbound-message.xml").getroot()
    ours = fromstring(body)
    assert shape(example) <= shape(ours)
    extra = {one.rsplit("}", 1)[1] for one in shape(ours) - shape(example)}
    assert extra <= set(SOBJECTS["Opportunity"].fields)


def test_the_documented_acknowledgement_is_one() -> None:
    text = (SPECS / "outbound-message-ack.xml").read_bytes()
    assert acknowledged(text)
    assert not acknowledged(text.replace(b"true", b"false"))
