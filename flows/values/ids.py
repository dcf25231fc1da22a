"""Identifiers: a prefix that tells what it is, then 26 characters that sort by the time they were made.

The characters are a ULID's (Crockford base 32: 48 bits of Unix milliseconds, 80 random bits), in lower case.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str, at: datetime) -> str:
    """Return a fresh id such as `inv_01jdc…`; ids made in later milliseconds sort later."""
    millisecond = (at - _EPOCH) // timedelta(milliseconds=1)  # exact; a float would fall into the one before at times
    number = (millisecond << 80) | secrets.randbits(80)
    return f"{prefix}_" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
