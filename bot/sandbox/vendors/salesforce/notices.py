"""How Salesforce tells the app of a won deal: outbound messages (SOAP), and a flow's signed JSON."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from xml.etree.ElementTree import ParseError  # only the exception that defusedxml's parser raises
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.sandbox.vendors.salesforce.schema import API_VERSION, SOBJECTS
from bot.sandbox.vendors.store import Record

MOST_NOTIFICATIONS: Final = 100
"""One outbound message carries at most so many notifications."""

_SENT_FIELDS: Final = (
    "AccountId", "Amount", "CloseDate", "CurrencyIsoCode", "IsWon", "Name", "OwnerId", "StageName", "SystemModstamp",
)  # fmt: skip
_ACK: Final = "{http://soap.sforce.com/2005/09/outbound}Ack"


def envelope(org_id: str, action_id: str, instance: str, notices: Sequence[tuple[str, Record]]) -> bytes:
    """Return the SOAP message with one notification for each pair of notification id and opportunity."""
    soap = f"{instance}/services/Soap"
    body = "".join(_notification(notice_id, record) for notice_id, record in notices)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f'<OrganizationId>{org_id}</OrganizationId><ActionId>{action_id}</ActionId><SessionId xsi:nil="true"/>'
        f"<EnterpriseUrl>{escape(soap)}/c/{API_VERSION}/{org_id[:15]}</EnterpriseUrl>"
        f"<PartnerUrl>{escape(soap)}/u/{API_VERSION}/{org_id[:15]}</PartnerUrl>"
        f"{body}</notifications></soapenv:Body></soapenv:Envelope>"
    )
    return text.encode()


def acknowledged(body: bytes) -> bool:
    """Tell whether an answer is a SOAP acknowledgement that says true."""
    try:
        tree = fromstring(body)
    except (ParseError, DefusedXmlException):
        return False
    return any((ack.text or "").strip() == "true" for ack in tree.iter(_ACK))


def signed_deal(record: Record, secret: str, at: int) -> tuple[bytes, dict[str, str]]:
    """Return the JSON notice of a won deal and its headers, signed for the real second `at`."""
    notice = {"deal_id": record["Id"], "event": "closed_won", "version": record["SystemModstamp"]}
    body = json.dumps(notice, separators=(",", ":")).encode()
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {
        "Content-Type": "application/json",
        "X-Dunwell-Timestamp": str(at),
        "X-Dunwell-Signature": f"v1={mac}",
    }


def _notification(notice_id: str, record: Record) -> str:
    fields = "".join(
        f"<sf:{name}>{escape(_text(name, record[name]))}</sf:{name}>"
        for name in _SENT_FIELDS
        if record[name] is not None
    )
    return (
        f'<Notification><Id>{notice_id}</Id><sObject xsi:type="sf:Opportunity" '
        f'xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>{record["Id"]}</sf:Id>{fields}</sObject></Notification>'
    )


def _text(name: str, value: Any) -> str:
    """Return a value as SOAP writes it."""
    kind = SOBJECTS["Opportunity"].fields[name].type
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "currency":
        return f"{Decimal(str(value)):.2f}"
    if kind == "datetime":
        return str(value).replace("+0000", "Z")
    return str(value)
