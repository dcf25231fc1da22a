"""What callers of the demo interface say, read generously: numbers may be texts, a date stands for its first instant.

Each reader raises DemoRefused, in a sentence that names the key, for what cannot be meant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from bot.sandbox.errors import DemoRefused

Json = dict[str, Any]
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)  # where the demo's clock ends
_WHEN: Final = "`until`, a date or an instant such as 2026-12-24T09:00:00+00:00"
_DAYS: Final = f"Say `days`, a number above 0, or {_WHEN}."


def word(body: Json, name: str) -> str:
    """Return the text under `name`, which must be there; a number counts as its digits."""
    value = optional_word(body, name)
    if value is None:
        raise DemoRefused(f"Say `{name}`, a string.")
    return value


def optional_word(body: Json, name: str) -> str | None:
    """Return the text under `name`, or None when there is none."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DemoRefused(f"Say `{name}`, a string.")
    return str(value)


def whole(value: Any, name: str) -> int:
    """Return a whole number of 0 or more."""
    if isinstance(value, bool) or not str(value).isdecimal():
        raise DemoRefused(f"`{name}` must be a whole number.")
    return int(value)


def seconds(value: Any, name: str) -> float:
    """Return a number of seconds between none and a day."""
    held = _number(value)
    if held is None or not 0 <= held <= 86400:
        raise DemoRefused(f"`{name}` must be a number of seconds, at most 86,400.")
    return float(held)


def target(body: Json, now: datetime) -> datetime:
    """Return the instant to which `days` or `until` moves the clock; a date that has begun is where it stands."""
    until = body.get("until")
    at = now + _days(body.get("days")) if until is None else _instant(until, now)
    if at < now:
        raise DemoRefused("The demo clock only goes forward.")
    if at > LATEST:
        raise DemoRefused(f"The demo clock ends on {LATEST.date().isoformat()}.")
    return at


def _days(value: Any) -> timedelta:
    days = _number(value)
    if days is None or days <= 0:
        raise DemoRefused(_DAYS)
    return timedelta(days=float(min(days, Decimal(40_000))))  # more than are left in any case


def _instant(value: Any, now: datetime) -> datetime:
    """Return the instant of a text; a number is Unix time in seconds, as in a message's `ts`."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return _unix(value)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return now if _is_date(value) and at.date() == now.date() else at


def _unix(value: Any) -> datetime:
    seconds_since = _number(value)
    if seconds_since is None or seconds_since <= 0:
        raise DemoRefused(f"{value!r} is not a date or an instant such as 2026-12-24T09:00:00+00:00.")
    return datetime.fromtimestamp(float(min(seconds_since, Decimal(2**33))), UTC)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(value: Any) -> Decimal | None:
    """Return a finite number, given as one or in digits; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        held = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return held if held.is_finite() else None
