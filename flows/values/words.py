"""How rules speak of what a source wrote: quoted, shortened, and never able to look like our own words."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Final

from flows.values.currency import MINOR_UNITS
from flows.values.extension import format_price, format_quantity
from flows.values.money import format_amount

SHOWN: Final = 40  # characters of the source's text in a message
_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they reorder text around them
_DIGITS_SHOWN: Final = 30


def is_unreadable(text: str, *, lines: bool = False) -> bool:
    """Tell whether text has control characters, halves of characters, or marks that reorder what stands around them.

    Line breaks are allowed only where the field may have several `lines`.
    """
    if text.isprintable():  # nothing that is hidden is: most text is told quickly
        return False
    return any(_is_hidden(character) and not (lines and character in "\r\n\t") for character in text)


def shortened(text: str, length: int = SHOWN) -> str:
    """Return text on one line, without hidden characters, cut to `length` with an ellipsis."""
    plain = " ".join("".join(" " if _is_hidden(c) else c for c in text[: length * 20]).split())
    return plain if len(plain) <= length and len(text) <= length * 20 else plain[: length - 1].rstrip() + "…"


def quoted(text: str, length: int = SHOWN) -> str:
    """Return what a source wrote between quotation marks, on one line, shortened."""
    return f"“{shortened(text, length)}”"


def day(value: date) -> str:
    """Write a date as people read it: 23 Dec 2026."""
    return f"{value.day} {value:%b} {value.year}"


def number(value: Decimal) -> str:
    """Write any number at all, also one that is none, in at most some 30 characters."""
    if not value.is_finite() or abs(value.adjusted()) > _DIGITS_SHOWN or len(value.as_tuple().digits) > _DIGITS_SHOWN:
        return shortened(str(value), _DIGITS_SHOWN)
    return format_quantity(value)


def amount(value: Decimal, currency: str | None) -> str:
    """Write an amount with its currency where both make sense: USD 2,400.00; else the bare number."""
    if currency not in MINOR_UNITS or not value.is_finite() or abs(value.adjusted()) > _DIGITS_SHOWN:
        return number(value)
    return f"{currency} {format_amount(value, currency)}"


def price(value: Decimal, currency: str | None) -> str:
    """Write a unit price with its currency and all its decimals: USD 0.0125."""
    if currency not in MINOR_UNITS or number(value) != _plain(value):
        return number(value)
    return f"{currency} {format_price(value, currency)}"


def _plain(value: Decimal) -> str | None:
    if not value.is_finite() or abs(value.adjusted()) > _DIGITS_SHOWN:
        return None
    return format_quantity(value)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _OVERRIDES
