"""One usage event, read from what a source wrote. Nothing passes through a float, and nothing is guessed.

A quantity is kept as whole `units` and the number of its `decimals`, so that sums are exact integers: 1.50 is 15 and 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from flows.errors import BadInput
from flows.values.words import is_unreadable, quoted

LONGEST: Final = {"key": 200, "subject": 128, "meter": 64, "value": 200, "corrects": 200, "property": 200}
MOST_DIGITS: Final = 18
MOST_DECIMALS: Final = 12
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9998, 12, 31, tzinfo=UTC)
AHEAD: Final = timedelta(hours=1)  # clocks of meters that run fast
CONFLICT: Final = (
    "The key {key} came before in this file with other content; to change what it said, send a new key with corrects."
)

_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]*\.?[0-9]+[eE][+-]?[0-9]+")
_SEPARATED = re.compile(r"[0-9]+([,.'’ \u00a0\u202f_])[0-9].*")
_YES: Final = frozenset({"void", "true", "yes", "y", "1", "x"})
_NO: Final = frozenset({"", "false", "no", "n", "0"})
_CALLED: Final = {
    "key": "the key",
    "subject": "the customer or contract",
    "meter": "the meter",
    "value": "the value",
    "corrects": "the key of what it corrects",
    "property": "the property",
}


class EventRefused(BadInput):
    """One usage event cannot be taken; the others can. The instance's code says which rule it breaks."""

    code = "usage.refused"


class UsageEvent(NamedTuple):
    """One event as it counts: `units` x 10^-`decimals` of `meter` by `subject` (a contract or customer) at an instant.

    `value` is what unique_count counts. An event with `corrects` stands in place of the one with that key; when
    `is_void` it only takes it away. `line` is its place in the file or request; the first is 1.
    """

    key: str
    subject: str
    meter: str
    units: int
    decimals: int
    occurred_at: datetime
    value: str | None = None
    corrects: str | None = None
    is_void: bool = False
    properties: Mapping[str, str] | None = None
    line: int = 1

    @property
    def quantity(self) -> Decimal:
        """The exact quantity."""
        return exact(self.units, self.decimals)

    @property
    def content(self) -> tuple[object, ...]:
        """Everything but the key and the place: two deliveries with the same key must have the same."""
        return (*self[1:9], tuple(sorted(self.properties.items())) if self.properties else None)


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """How times are read: `zone` is that of times without one (None: they are refused); later than `not_after`, an
    event is in the future and refused (None: it may be, as in a forecast)."""

    zone: str | None = None
    not_after: datetime | None = None

    @classmethod
    def at(cls, now: datetime, zone: str | None = None) -> ReadingRules:
        """Return the rules for events that are received `now`: an hour ahead of it is the most."""
        return cls(zone, now + AHEAD)


def exact(units: int, decimals: int) -> Decimal:
    """Return `units` x 10^-`decimals`, however many digits it has: (1250, 2) is 12.50."""
    sign, digits, _ = Decimal(units).as_tuple()
    return Decimal((sign, digits, -decimals))


def read_event(said: Mapping[str, str], rules: ReadingRules, line: int, properties: Any = None) -> UsageEvent:
    """Return the event that the texts say. Raises EventRefused with the first thing that is wrong, in words.

    `said` has key, subject, meter, quantity and occurred_at; value, corrects and void may be missing or empty.
    """
    key = read_name("key", said.get("key", ""))
    subject = read_name("subject", said.get("subject", ""))
    meter = read_name("meter", said.get("meter", ""))
    value = read_name("value", said["value"]) if said.get("value", "").strip() else None
    corrects = read_name("corrects", said["corrects"]) if said.get("corrects", "").strip() else None
    is_void = _read_void(said.get("void", ""), corrects)
    if corrects == key:
        raise EventRefused("It corrects itself; give the correction a key of its own.", code="usage.corrects_itself")
    units, decimals = _read_units(said.get("quantity", "").strip(), value, is_void)
    at = read_instant(said.get("occurred_at", ""), rules)
    return UsageEvent(key, subject, meter, units, decimals, at, value, corrects, is_void, properties, line)


def read_name(part: str, text: str) -> str:
    """Return a name without outer blanks. Raises EventRefused when it is missing, too long or not readable text."""
    name = text.strip()
    if not name:
        raise EventRefused(f"It does not say {_CALLED[part]}.", code=f"usage.no_{part}")
    if not name.isprintable() and is_unreadable(name):
        if any("\udc80" <= character <= "\udcff" for character in name):
            raise EventRefused(
                f"{_CALLED[part].capitalize()} is not UTF-8 text; save the file as UTF-8.", code="usage.encoding"
            )
        raise EventRefused(
            f"{_CALLED[part].capitalize()} has control characters; remove them.", code=f"usage.bad_{part}"
        )
    if len(name) > LONGEST[part]:
        raise EventRefused(
            f"{_CALLED[part].capitalize()} has {len(name)} characters; {LONGEST[part]} are the most.",
            code=f"usage.bad_{part}",
        )
    return name


def read_units(text: str) -> tuple[int, int]:
    """Return a quantity as whole units and decimals: "1.50" is (15, 1), "100" is (100, 0).

    Raises EventRefused for what is not a plain number of digits with at most one point: thousands separators and
    decimal commas are not told apart, and scientific notation is what a spreadsheet leaves of digits it has lost.
    """
    found = _NUMBER.fullmatch(text) if text.isascii() else None
    if found is None:
        raise EventRefused(_why_no_number(text), code="usage.bad_quantity")
    decimals = (found[2] or "").rstrip("0")
    digits = (found[1] + decimals).lstrip("0")
    if len(digits) > MOST_DIGITS or len(decimals) > MOST_DECIMALS:
        raise EventRefused(
            f"The quantity {quoted(text)} has too many digits: {MOST_DIGITS} are the most, {MOST_DECIMALS} of them "
            "after the point.",
            code="usage.bad_quantity",
        )
    return int(digits or "0"), len(decimals)


def read_instant(text: str, rules: ReadingRules) -> datetime:
    """Return an instant in UTC. Raises EventRefused for what is no time, has no zone, or cannot be so early or late."""
    try:
        if "\0" in text:
            raise ValueError  # Python reads a time with one at its end
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise EventRefused(
            f"{quoted(text) if text.strip() else 'Nothing'} is not a time; write it as 2026-11-05T14:30:00Z.",
            code="usage.bad_time",
        ) from None
    if not EARLIEST.year <= at.year <= LATEST.year:
        raise EventRefused(f"The year {at.year} is not one of usage.", code="usage.bad_time")
    at = (at if at.tzinfo is not None else _local(at, text, rules.zone)).astimezone(UTC)
    if at < EARLIEST:
        raise EventRefused(f"The time {quoted(text)} is before the year 2000.", code="usage.bad_time")
    if rules.not_after is not None and at > rules.not_after:
        raise EventRefused(
            f"The time {quoted(text)} is in the future; send usage when it has happened.", code="usage.future"
        )
    return at


def _local(at: datetime, text: str, zone: str | None) -> datetime:
    """Read a time without an offset in a zone, unless it names an hour that was skipped or came twice."""
    if zone is None:
        raise EventRefused(
            f"The time {quoted(text)} has no time zone; end it with Z or an offset such as +01:00, or name the zone of "
            "the whole file (--zone).",
            code="usage.no_zone",
        )
    first = at.replace(tzinfo=ZoneInfo(zone))
    if first.utcoffset() != first.replace(fold=1).utcoffset() and not _is_day(text):
        twice = first.astimezone(UTC).astimezone(first.tzinfo).replace(tzinfo=None) == at
        raise EventRefused(
            f"The time {quoted(text)} {'came twice' if twice else 'did not exist'} in {zone}, where the clocks were "
            "moved; write its offset, such as +01:00.",
            code="usage.bad_time",
        )
    return first


def _is_day(text: str) -> bool:
    """Tell a day without a time of day: it stands for its first instant, which there always is."""
    return len(text.strip()) <= len("2026-11-05")


def _read_units(text: str, value: str | None, is_void: bool) -> tuple[int, int]:
    if is_void:
        if text and read_units(text)[0]:
            raise EventRefused("A void counts nothing; leave its quantity empty.", code="usage.bad_quantity")
        return 0, 0
    if not text and value is not None:
        return 1, 0
    return read_units(text)


def _read_void(text: str, corrects: str | None) -> bool:
    plain = text.strip().casefold()
    if plain in _NO:
        return False
    if plain not in _YES:
        raise EventRefused(f"void is {quoted(text)}; write true or leave it empty.", code="usage.bad_void")
    if corrects is None:
        raise EventRefused("A void must say in corrects which key it takes away.", code="usage.bad_void")
    return True


def _why_no_number(text: str) -> str:
    if not text:
        return "It has no quantity."
    if text.startswith("-"):
        return f"The quantity {quoted(text)} is negative; take usage back with a correction (corrects)."
    if _SCIENTIFIC.fullmatch(text):
        return f"The quantity {quoted(text)} is in scientific notation, which drops digits; write all of them."
    if _SEPARATED.fullmatch(text):
        return (
            f"The quantity {quoted(text)} has separators; write digits with a point for decimals only, such as 1250.5."
        )
    return f"The quantity {quoted(text)} is not a number; write digits, such as 1250.5."
