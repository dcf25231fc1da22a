"""A deal, or changes to one, as a script gives it: what each key may hold, before anything is written.

Salesforce's fields cannot hold a date that is none or a price that is no number; neither may what is told to it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

DEAL_KEYS: Final = frozenset(
    {
        "kind", "name", "account", "currency", "contact_email", "lines", "terms", "po_number", "start", "end", "owner",
        "amount", "close_date",
    }
)  # fmt: skip
LINE_KEYS: Final = frozenset({"product", "description", "quantity", "unit_price", "billing", "frequency"})
_DATES: Final = frozenset({"start", "end", "close_date"})
_NUMBERS: Final = frozenset({"amount", "quantity", "unit_price"})


def read_deal(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the deal with texts as texts, dates as dates and numbers as Decimal.

    Raises ValueError, in a sentence, for an unknown key and for what a key cannot hold.
    """
    _known("deal", given, DEAL_KEYS)
    return read_values(given)


def read_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a deal, or of changes to one, read by their keys; keys of no deal are left as they are."""
    return {key: _value(key, value) for key, value in given.items()}


def _value(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in _NUMBERS:
        return _number(key, value)
    if key in _DATES:
        return _date(key, value)
    if key == "lines":
        return [_line(one) for one in _list(value)]
    return _text(key, value) if key in DEAL_KEYS | LINE_KEYS else value


def _line(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"Each of `lines` is an object with {', '.join(sorted(LINE_KEYS))}.")
    _known("line", given, LINE_KEYS)
    return read_values(given)


def _known(what: str, given: Mapping[str, Any], keys: frozenset[str]) -> None:
    if unknown := sorted(set(given) - keys):
        raise ValueError(f"A {what} has no {', '.join(unknown)}; it has {', '.join(sorted(keys))}.")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"`lines` is a list of objects with {', '.join(sorted(LINE_KEYS))}.")
    return list(value)


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"`{key}` is a text, not {value!r}.")
    return str(value)


def _date(key: str, value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ValueError(f"`{key}` is a date such as 2026-12-24, not {value!r}.") from None


def _number(key: str, value: Any) -> Decimal:
    try:
        held = Decimal(str(value))
    except InvalidOperation:
        held = Decimal("NaN")
    if isinstance(value, bool) or not held.is_finite():
        raise ValueError(f"`{key}` is a number, not {value!r}.")
    return held
