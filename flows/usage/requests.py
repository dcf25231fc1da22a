"""Usage that a program sends: JSON read into events, and taken with an answer for each, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flows.durable import Engine
from flows.errors import BadInput
from flows.inbox import Delivery, record_all
from flows.usage.event import EventRefused, ReadingRules, UsageEvent, read_event, read_name
from flows.usage.intake import Answer, take
from flows.values.clock import Clock
from flows.values.ids import new_id
from flows.values.words import quoted
from storage import audit
from storage.database import Database

MOST_EVENTS: Final = 1_000
MOST_PROPERTIES: Final = 20
MOST_NAMED: Final = 20  # in the audit trail, of what is late or refused in one request
BATCH: Final = "usage.batch"
EXAMPLE: Final = (
    '{"events": [{"key": "…", "customer": "…", "meter": "…", "quantity": "1.5", '
    '"occurred_at": "2026-11-05T14:30:00Z"}]}'
)

_SUBJECTS: Final = ("customer", "contract", "subject")
_TEXTS: Final = ("key", "meter", "quantity", "occurred_at", "value", "corrects")
_FIELDS: Final = frozenset({*_SUBJECTS, *_TEXTS, "void", "properties"})


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of the JSON text, digit by digit as it was written."""

    text: str


def read_request(body: bytes, now: datetime) -> list[UsageEvent | Answer]:
    """Return the events of a request, and for each that cannot be read the answer that refuses it, in their order.

    The body is one event, or {"events": [...]} with at most 1,000. Raises BadInput when it is neither.
    """
    rules = ReadingRules.at(now)
    found: list[UsageEvent | Answer] = []
    for place, said in enumerate(_events(body), start=1):
        try:
            found.append(_event(said, rules, place))
        except EventRefused as refused:
            key = said.get("key") if isinstance(said, dict) else None
            found.append(Answer(key if isinstance(key, str) else "", place, "refused", refused.code, str(refused)))
    return found


def receive(
    database: Database, engine: Engine, clock: Clock, *, team_id: str, signature: str, body: bytes
) -> list[Answer]:
    """Take the events of a signed request and queue what follows from them; all of that, or nothing of it.

    `signature` is the request's own: Raises BadInput for one that came before, and for a
    malformed body.
    """
    now = clock.now()
    said = read_request(body, now)
    batch_id = new_id("ubt", now)
    with database.begin(team_id) as session:
        delivery = Delivery(team_id, BATCH, signature, {"batch_id": batch_id})
        if record_all(session, engine, clock, [delivery]) == [False]:
            raise BadInput(
                "This very request was taken before; nothing was done again. Sign a new one to send its events again.",
                code="webhook.replayed",
                status=409,
            )
        events = [one for one in said if isinstance(one, UsageEvent)]
        taken = iter(take(session, events, batch_id=batch_id, at=now))
        answers = [one if isinstance(one, Answer) else next(taken) for one in said]
        audit.append(
            session,
            action="usage.received",
            object_type="usage",
            object_id=batch_id,
            actor=audit.SYSTEM("webhook"),
            at=now,
            after=counts(answers),
            evidence={
                "signature": signature,
                "late": sorted({answer.late for answer in answers} - {""})[:MOST_NAMED],
                "refused": [[a.key, a.code] for a in answers if a.outcome == "refused"][:MOST_NAMED],
            },
        )
    return answers


def counts(answers: Sequence[Answer]) -> dict[str, int]:
    """Return how many were accepted, duplicates, refused."""
    names = {"accepted": "accepted", "duplicate": "duplicates", "refused": "refused"}
    return {name: sum(answer.outcome == outcome for answer in answers) for outcome, name in names.items()}


def _events(body: bytes) -> list[Any]:
    try:
        said = json.loads(body, parse_float=_Number, parse_int=_Number, parse_constant=_Number)
    except (ValueError, RecursionError):
        raise BadInput(f"The body is not JSON; send {EXAMPLE}.", code="webhook.not_json") from None
    events = said.get("events", [said]) if isinstance(said, dict) else None
    if not isinstance(events, list) or not events:
        raise BadInput(f"The body has no events; send {EXAMPLE}.", code="usage.no_events")
    if len(events) > MOST_EVENTS:
        raise BadInput(
            f"The request has {len(events):,} events; {MOST_EVENTS:,} are the most. Send several requests, or a file "
            "(dunwell usage import).",
            code="usage.too_many",
            status=413,
        )
    return events


def _event(said: Any, rules: ReadingRules, place: int) -> UsageEvent:
    if not isinstance(said, dict):
        raise EventRefused("It is not an object with key, customer, meter …", code="usage.bad_event")
    if unknown := sorted(set(said) - _FIELDS):
        raise EventRefused(
            f"The field {quoted(unknown[0])} is not known; put what is yours into properties.", code="usage.bad_event"
        )
    texts = {name: _text(said, name) for name in _TEXTS}
    texts["subject"] = _subject(said)
    texts["void"] = _void(said.get("void"))
    return read_event(texts, rules, place, _properties(said.get("properties")))


def _subject(said: Mapping[str, Any]) -> str:
    given = [name for name in _SUBJECTS if said.get(name) is not None]
    if len(given) > 1:
        raise EventRefused(f"{given[0]} and {given[1]} both say whose usage it is; send one.", code="usage.bad_subject")
    return _text(said, given[0]) if given else ""


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if value is None:
        return ""
    if isinstance(value, _Number) and name == "quantity":
        return value.text
    if not isinstance(value, str):
        raise EventRefused(f"{name} must be text in quotation marks.", code=f"usage.bad_{name}")
    return value


def _void(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "true" if value else ""
    raise EventRefused("void must be true or false.", code="usage.bad_void")


def _properties(value: Any) -> dict[str, str] | None:
    """Return properties as text; a number is kept as it was written."""
    if value is None:
        return None
    if not isinstance(value, dict) or len(value) > MOST_PROPERTIES:
        raise EventRefused(
            f"properties must be an object of at most {MOST_PROPERTIES} texts.", code="usage.bad_properties"
        )
    return {read_name("property", name): _property(one) for name, one in sorted(value.items())} or None


def _property(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _Number):
        value = value.text
    if not isinstance(value, str):
        raise EventRefused("A property must be text, a number, true or false.", code="usage.bad_properties")
    return read_name("property", value) if value.strip() else ""
