"""The parts of the story, as a person lives through them."""

from __future__ import annotations

from tests.faults.invariants import holds_one_issued_invoice
from tests.faults.rig import OPERATORS, House, Json, buttons_of

APPROVE = "approval.approve"
RETRY = "attention.retry"


def the_card(house: House) -> Json:
    """Return the only approval card."""
    (card,) = house.cards()
    return card


def close_and_approve(house: House) -> str:
    """Close a deal over USD 12,000, approve it as the CFO, and return its id when nothing is left to do.

    Whoever clicked while the app was dead clicks again.
    """
    deal_id = house.close_deal("flat")
    house.settle()
    approve(house)
    if APPROVE in buttons_of(the_card(house)):
        approve(house)
    return deal_id


def approve(house: House) -> None:
    """Approve as the CFO, and wait for what follows."""
    house.press("dana", APPROVE, the_card(house))
    house.settle()


def is_told_once(house: House, deal_id: str) -> None:
    """Fail unless the deal of `close_and_approve` was billed exactly once, everywhere."""
    holds_one_issued_invoice(house, total_minor=1_200_000, currency="USD", deal_id=deal_id)


def what_needs_attention(house: House) -> Json:
    """Return the only open card in the operators' channel."""
    (card,) = (one for one in house.messages(OPERATORS) if RETRY in buttons_of(one))
    return card


def try_again(house: House) -> None:
    """Press the button of what needs attention, and wait for what follows."""
    house.press("dana", RETRY, what_needs_attention(house), channel=OPERATORS)
    house.settle()


def watch_edits(house: House) -> list[str]:
    """Return a list that from now on gets the text of every change of a message."""
    seen: list[str] = []
    edit = house.workspace.messages.edit

    def noting(message: Json, changed: Json, by: str | None) -> None:
        seen.append(str(changed.get("text", "")))
        edit(message, changed, by)

    house.workspace.messages.edit = noting
    return seen
