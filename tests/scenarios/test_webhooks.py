"""Notices that are wrong, forged, replayed or not for us: each is answered in words, and none bills anybody."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from collections.abc import Mapping

import httpx
import pytest

from tests.scenarios.house import House

ORGANISATION = "00D000000000DEMEAW"
OUTBOUND = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>
<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>{organisation}</OrganizationId>
<ActionId>04k000000000001AAA</ActionId><SessionId xsi:nil="true"/><EnterpriseUrl>https://x.example</EnterpriseUrl>
<PartnerUrl>https://x.example</PartnerUrl><Notification><Id>04l000000000001AAA</Id>
<sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>006000000000001AAA</sf:Id>
</sObject></Notification></notifications></soapenv:Body></soapenv:Envelope>"""


def send(house: House, path: str, body: str, **headers: str) -> httpx.Response:
    """Post to the app's own door, as the internet can."""
    return httpx.post(f"{house.app_url}{path}", content=body.encode(), headers=headers, trust_env=False, timeout=30)


def signed(body: str, *, secret: str = "demo-deals-secret", at: float | None = None) -> Mapping[str, str]:
    """Sign as docs/webhooks say."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Dunwell-Timestamp": stamp, "X-Dunwell-Signature": f"v1={digest}"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{not json", "The body is not JSON"),
        ("[" * 100_000, "The body is not JSON"),
        ("{}", "The body names no deal"),
        ('{"deal_id": "\'; DROP TABLE deal;--"}', "The body names no deal"),
        ('{"deal_id": ["006"]}', "The body names no deal"),
    ],
    ids=["malformed", "deep", "empty", "hostile", "list"],
)
def test_a_body_that_makes_no_sense_is_refused(house: House, body: str, says: str) -> None:
    answer = send(house, "/webhooks/deals", body, **signed(body))
    assert answer.status_code == 400 and says in answer.json()["message"]


def test_what_is_not_signed_rightly_is_refused(house: House) -> None:
    body = json.dumps({"deal_id": "006Dw0000000001IAA"})
    for headers, says in (
        ({}, "Sign the request"),
        (signed(body, secret="guessed"), "does not fit this body, time stamp and secret"),
        (signed(body + " "), "does not fit this body, time stamp and secret"),
        (signed(body, at=time.time() - 900), "more than five minutes off"),
        (signed(body, at=time.time() + 900), "more than five minutes off"),
        ({**signed(body), "X-Dunwell-Timestamp": "yesterday"}, "must be the Unix time"),
    ):
        answer = send(house, "/webhooks/deals", body, **headers)
        assert answer.status_code == 401 and says in answer.json()["message"], answer.text


def test_a_replayed_delivery_is_refused_and_bills_once(house: House) -> None:
    deal = house.do("deal", kind="flat", account="Quill Inks", notify="none")
    body = json.dumps({"deal_id": deal["id"]})
    headers = signed(body)
    first, second = (send(house, "/webhooks/deals", body, **headers) for _ in range(2))
    assert first.status_code == 202
    assert second.status_code == 409 and "taken before; nothing was done again" in second.json()["message"]
    house.settle()
    house.card_about("Quill Inks")


def test_a_notice_about_an_unknown_deal_is_taken_and_put_before_a_person(house: House) -> None:
    body = json.dumps({"deal_id": "006Dw0000099999IAA"})
    assert send(house, "/webhooks/deals", body, **signed(body)).status_code == 202
    house.settle()
    assert "006Dw0000099999IAA could not be read" in house.messages("#dunwell-ops")[-1].words


def test_outbound_messages_of_others_are_not_taken(house: House) -> None:
    ours = OUTBOUND.format(organisation=ORGANISATION)
    wrong_path = send(house, "/webhooks/salesforce/guessed/outbound", ours)
    assert wrong_path.status_code == 404 and wrong_path.json()["message"] == "There is nothing here."
    path = "/webhooks/salesforce/demo-path-secret/outbound"
    wrong_org = send(house, path, OUTBOUND.format(organisation="00D000000000OTHERS"))
    assert wrong_org.status_code == 403 and "another Salesforce organisation" in wrong_org.json()["message"]
    for body in ("<not", "<a/>", '<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>', ""):
        assert send(house, path, body).status_code == 400, body


def test_events_that_stripe_did_not_sign_are_not_taken(house: House) -> None:
    answer = send(house, "/webhooks/stripe", '{"id": "evt_1", "type": "invoice.paid"}')
    assert answer.status_code in (400, 401) and answer.json()["message"]


def test_requests_that_slack_did_not_sign_are_not_taken(house: House) -> None:
    answer = send(house, "/slack/events", "payload=%7B%7D", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 401


def test_other_doors_are_closed(house: House) -> None:
    assert send(house, "/webhooks/nothing", "{}").status_code == 404
    assert httpx.get(f"{house.app_url}/webhooks/deals", trust_env=False).status_code == 405
    too_large = send(house, "/webhooks/deals", "x" * (5 * 1024 * 1024))
    assert too_large.status_code == 413


@pytest.mark.parametrize("path", ["/slack/events", "/webhooks/usage"])
def test_what_is_far_too_large_is_refused_before_it_is_sent(house: House, path: str) -> None:
    address = httpx.URL(house.app_url)
    head = f"POST {path} HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: {9 * 1024 * 1024}\r\n\r\n"
    with socket.create_connection((address.host, address.port or 80), timeout=30) as connection:
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(1024).splitlines()[0]
