"""The app is killed without warning at every boundary of the story; told to its end, everything is there once."""

from __future__ import annotations

import pytest

from tests.faults.invariants import holds_one_issued_invoice
from tests.faults.kills import Point
from tests.faults.rig import House, Json, buttons_of

APPROVE = "approval.approve"
PROCESSOR = ("customer", "draft", "lines", "finalize", "send")

STEPS = [
    *("contracts.workflow.read_back", "contracts.workflow.take_in"),
    *("approvals.workflow.read_people", "approvals.workflow.decide_click"),
    *("invoicing.workflow.begin", "invoicing.workflow.compare_totals"),
    *("invoicing.workflow.take_number", "invoicing.workflow.record_issued"),
    *("invoicing.workflow.try_write_back", "invoicing.processor_events.note"),
]
POINTS = [
    *(f"inbox:{kind}:{when}" for kind in ("deal.notice", "approval.click") for when in ("before", "after")),
    *(f"{step}:{when}" for step in STEPS for when in ("before", "after")),
    *(f"effect:processor.{kind}:{when}" for kind in PROCESSOR for when in ("begun", "done")),
    *(f"effect:crm.note:{when}" for when in ("begun", "done")),
    *(f"post:{kind}:{when}" for kind in ("card", "card_update", "reply", "file") for when in ("claimed", "sent")),
]
STRIPE = "/_vendor/stripe/v1"


def tell(house: House) -> str:
    """Close a deal, approve it, and wait for its end; whoever clicked on a dead app clicks again."""
    deal_id = house.close_deal("flat")
    house.settle()
    card = _card(house)
    house.press("dana", APPROVE, card)
    house.settle()
    if APPROVE in buttons_of(card := _card(house)):
        house.press("dana", APPROVE, card)
        house.settle()
    return deal_id


def _card(house: House) -> Json:
    (card,) = house.cards()
    return card


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_inside_the_app_changes_nothing(house: House, point: str) -> None:
    house.start(Point(point))
    deal_id = tell(house)
    assert house.deaths == 1
    holds_one_issued_invoice(house, total_minor=1_200_000, currency="USD", deal_id=deal_id)
