"""Outbound messages: what is read from them, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.outbound import ACK, Notification, OutboundMessage, parse_outbound
from flows.errors import BadInput
from tests.places import SHARED

_HEAD = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
    '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
)
_TAIL = "</notifications></soapenv:Body></soapenv:Envelope>"
_ORG = "<OrganizationId>00D000000000001EAA</OrganizationId><ActionId>04k000000000001AAA</ActionId>"
_RECORD = (
    '<sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
    "<sf:Id>006000000000001AAA</sf:Id></sObject>"
)
_NOTICE = f"<Notification><Id>04l000000000001AAA</Id>{_RECORD}</Notification>"
_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f"{_HEAD}{_ORG}{_NOTICE.replace('006000000000001AAA', '&c;')}{_TAIL}"
)
_FILE = f'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>{_HEAD}{_ORG}&x;{_NOTICE}{_TAIL}'


def message(inner: str) -> bytes:
    return (_HEAD + inner + _TAIL).encode()


def test_a_message_says_where_to_look() -> None:
    notice = Notification("04l000000000001AAA", "Opportunity", "006000000000001AAA")
    expected = OutboundMessage("00D000000000001EAA", "04k000000000001AAA", (notice,))
    assert parse_outbound(message(_ORG + _NOTICE)) == expected


@pytest.mark.needs_shared
def test_salesforce_s_own_example_is_read_with_both_notifications() -> None:
    example = (SHARED / "specs" / "salesforce" / "outbound-message.xml").read_bytes()
    parsed = parse_outbound(example)
    assert parsed.organization_id == "00D000000000001EAA"
    assert [one.object_id for one in parsed.notifications] == ["006000000000001AAA", "006000000000002AAA"]


@pytest.mark.needs_shared
def test_the_acknowledgement_is_the_one_that_salesforce_documents() -> None:
    documented = (SHARED / "specs" / "salesforce" / "outbound-message-ack.xml").read_bytes()
    assert b"".join(ACK.split()) == b"".join(documented.split())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "outbound.not_xml"),
        (b"{}", "outbound.not_xml"),
        (_BOMB.encode(), "outbound.not_xml"),
        (_FILE.encode(), "outbound.not_xml"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "outbound.not_xml"),
        (b"<a/>", "outbound.not_outbound"),
        (message("").replace(b"2005/09/outbound", b"2005/09/other"), "outbound.not_outbound"),
        (message(_ORG), "outbound.empty"),
        (message(_NOTICE), "outbound.bad_id"),
        (message(_ORG.replace("00D000000000001EAA", "00D' OR '1") + _NOTICE), "outbound.bad_id"),
        (message(_ORG + _NOTICE.replace("006000000000001AAA", "")), "outbound.bad_id"),
        (message(_ORG + _NOTICE.replace("<Id>04l000000000001AAA</Id>", "")), "outbound.bad_id"),
        (message(_ORG + "<Notification><Id>04l000000000001AAA</Id></Notification>"), "outbound.no_record"),
        (message(_ORG + _NOTICE.replace(' xsi:type="sf:Opportunity"', "")), "outbound.no_type"),
        (b"<a>" + b" " * (4 * 1024 * 1024) + b"</a>", "outbound.too_large"),
    ],
)
def test_what_is_no_outbound_message_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_outbound(body)
    assert caught.value.code == code
    assert caught.value.status in (400, 413)


@given(st.binary(max_size=300) | st.text(max_size=300).map(message))
def test_garbage_is_refused_and_never_breaks_anything(body: bytes) -> None:
    with pytest.raises(BadInput):
        parse_outbound(body)
