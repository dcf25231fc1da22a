"""Reading Salesforce's outbound messages (SOAP). They are not signed: nothing in them is believed but where to look."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from flows.errors import BadInput

_LARGEST: Final = 4 * 1024 * 1024  # a message carries at most 100 notifications
_SOAP: Final = "{http://schemas.xmlsoap.org/soap/envelope/}"
_OUT: Final = "{http://soap.sforce.com/2005/09/outbound}"
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ID: Final = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_OBJECT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")

ACK: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    b"</soapenv:Body></soapenv:Envelope>"
)
"""The answer that stops Salesforce from sending the message again; its type is `text/xml; charset=utf-8`."""


class Notification(NamedTuple):
    """One record that changed."""

    notification_id: str
    object_type: str
    object_id: str


class OutboundMessage(NamedTuple):
    """One delivery: from which organisation, by which action, about which records."""

    organization_id: str
    action_id: str
    notifications: tuple[Notification, ...]


def parse_outbound(body: bytes) -> OutboundMessage:
    """Return what a delivery says. Raises BadInput for anything that is not one, entity tricks among it."""
    if len(body) > _LARGEST:
        raise BadInput("The outbound message is too large.", code="outbound.too_large", status=413)
    try:
        envelope: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadInput("The outbound message is not plain XML.", code="outbound.not_xml") from error
    message = envelope.find(f"{_SOAP}Body/{_OUT}notifications")
    if envelope.tag != f"{_SOAP}Envelope" or message is None:
        raise BadInput("The body is not a Salesforce outbound message.", code="outbound.not_outbound")
    notifications = tuple(_notification(one) for one in message.findall(f"{_OUT}Notification"))
    if not notifications:
        raise BadInput("The outbound message carries no notification.", code="outbound.empty")
    return OutboundMessage(
        _id(message, f"{_OUT}OrganizationId", "organisation"), _id(message, f"{_OUT}ActionId", "action"), notifications
    )


def _notification(notification: Element) -> Notification:
    record = notification.find(f"{_OUT}sObject")
    if record is None:
        raise BadInput("A notification carries no record.", code="outbound.no_record")
    prefix, _, object_type = record.get(_TYPE, "").rpartition(":")
    if not prefix or not _OBJECT.fullmatch(object_type):
        raise BadInput("A notification does not say what kind of record it is about.", code="outbound.no_type")
    namespaced = next((child.tag for child in record if child.tag.rpartition("}")[2] == "Id"), "Id")
    return Notification(_id(notification, f"{_OUT}Id", "notification"), object_type, _id(record, namespaced, "record"))


def _id(parent: Element, path: str, what: str) -> str:
    found = (parent.findtext(path) or "").strip()
    if not _ID.fullmatch(found):
        raise BadInput(f"The {what}'s id in the outbound message is missing or malformed.", code="outbound.bad_id")
    return found
