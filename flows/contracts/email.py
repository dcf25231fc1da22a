"""What may stand after "To:" when an invoice is sent."""

from __future__ import annotations

import re
from typing import Final

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST = 254
_LONGEST_LOCAL = 64


def email_fault(address: str) -> str | None:
    """Return what is wrong with an address, in words that end a sentence, or None when mail can be sent to it.

    One bare address of RFC 5321 is allowed: no display name, no list, no quoted part, and no blank or line break
    anywhere, which is how mail headers are forged.
    """
    if any(ord(c) < 32 or ord(c) == 127 for c in address):
        return "has a line break or another control character in it"
    if any(c in address for c in ",;"):
        return "looks like several addresses; give one"
    if any(c in address for c in '<>"()[]\\:'):
        return "must be the bare address, such as ap@example.com"
    if any(c.isspace() for c in address):
        return "has a blank in it"
    if not address.isascii():
        return "has letters outside A to Z; write the domain in its xn-- form"
    return _shape_fault(address)


def _shape_fault(address: str) -> str | None:
    local, at, domain = address.partition("@")
    if not at or "@" in domain or not local or not domain:
        return "needs one @ with a name before it and a domain after it"
    if len(address) > _LONGEST or len(local) > _LONGEST_LOCAL:
        return "is too long"
    if not _LOCAL.fullmatch(local):
        return "has a misplaced dot or another sign before the @ that mail does not carry"
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return "has a domain that cannot exist"
    return None
