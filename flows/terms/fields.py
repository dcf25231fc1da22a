"""The kinds of fields that terms are made of: exact numbers, calendar days, names. None passes through a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from flows.values.currency import MINOR_UNITS
from flows.values.extension import decimals
from flows.values.words import is_unreadable

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
WHOLE_DIGITS: Final = 15
DECIMALS: Final = 12


class Frozen(BaseModel):
    """A part of the terms: cannot be changed, and knows no field that it does not name."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, coerce_numbers_to_str=True
    )


def _exact(value: Any) -> Any:
    """Take a number from its text, an int or a Decimal; a float has lost the digits that were written."""
    if isinstance(value, bool | float):
        raise ValueError(f"must be written as digits, such as 10.50, and not be given as a {type(value).__name__}")
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError("is not a plain number; write digits with a point, such as 1250.50")
        return Decimal(value.strip())
    return value


def _bounded(value: Decimal) -> Decimal:
    if not value.is_finite() or value.adjusted() >= WHOLE_DIGITS:
        raise ValueError(f"must have at most {WHOLE_DIGITS} digits before the point")
    if decimals(value) > DECIMALS:
        raise ValueError(f"must have at most {DECIMALS} decimals")
    return value


def _plain(value: Decimal) -> str:
    return f"{value:f}"


Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    AfterValidator(_bounded),
    PlainSerializer(_plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": ["string", "number"], "pattern": r"^[+-]?[0-9]+(\.[0-9]+)?$"}),
]
Amount = Annotated[Exact, Field(ge=0)]
"""Money in the currency of the contract, as an exact number; not negative."""
Quantity = Annotated[Exact, Field(ge=0)]
Percent = Annotated[Exact, Field(gt=0, le=100)]
"""A percentage above 0 and up to 100: 12.5 is twelve and a half percent."""


def _day(value: Any) -> Any:
    if isinstance(value, datetime):
        raise ValueError("must be a day without a time, such as 2026-01-31")
    if isinstance(value, str):
        if not _DAY.fullmatch(value.strip()):
            raise ValueError("must be a day such as 2026-01-31")
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError("is not a day of the calendar") from None
    if not isinstance(value, date):
        raise ValueError("must be a day such as 2026-01-31")
    return value


def _calendar(value: date) -> date:
    if not 1970 <= value.year <= 2199:
        raise ValueError("must lie in the years 1970 to 2199")
    return value


Day = Annotated[date, BeforeValidator(_day), AfterValidator(_calendar)]


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; write something or remove it")
    if is_unreadable(value):
        raise ValueError("has control characters or line breaks; write it on one line")
    return value.strip()


def _lines_of_text(value: str) -> str:
    if not value.strip() or is_unreadable(value, lines=True) or "\t" in value:
        raise ValueError("must be readable text without control characters")
    return "\n".join(line.strip() for line in value.strip().splitlines())


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("must be at most 64 letters, digits or - _ . characters, such as seats")
    return value


def _currency(value: str) -> str:
    if value not in MINOR_UNITS:
        raise ValueError("is not an ISO 4217 currency; use a code such as USD or EUR")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("is not a time zone; use a name such as Europe/Berlin") from None
    return value


Text = Annotated[str, Field(max_length=300), AfterValidator(_text)]
Lines = Annotated[str, Field(max_length=1000), AfterValidator(_lines_of_text)]
Id = Annotated[str, AfterValidator(_id)]
Currency = Annotated[str, AfterValidator(_currency)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


def _pairs(value: Any) -> Any:
    if isinstance(value, list):
        raise ValueError("must be a table: names with values below it")
    if isinstance(value, Mapping):
        if nested := [name for name, text in value.items() if isinstance(text, list | dict)]:
            raise ValueError(f"must have one text for each name, and {nested[0]} has more")
        return tuple(sorted((name, text) for name, text in value.items()))
    return value


def _distinct(value: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    if len({name for name, _ in value}) != len(value):
        raise ValueError("names a dimension twice")
    return tuple(sorted(value))


Dimensions = Annotated[
    tuple[tuple[Text, Text], ...],
    BeforeValidator(_pairs),
    AfterValidator(_distinct),
    PlainSerializer(dict, return_type=dict[str, str]),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}}),
]
"""Dimension and value, sorted by dimension; written as a table."""
