"""What stands of what was billed: less what changes took back of it, and what credit memos gave back. Pure.

A line that takes back a part of a charge is called by that charge and the day from which it holds, and is itself a
charge of sorts: a credit memo over it charges that part again, which a later change can take back once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from flows.rating.facts import Facts

_BACK: Final = "/credit-"  # between the name of a charge and its day, in the key of what is taken back of it


@dataclass(frozen=True, slots=True)
class Standing:
    """By the key of a charge what stands of it, and by the key of what was taken back what of that is charged again."""

    of: Mapping[str, Decimal]
    again: Mapping[str, Decimal]


def standing(facts: Facts) -> Standing:
    """Add up what was billed, taken back and credited of each charge."""
    of: defaultdict[str, Decimal] = defaultdict(Decimal)
    again: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, billed in facts.billed.items():
        of[taken_back(key) or key] += billed.amount.amount
        if (parent := taken_from(key)) is not None and taken_from(parent) is not None:
            again[parent] += billed.amount.amount
    for key, credited in facts.credited.items():
        of[taken_back(key) or key] -= credited.amount
        if taken_from(key) is not None:
            again[key] -= credited.amount
    return Standing(of, {key: amount for key, amount in again.items() if amount})


def key_of_taken(key: str, since: date) -> str:
    """Return the key of what is taken back of a charge, or of a part of one that is charged again, from a day on."""
    name, start = names(key)
    return f"{name}{_BACK}{start}@{since}"


def names(key: str) -> tuple[str, str]:
    """Return what a key is of, and the first day of its charge, which the discounts of a charge share."""
    name, _, start = key.partition("@")
    return name, start


def taken_from(key: str) -> str | None:
    """Return the key of what a line of that key takes back a part; None for a line of another kind."""
    name, mark, dates = key.rpartition(_BACK)
    return f"{name}@{dates.partition('@')[0]}" if mark else None


def taken_back(key: str) -> str | None:
    """Return the key of the charge of which a line of that key takes back a part, however often; otherwise None."""
    parent = taken_from(key)
    return None if parent is None else taken_back(parent) or parent
