"""How the app is told of won deals: SOAP messages that are tried again, and signed JSON."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from defusedxml.ElementTree import fromstring

from bot.sandbox.vendors import RunningVendors
from tests.sandbox.vendors.conftest import SETTINGS, receiving

ACK = b'<e><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>%s</Ack></notificationsResponse></e>'
OUT = "{http://soap.sforce.com/2005/09/outbound}"
FIELD = "{urn:sobject.enterprise.soap.sforce.com}"


def deal_ids(body: bytes) -> list[str]:
    return [one.text or "" for one in fromstring(body).iter(f"{FIELD}Id")]


def test_a_won_deal_is_told_to_the_secret_path(vendors: RunningVendors) -> None:
    with receiving(lambda _: (200, ACK % b"true")) as app:
        vendors.vendors.point_at(app.url)
        closed = vendors.close_deal("large")
        assert vendors.salesforce.wait_idle()
        [(path, headers, body)] = app.deliveries
    assert path == f"/webhooks/salesforce/{SETTINGS.salesforce_webhook_secret}/outbound"
    assert headers["content-type"].startswith("text/xml")
    tree = fromstring(body)
    assert tree.findtext(f".//{OUT}OrganizationId") == SETTINGS.salesforce_org_id
    assert deal_ids(body) == [closed["id"]]
    assert tree.findtext(f".//{FIELD}Amount") == "250000.00"
    assert tree.findtext(f".//{FIELD}IsWon") == "true"


def test_hostile_names_stay_text_in_xml(vendors: RunningVendors) -> None:
    with receiving(lambda _: (200, ACK % b"true")) as app:
        vendors.vendors.point_at(app.url)
        vendors.close_deal("hostile")
        assert vendors.salesforce.wait_idle()
        assert fromstring(app.deliveries[0][2]).findtext(f".//{FIELD}Name") == "<!here> deal & <b>more</b>"


def test_a_notice_is_tried_again_until_it_is_acknowledged(vendors: RunningVendors) -> None:
    answers = {1: (500, b""), 2: (200, b"not xml"), 3: (200, ACK % b"false")}
    with receiving(lambda nth: answers.get(nth, (200, ACK % b"true"))) as app:
        vendors.vendors.point_at(app.url)
        closed = vendors.close_deal("flat")
        assert vendors.salesforce.wait_idle()
        assert [deal_ids(body) for _, _, body in app.deliveries] == [[closed["id"]]] * 4
    assert vendors.salesforce.outbound.failed() == []


def test_a_notice_that_nobody_acknowledges_is_given_up(vendors: RunningVendors) -> None:
    with receiving(lambda _: (200, b"ok")) as app:
        vendors.vendors.point_at(app.url)
        vendors.close_deal("flat")
        assert vendors.salesforce.wait_idle()
        assert len(app.deliveries) == 1 + len(SETTINGS.retry_delays)
    assert len(vendors.salesforce.outbound.failed()) == 1


def test_deals_closed_together_come_in_one_message(vendors: RunningVendors) -> None:
    with receiving(lambda _: (200, ACK % b"true")) as app:
        vendors.vendors.point_at(app.url)
        with vendors.salesforce.store.transaction():
            closed = [vendors.close_deal(kind)["id"] for kind in ("flat", "mixed", "yen")]
        assert vendors.salesforce.wait_idle()
        told = [one for _, _, body in app.deliveries for one in deal_ids(body)]
        assert max(len(deal_ids(body)) for _, _, body in app.deliveries) > 1
    assert told == closed


def test_a_notice_can_come_twice(vendors: RunningVendors) -> None:
    vendors.salesforce.set_fault("duplicate")
    with receiving(lambda _: (200, ACK % b"true")) as app:
        vendors.vendors.point_at(app.url)
        vendors.close_deal("flat")
        assert vendors.salesforce.wait_idle()
        assert len({body for _, _, body in app.deliveries}) == 1
        assert len(app.deliveries) == 2


def test_every_change_of_a_won_deal_is_told(vendors: RunningVendors, crm: Any) -> None:
    with receiving(lambda _: (200, ACK % b"true")) as app:
        vendors.vendors.point_at(app.url)
        closed = vendors.close_deal("flat")
        assert vendors.salesforce.wait_idle()
        crm.Opportunity.update(closed["id"], {"Dunwell_Invoice_Status__c": "issued"})
        assert vendors.salesforce.wait_idle()
        vendors.change_deal(closed["id"], {"stage": "Closed Lost"})
        assert vendors.salesforce.wait_idle()
        assert len(app.deliveries) == 2


def test_a_flow_sends_signed_json(vendors: RunningVendors) -> None:
    with receiving(lambda _: (202, b"{}")) as app:
        vendors.vendors.point_at(app.url)
        closed = vendors.close_deal("flat", ways=frozenset({"json"}))
        assert vendors.salesforce.wait_idle()
        [(path, headers, body)] = app.deliveries
    assert path == "/webhooks/deals"
    assert json.loads(body) == {"deal_id": closed["id"], "event": "closed_won", "version": closed["version"]}
    signed = headers["x-dunwell-timestamp"].encode() + b"." + body
    expected = hmac.new(SETTINGS.deals_webhook_secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["x-dunwell-signature"] == f"v1={expected}"


def test_nobody_is_told_without_an_address_or_on_request(vendors: RunningVendors) -> None:
    vendors.close_deal("flat")
    with receiving(lambda _: (200, ACK % b"true")) as app:
        vendors.vendors.point_at(app.url)
        vendors.close_deal("flat", ways=frozenset())
        assert vendors.salesforce.wait_idle()
        assert app.deliveries == []
