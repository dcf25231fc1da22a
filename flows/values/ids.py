"""Identifiers: a prefix that tells what it is, then 26 characters that sort by the time they were made.

The characters are a ULID's (Crockford base 32: 48 bits of Unix milliseconds, 80 random bits), in lower case.
"""

from __future__ import annotations

import secrets
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str, at: datetime) -> str:
    """Return a fresh id such as `inv_01jdc…`; ids made in later milliseconds sort later."""
    number = (int(at.timestamp() * 1000) << 80) | secrets.randbits(80)
    return f"{prefix}_" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
