"""Salesforce's record ids: 15 letters whose case matters, and the 18-letter form that survives losing the case."""

from __future__ import annotations

import re
import string
from typing import Final

_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SUFFIX: Final = string.ascii_uppercase + "012345"
_SHAPE: Final = re.compile(r"[0-9A-Za-z]{15}([0-9A-Z]{3})?")


def record_id(prefix: str, number: int) -> str:
    """Return the 18-letter id of the `number`-th record of the object whose ids begin with `prefix`."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return with_suffix(f"{prefix}Dw000{digits.rjust(7, '0')}")


def with_suffix(short: str) -> str:
    """Return the 18-letter form of a 15-letter id."""
    suffix = ""
    for start in (0, 5, 10):
        capitals = sum(1 << place for place, letter in enumerate(short[start : start + 5]) if letter.isupper())
        suffix += _SUFFIX[capitals]
    return short + suffix


def full_id(given: str) -> str | None:
    """Return the 18-letter form of a given id of 15 or 18 letters; None when it has another shape."""
    if not _SHAPE.fullmatch(given):
        return None
    return with_suffix(given[:15])
