"""Taking events into storage: each key once, corrections once, and what falls into a billed period is noticed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from flows.usage.event import CONFLICT, UsageEvent
from flows.values.words import day, quoted
from storage.tables import Invoice, UsageClosing, UsageImport
from storage.tables import UsageEvent as Stored

Outcome = Literal["accepted", "duplicate", "refused"]
LONGEST_CHAIN: Final = 1000  # of corrections of corrections

_INSERT: Final = {
    name: insert(Stored.__table__).on_conflict_do_nothing().returning(Stored.__table__.c.key)  # type: ignore[attr-defined]
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one event. `late` says in words which billed period an accepted one falls into."""

    key: str
    line: int
    outcome: Outcome
    code: str = ""
    reason: str = ""
    late: str = ""


def take(session: Session, events: Sequence[UsageEvent], *, batch_id: str, at: datetime) -> list[Answer]:
    """Store the events that are new; return an answer for each, in their order.

    The same event again is a duplicate and changes nothing; the same key with other content is refused. A correction
    may come before what it corrects. What an earlier try of the same batch has stored counts as accepted.
    """
    first: dict[str, UsageEvent] = {}
    for event in events:
        first.setdefault(event.key, event)
    answers = _take_first(session, first, batch_id, at)
    late = _late_words(session, [first[key] for key, answer in answers.items() if answer.outcome == "accepted"])
    answers |= {key: replace(answers[key], late=words) for key, words in late.items()}
    return [answers[e.key] if first[e.key] is e else _again(e, first[e.key], answers[e.key]) for e in events]


def _take_first(session: Session, events: Mapping[str, UsageEvent], batch_id: str, at: datetime) -> dict[str, Answer]:
    new = _insert(session, events.values(), batch_id, at)
    known = _stored(session, [key for key in events if key not in new])
    staging = staged_imports(session)
    answers = {}
    for key, event in events.items():
        if key in new:
            answers[key] = _refuse_circle(session, event)
        elif key in known:
            answers[key] = _known_before(event, known[key], batch_id, staging)
        else:
            answers[key] = _corrected_before(session, event)
    return answers


def would_refuse(session: Session, events: Sequence[UsageEvent], *, batch_id: str) -> list[Answer | None]:
    """Return, storing nothing, for each of some events with different keys the answer that would refuse it, or None."""
    known = _stored(session, [event.key for event in events])
    staging = staged_imports(session)
    targets = {event.corrects: event.key for event in events if event.corrects is not None}
    statement = sa.select(col(Stored.corrects), col(Stored.key)).where(col(Stored.corrects).in_(targets))
    corrected = {row[0]: row[1] for row in session.execute(statement)} if targets else {}
    return [
        _known_before(event, known[event.key], batch_id, staging)
        if event.key in known
        else _corrected_by(event, corrected[event.corrects])
        if event.corrects in corrected
        else None
        for event in events
    ]


def staged_imports(session: Session) -> frozenset[str]:
    """Return the imports that are taken whole or not at all and are not finished: their events do not count yet."""
    statement = sa.select(col(UsageImport.id)).where(col(UsageImport.state) == "staging")
    return frozenset(session.execute(statement).scalars())


def stir(session: Session, meters: Collection[str], start: datetime, end: datetime) -> list[UsageClosing]:
    """Mark the billed periods of those meters between two instants (both included) as to be looked at again."""
    statement = sa.select(UsageClosing).where(
        col(UsageClosing.meter).in_(meters),
        col(UsageClosing.starts_at) <= end,
        col(UsageClosing.ends_at) > start,
        col(UsageClosing.state) != "withdrawn",
    )
    closings = list(session.execute(statement).scalars())
    for closing in closings:
        closing.state = "stirred"
        session.add(closing)
    return closings


def _insert(session: Session, events: Iterable[UsageEvent], batch_id: str, at: datetime) -> set[str]:
    team_id = session.info["team_id"]
    rows = [_row(event, team_id, batch_id, at) for event in sorted(events)]  # one order: batches cannot deadlock
    if not rows:
        return set()
    return set(session.connection().execute(_INSERT[session.get_bind().dialect.name], rows).scalars())


def _row(event: UsageEvent, team_id: str, batch_id: str, at: datetime) -> dict[str, Any]:
    return event._asdict() | {"team_id": team_id, "batch_id": batch_id, "received_at": at}


def _stored(session: Session, keys: Collection[str]) -> dict[str, Stored]:
    if not keys:
        return {}
    return {row.key: row for row in session.execute(sa.select(Stored).where(col(Stored.key).in_(keys))).scalars()}


def _known_before(event: UsageEvent, stored: Stored, batch_id: str, staging: Collection[str]) -> Answer:
    if _content(stored) != event.content:
        return refusal(event, "usage.conflict", CONFLICT.format(key=quoted(event.key)))
    if stored.batch_id == batch_id and stored.line == event.line:
        return Answer(event.key, event.line, "accepted")
    if stored.batch_id in staging and stored.batch_id != batch_id:
        return refusal(
            event, "usage.being_imported", "A file with this key is being imported, or refused; send it again later."
        )
    return Answer(event.key, event.line, "duplicate")


def _content(row: Stored) -> tuple[object, ...]:
    return UsageEvent(
        row.key,
        row.subject,
        row.meter,
        row.units,
        row.decimals,
        row.occurred_at,
        row.value,
        row.corrects,
        row.is_void,
        row.properties,
    ).content


def _corrected_before(session: Session, event: UsageEvent) -> Answer:
    statement = sa.select(col(Stored.key)).where(col(Stored.corrects) == event.corrects)
    return _corrected_by(event, session.execute(statement).scalar_one())


def _corrected_by(event: UsageEvent, other: str) -> Answer:
    return refusal(
        event,
        "usage.corrected_before",
        f"{quoted(event.corrects or '')} was corrected by {quoted(other)} already; correct that one instead.",
    )


def _refuse_circle(session: Session, event: UsageEvent) -> Answer:
    """Take a new correction back when it corrects, over others, itself: then nothing of the circle would count."""
    following, steps = event.corrects, 0
    while following is not None and following != event.key and steps < LONGEST_CHAIN:
        steps += 1
        statement = sa.select(col(Stored.corrects)).where(col(Stored.key) == following)
        following = session.execute(statement).scalar_one_or_none()
    if following is None:
        return Answer(event.key, event.line, "accepted")
    session.execute(sa.delete(Stored).where(col(Stored.key) == event.key))
    return refusal(
        event,
        "usage.circle",
        f"It corrects {quoted(event.corrects or '')}, which in the end corrects it; correct the newest of them.",
    )


def _again(event: UsageEvent, first: UsageEvent, answer: Answer) -> Answer:
    """Answer for a key that stands twice in one batch."""
    if event.content != first.content:
        return refusal(event, "usage.conflict", CONFLICT.format(key=quoted(event.key)))
    if answer.outcome == "refused":
        return replace(answer, line=event.line)
    return Answer(event.key, event.line, "duplicate")


def _late_words(session: Session, accepted: Sequence[UsageEvent]) -> dict[str, str]:
    """Say of which accepted events the period was billed already, and have it looked at again."""
    if not accepted:
        return {}
    corrected = _stored(session, [event.corrects for event in accepted if event.corrects is not None])
    spots = {e.key: [(e.meter, e.subject, e.occurred_at)] for e in accepted}
    for event in accepted:
        if event.corrects in corrected:
            old = corrected[event.corrects]
            spots[event.key].append((old.meter, old.subject, old.occurred_at))
    every = [spot for several in spots.values() for spot in several]
    instants = [at for _meter, _subject, at in every]
    closings = stir(session, {meter for meter, _subject, _at in every}, min(instants), max(instants))
    named = _invoices(session, closings)
    return {
        key: f"{day(closing.period_start)} to {day(closing.period_end)} {named[closing.reference]}; "
        "the difference goes on the next invoice"
        for key, several in spots.items()
        for closing in closings
        if any(_is_in(closing, *spot) for spot in several)
    }


def _invoices(session: Session, closings: Collection[UsageClosing]) -> dict[str, str]:
    """Return by its id how people call the invoice that billed a period: by its number, once it has one."""
    references = {closing.reference for closing in closings}
    statement = sa.select(col(Invoice.id), col(Invoice.number)).where(col(Invoice.id).in_(references))
    numbers = {row[0]: row[1] for row in session.execute(statement)} if references else {}
    drafts = {reference: number is None for reference, number in numbers.items()}
    return {
        one: "stands on a draft" if drafts.get(one) else f"was billed with {numbers.get(one) or one}"
        for one in references
    }


def _is_in(closing: UsageClosing, meter: str, subject: str, at: datetime) -> bool:
    return closing.meter == meter and subject in closing.subjects and closing.starts_at <= at < closing.ends_at


def refusal(event: UsageEvent, code: str, reason: str) -> Answer:
    """Return the answer that refuses one event."""
    return Answer(event.key, event.line, "refused", code, reason)
