"""A project by milestones: its card, the day that is asked for, the invoice at once, and everything else refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.conftest import BOTH, Street
from tests.scenarios.house import House
from tests.scenarios.words import Message

CUSTOMER = "Bramble Robotics"
REACHED = "milestone.reached"
CORRECT = "milestone.correct"


def milestones(house: House, customer: str = CUSTOMER) -> Message:
    """Return the card of the contract's milestones."""
    (card,) = [one for one in house.cards_about(customer) if "milestone" in one.text.lower()]
    return card


def buttons(card: Message, action: str = REACHED) -> list[dict[str, Any]]:
    """Return its buttons for an act, in order."""
    blocks = [block["accessory"] for block in card.raw["blocks"] if "accessory" in block]
    return [one for one in blocks if one["action_id"].startswith(action)]


@pytest.mark.parametrize("database", BOTH)
def test_a_milestone_that_is_reached_is_billed_at_once_and_once(street: Street, database: str) -> None:
    house = street.house("http", database)
    house.close_deal("milestones", account=CUSTOMER)
    card = milestones(house)
    assert card.text == f"{CUSTOMER}: 2 milestones over EUR 28,000.00 wait to be reached."
    (kick_off,) = [one for one in house.cards_about(CUSTOMER) if "approval.approve" in one.buttons]
    assert "EUR 12,000.00" in kick_off.text, "30 % of 40,000.00"
    go_live, acceptance = buttons(card)
    today = house.today().isoformat()

    view = house.press("rita", go_live["action_id"], card)["view"]
    wrong = house.do("submit", as_="rita", view_id=view, values={"day": "2031-01-01"})
    assert "still to come" in str(wrong["errors"]["day"])
    house.submit("rita", view, day=today, note="Accepted by mail")
    (asked,) = [
        one for one in house.cards_about(CUSTOMER) if "approval.approve" in one.buttons and one.ts != kick_off.ts
    ]
    assert "EUR 20,000.00" in asked.text, "50 % of 40,000.00"
    assert any("The invoice over EUR 20,000.00 is awaiting approval." in one for one in house.told("rita", card))
    after = milestones(house)
    assert after.ts == card.ts and "1 milestone over EUR 8,000.00 waits" in after.text
    assert [one["value"] for one in buttons(after)] == [acceptance["value"]]

    (correct,) = buttons(after, CORRECT)
    view = house.press("sam", correct["action_id"], after)["view"]
    wrong = house.do("submit", as_="sam", view_id=view, values={"day": today})
    assert "already" in str(wrong["errors"]["day"])
    earlier = house.today() - timedelta(days=1)
    wrong = house.do("submit", as_="sam", view_id=view, values={"day": earlier.isoformat()})
    assert "is before the contract" in str(wrong["errors"]["day"])

    before, views = len(house.messages()), house.state()["views"]
    house.press_old("sam", card, {"action_id": REACHED, "value": go_live["value"]})
    assert any("was reported before" in one for one in house.told("sam", card))
    assert len(house.messages()) == before and house.state()["views"] == views
    noted = [one for one in house.audit() if one["action"] == "milestone.reached"]
    assert noted[-1]["reason"] == "Accepted by mail" and f'"on":"{today}"' in noted[-1]["after"]
    house.check_order()


def test_a_guest_is_refused_in_words_and_nothing_is_billed(street: Street) -> None:
    house = street.house("http", "sqlite")
    customer = "Thistle Freight"
    house.close_deal("milestones", account=customer)
    card = milestones(house, customer)
    view = house.press("gus", buttons(card)[0]["action_id"], card)["view"]
    house.submit("gus", view, day=house.today().isoformat())
    assert any("Only members of this workspace can do this" in one for one in house.told("gus", card))
    assert len(buttons(milestones(house, customer))) == 2
    house.check_order()
