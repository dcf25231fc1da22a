"""Usage that programs send, through the app that serves the webhooks, on SQLite and PostgreSQL."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from connectors.webhooks import sign, verify_hmac
from flows.inbox import InboxWriter
from flows.usage import Metered, usage_totals
from flows.usage.requests import MOST_EVENTS, receive
from flows.values.periods import Period
from handlers.webhooks.routes import make_wsgi
from handlers.webhooks.sources import Sources, UsageDoor
from storage.tables import AuditEvent, InboxRow, UsageEvent
from tests.faults.small_house import NOON, TEAM, SmallHouse

SECRET = "usage-secret"
DAY = NOON.date()


@dataclass
class Door:
    """The app's door for usage, and who knocks."""

    house: SmallHouse
    client: Client

    def send(self, body: Any, *, secret: str = SECRET, at: float | None = None, **headers: Any) -> TestResponse:
        """Post a body, signed at the house's time unless said otherwise."""
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int(NOON.timestamp() if at is None else at))
        signed = {"X-Dunwell-Timestamp": stamp, "X-Dunwell-Signature": sign(secret, stamp, text)}
        return self.client.post(
            "/webhooks/usage",
            data=text,
            headers=signed | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def used(self, meter: str = "api_calls") -> Decimal:
        """Return what 001ACME used today."""
        with self.house.database.read(TEAM) as session:
            wanted = Metered(meter, "sum", (Period(DAY, DAY),))
            (total,) = usage_totals(session, wanted, subjects=("001ACME",), zone="UTC")
        return total.quantity


def door_of(house: SmallHouse, usage: UsageDoor | None) -> Client:
    sources = Sources(
        inbox=cast("InboxWriter", None),
        wall=house.wall,
        team=lambda: TEAM,
        salesforce_secret=None,
        salesforce_org=None,
        parse_outbound=cast("Callable[[bytes], Any]", None),
        outbound_ack=b"",
        deals_secret=None,
        verify_hmac=verify_hmac,
        stripe_secret=None,
        parse_stripe_event=cast("Callable[[bytes, str, str], dict[str, Any]]", None),
        usage=usage,
    )
    return Client(make_wsgi(None, sources, dict))


@pytest.fixture
def door(small: SmallHouse) -> Door:
    return Door(
        small,
        door_of(
            small,
            UsageDoor(
                SECRET,
                lambda team, signature, body: receive(
                    small.database, small.engine, small.clock, team_id=team, signature=signature, body=body
                ),
            ),
        ),
    )


def said(key: str = "k1", quantity: Any = "5", **more: Any) -> dict[str, Any]:
    event = {"key": key, "customer": "001ACME", "meter": "api_calls", "quantity": quantity}
    return event | {"occurred_at": "2026-11-23T09:00:00Z"} | more


def test_one_event_is_taken_and_can_be_sent_again(door: Door) -> None:
    first = door.send(said())
    assert first.status_code == 200
    assert first.get_json() == {"ok": True, "events": [{"key": "k1", "place": 1, "outcome": "accepted"}]}
    again = door.send(said(), at=NOON.timestamp() + 1)
    assert again.status_code == 200 and again.get_json()["events"][0]["outcome"] == "duplicate"
    assert door.used() == 5


def test_a_batch_is_answered_event_by_event(door: Door) -> None:
    events = [said("a"), said("a"), said("a", "6"), said("b", "-1"), said("c", "1,000"), said("d", 2), said("e", 1.25)]
    reply = door.send({"events": events})
    assert reply.status_code == 207
    answers = reply.get_json()["events"]
    assert [answer["outcome"] for answer in answers] == [
        *("accepted", "duplicate", "refused", "refused", "refused", "accepted", "accepted"),
    ]
    assert [answer["place"] for answer in answers] == [1, 2, 3, 4, 5, 6, 7]
    assert answers[2]["error"] == "usage.conflict" and "other content" in answers[2]["message"]
    assert door.used() == Decimal("8.25")


def test_a_number_keeps_every_digit_that_was_written(door: Door) -> None:
    body = json.dumps(said(quantity=0)).replace('"quantity": 0', '"quantity": 123456789012345.123').encode()
    assert door.send(body).status_code == 200
    assert door.used() == Decimal("123456789012345.123")


def test_corrections_and_voids_are_taken(door: Door) -> None:
    events = [said("a", "5"), said("b", "7", corrects="a"), said("c", "4"), said("d", None, corrects="c", void=True)]
    assert door.send({"events": events}).status_code == 200
    assert door.used() == 7


@pytest.mark.parametrize(
    ("event", "error", "says"),
    [
        (said(meter=7), "usage.bad_meter", "meter must be text"),
        (said(quantity="NaN"), "usage.bad_quantity", "is not a number"),
        (said(quantity=True), "usage.bad_quantity", "quantity must be text"),
        (said(customer=None), "usage.no_subject", "does not say the customer or contract"),
        (said(contract="800"), "usage.bad_subject", "customer and contract both say whose usage it is"),
        (said(colour="red"), "usage.bad_event", "put what is yours into properties"),
        (said(properties=[1]), "usage.bad_properties", "must be an object"),
        (said(properties={"a": {"b": 1}}), "usage.bad_properties", "must be text"),
        (said(void="yes"), "usage.bad_void", "void must be true or false"),
        (said(void=True), "usage.bad_void", "must say in corrects"),
        (said(occurred_at="2026-11-23T09:00:00"), "usage.no_zone", "has no time zone"),
        (said(occurred_at="2026-11-24T09:00:00Z"), "usage.future", "in the future"),
        (said(key="k\u0000"), "usage.bad_key", "control characters"),
        (said(key="\ud800"), "usage.bad_key", "control characters"),
        ("k1", "usage.bad_event", "is not an object"),
    ],
)
def test_an_event_that_cannot_be_taken_is_refused_in_words(door: Door, event: Any, error: str, says: str) -> None:
    reply = door.send({"events": [event]})
    (answer,) = reply.get_json()["events"]
    assert reply.status_code == 422 and answer["error"] == error and says in answer["message"]
    assert door.house.rows(select(UsageEvent)) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{not json", "The body is not JSON"),
        (b"[" * 100_000, "The body is not JSON"),
        (b"\xff\xfe", "The body is not JSON"),
        (b"", "The body is not JSON"),
        (b"[]", "The body has no events"),
        (b'{"events": []}', "The body has no events"),
        (b'{"events": {}}', "The body has no events"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_as_a_whole(door: Door, body: bytes, says: str) -> None:
    reply = door.send(body)
    assert reply.status_code == 400 and says in reply.get_json()["message"]


def test_too_much_at_once_is_refused_with_what_to_do(door: Door) -> None:
    most = door.send({"events": [said(f"k{n}") for n in range(MOST_EVENTS)]})
    assert most.status_code == 200
    many = door.send({"events": [said(f"k{n}") for n in range(MOST_EVENTS + 1)]})
    assert many.status_code == 413 and "Send several requests, or a file" in many.get_json()["message"]
    large = door.send(b"x" * (4 * 1024 * 1024 + 1))
    assert large.status_code == 413 and "send it in smaller parts" in large.get_json()["message"]


def test_a_compressed_body_is_refused_with_what_to_do(door: Door) -> None:
    reply = door.send(gzip.compress(b"{}"), Content_Encoding="gzip")
    assert reply.status_code == 415 and reply.get_json() == {
        "ok": False, "error": "webhook.compressed", "message": "The body is compressed; send it as it is.",
    }  # fmt: skip


def test_what_is_not_signed_rightly_is_refused(door: Door) -> None:
    late = NOON.timestamp()
    for reply, says in (
        (door.client.post("/webhooks/usage", data=b"{}"), "Sign the request"),
        (door.send(said(), secret="guessed"), "does not fit this body"),
        (door.send(said(), at=late - 900), "more than five minutes off"),
        (door.send(said(), at=late + 900), "more than five minutes off"),
        (door.send(said(), X_Dunwell_Timestamp="yesterday"), "must be the Unix time"),
    ):
        assert reply.status_code == 401 and says in reply.get_json()["message"]
    assert door.house.rows(select(UsageEvent)) == []


def test_a_replayed_request_is_refused_and_counts_once(door: Door) -> None:
    assert door.send(said()).status_code == 200
    reply = door.send(said())
    assert reply.status_code == 409 and "taken before; nothing was done again" in reply.get_json()["message"]
    assert (len(door.house.rows(select(UsageEvent))), len(door.house.rows(select(InboxRow)))) == (1, 1)


def test_without_a_secret_there_is_no_door(small: SmallHouse) -> None:
    reply = door_of(small, None).post("/webhooks/usage", data=b"{}")
    assert reply.status_code == 404
    assert door_of(small, None).get("/webhooks/usage").status_code == 405


def test_a_request_is_audited_and_followed_to_its_place(door: Door) -> None:
    door.house.clock.at += timedelta(minutes=1)
    door.send({"events": [said("a", properties={"region": "eu", "tier": 2.50}), said("b", "x")]})
    (event,) = door.house.rows(select(AuditEvent).where(AuditEvent.action == "usage.received"))  # type: ignore[arg-type]
    assert json.loads(event.after) == {"accepted": 1, "duplicates": 0, "refused": 1}
    assert json.loads(event.evidence)["refused"] == [["b", "usage.bad_quantity"]]
    (stored,) = door.house.rows(select(UsageEvent))
    assert (stored.batch_id, stored.line) == (event.object_id, 1)
    assert stored.properties == {"region": "eu", "tier": "2.5"}
