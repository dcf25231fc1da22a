"""One thing that keeps a deal from being billed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and in words for the people who sell and who bill.

    `field` names an attribute of Deal, or one of a line counted from 1: "line_2.quantity". `code` is stable. `message`
    is plain text with the source's own words quoted and shortened; whoever shows it escapes it for its place.
    """

    code: str
    field: str
    message: str


def line_field(number: int, attribute: str) -> str:
    """Name an attribute of line `number`, counted from 1."""
    return f"line_{number}.{attribute}"
