"""Payment terms: how many days after the invoice date the money is due."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from flows.errors import UserError

LONGEST_DAYS: Final = 365
_ON_RECEIPT: Final = re.compile(
    r"(?:payment |payable |due )*(?:(?:up)?on receipt(?: of invoice)?|immediately|immediate|now)|immediate payment"
)
_DAYS: Final = re.compile(
    r"(?:payment |payable |due |terms )*(?:net ?|n ?/? ?)?(?:in |within )?(?P<days>[0-9]{1,4}|[a-z]+(?: five)?) ?"
    r"(?:d|days?)?(?: net)?(?: (?:from|after|of) (?:the )?(?:invoice(?: date)?|date of invoice|receipt))?"
)
_WORDS: Final = {
    "seven": 7,
    "ten": 10,
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty five": 45,
    "sixty": 60,
    "ninety": 90,
}


class UnknownTerms(UserError):
    """Payment terms that do not plainly say when to pay; `examples` are terms that would."""

    code = "terms.unknown"

    def __init__(self, terms: str, examples: str = '"Net 30" (0 to 365 days) or "Due on receipt"') -> None:
        self.terms = terms
        super().__init__(f"Write the payment terms as {examples}.")


def parse_terms(text: str) -> int:
    """Return the days in terms as people write them: "Net 30", "NET-45", "30 days net", "n/60", "Due upon receipt".

    Anything that says more than a number of days (a discount, the end of a month, instalments) is refused rather than
    half understood; flows.schedule.read_payment_terms reads those. Raises UnknownTerms.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".").replace(":", " ")
    plain = re.sub(r"(?<=[a-z])[-_](?=[a-z0-9])|(?<=[0-9])-(?=[a-z])", " ", plain)
    plain = re.sub(r"\s+", " ", plain)
    if _ON_RECEIPT.fullmatch(plain):
        return 0
    found = _DAYS.fullmatch(plain)
    if found is None:
        raise UnknownTerms(text)
    said = found["days"]
    days = int(said) if said.isdigit() else _WORDS.get(said)
    if days is None or days > LONGEST_DAYS:
        raise UnknownTerms(text)
    return days


def format_terms(days: int) -> str:
    """Write terms in the one way that invoices show: 30 is "Net 30", 0 is "Due on receipt"."""
    return f"Net {days}" if days else "Due on receipt"
