"""How the rows of the audit trail are chained: docs/audit.md tells an auditor the same in ten lines of Python.

The hash of a row is the SHA-256, in lower-case hexadecimal, of its columns in the order of HASHED, each written as a
netstring: the number of its UTF-8 bytes in decimal digits, a colon, the bytes, a comma. The lengths make it impossible
to move text from one column into the next. `seq` is written in decimal digits; `prev_hash` is the hash of the row
before, or GENESIS in the first row.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

GENESIS = "0" * 64

HASHED = (
    "prev_hash",
    "seq",
    "id",
    "team_id",
    "at",
    "actor_type",
    "actor",
    "action",
    "object_type",
    "object_id",
    "before",
    "after",
    "reason",
    "evidence",
)


def hash_of(values: Iterable[bytes]) -> str:
    """Return the hash of a row, given the UTF-8 bytes of its columns in the order of HASHED."""
    return sha256(b"".join([b"%d:%s," % (len(value), value) for value in values])).hexdigest()
