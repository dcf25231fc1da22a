"""The webhooks: who may send what, and what is recorded of it. Every refusal is an answer in words with a code."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flows.errors import BadInput
from flows.inbox import Delivery, InboxWriter
from flows.usage import Answer as UsageAnswer
from flows.values.clock import Clock

LARGEST_BODY = 4 * 1024 * 1024
_DEAL_ID = re.compile(r"[A-Za-z0-9_-]{3,64}")


class Notification(Protocol):
    """One record that changed, as a CRM's notification names it."""

    @property
    def notification_id(self) -> str: ...
    @property
    def object_type(self) -> str: ...
    @property
    def object_id(self) -> str: ...


class OutboundMessage(Protocol):
    """A CRM's notification: from which organisation, about which records."""

    @property
    def organization_id(self) -> str: ...
    @property
    def notifications(self) -> tuple[Notification, ...]: ...


@dataclass(frozen=True, slots=True)
class UsageDoor:
    """The secret that senders of usage share, and what takes a request: (team, signature, body) -> an answer each."""

    secret: str = field(repr=False)
    receive: Callable[[str, str, bytes], Sequence[UsageAnswer]]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the webhooks need of the outside: how each body is verified and read, and the secrets they share.

    A source whose secret is None is not connected, and its webhook answers 404.
    """

    inbox: InboxWriter
    wall: Clock
    team: Callable[[], str]
    salesforce_secret: str | None = field(repr=False)
    salesforce_org: str | None
    parse_outbound: Callable[[bytes], Any]
    outbound_ack: bytes
    deals_secret: str | None = field(repr=False)
    verify_hmac: Callable[[str, str | None, str | None, bytes, datetime], str]
    stripe_secret: str | None = field(repr=False)
    parse_stripe_event: Callable[[bytes, str, str], dict[str, Any]]
    usage: UsageDoor | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told."""

    status: int
    body: bytes
    content_type: str = "application/json"


def salesforce_outbound(sources: Sources, secret: str, body: bytes) -> Answer:
    """Take an outbound message. It is not signed: the secret path and the organisation's id are what is checked,
    and of the rest only the records' ids are used, to read the records back."""
    if sources.salesforce_secret is None or not _same(secret, sources.salesforce_secret):
        raise BadInput("There is nothing here.", code="webhook.not_found", status=404)
    message: OutboundMessage = sources.parse_outbound(body)
    if sources.salesforce_org is None or message.organization_id[:15] != sources.salesforce_org[:15]:
        raise BadInput(
            "This message is from another Salesforce organisation; it was not taken.",
            code="outbound.wrong_organisation",
            status=403,
        )
    for notification in message.notifications:
        if notification.object_type == "Opportunity":
            payload = {"deal_id": notification.object_id}
            sources.inbox.record(Delivery(sources.team(), "deal.notice", notification.notification_id, payload))
    return Answer(200, sources.outbound_ack, "text/xml; charset=utf-8")


def deal_notice(sources: Sources, timestamp: str | None, signature: str | None, body: bytes) -> Answer:
    """Take a signed notice that a deal was closed or changed. A signature that was seen before is refused."""
    if sources.deals_secret is None:
        raise BadInput("There is nothing here.", code="webhook.not_found", status=404)
    key = sources.verify_hmac(sources.deals_secret, timestamp, signature, body, sources.wall.now())
    deal_id = _deal_id(body)
    if not sources.inbox.record(Delivery(sources.team(), "deal.notice", key, {"deal_id": deal_id})):
        raise BadInput(
            "This very delivery was taken before; nothing was done again. Sign a new one to notify again.",
            code="webhook.replayed",
            status=409,
        )
    return Answer(202, json.dumps({"ok": True, "deal_id": deal_id}).encode())


def stripe_event(sources: Sources, signature: str | None, body: bytes) -> Answer:
    """Take a signed event; one that comes twice is recorded once."""
    if sources.stripe_secret is None:
        raise BadInput("There is nothing here.", code="webhook.not_found", status=404)
    event = sources.parse_stripe_event(body, signature or "", sources.stripe_secret)
    subject = (event.get("data") or {}).get("object") or {}
    payload = {
        "type": event["type"],
        "object": subject.get("object"),
        "id": subject.get("id"),
        "status": subject.get("status"),
    }
    sources.inbox.record(Delivery(sources.team(), "processor.event", str(event["id"]), payload))
    return Answer(200, b'{"received": true}')


def _deal_id(body: bytes) -> str:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput('The body is not JSON; send {"deal_id": "006…"}.', code="webhook.not_json") from None
    deal_id = said.get("deal_id") if isinstance(said, dict) else None
    if not isinstance(deal_id, str) or not _DEAL_ID.fullmatch(deal_id):
        raise BadInput('The body names no deal; send {"deal_id": "006…"}.', code="webhook.no_deal_id")
    return deal_id


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
