"""A draft that cannot be booked as it is coded: finance mends it in Slack, then it is approved and issued."""

from __future__ import annotations

from tests.scenarios.house import House
from tests.scenarios.words import Message

APPROVE, CODE, CHECK = "approval.approve", "coding.mend", "coding.check"


def cards(house: House, customer: str) -> tuple[Message, list[Message]]:
    """Return the card of the coding and the approval cards of a customer."""
    about = house.cards_about(customer)
    (coding,) = [one for one in about if "coding" in one.text]
    return coding, [one for one in about if one is not coding]


def inputs(form: Message) -> dict[str, dict[str, object]]:
    """Return the form's selects by their question."""
    return {block["block_id"]: block["element"] for block in form.raw["blocks"] if block["type"] == "input"}


def values_of(element: dict[str, object]) -> list[str]:
    options = element["options"]
    assert isinstance(options, list)
    return [option["value"] for option in options]


def test_a_coding_error_is_mended_in_slack_and_the_invoice_is_issued(house: House) -> None:
    house.close_deal("coding_error", account="Quince Clinics")
    card, approvals = cards(house, "Quince Clinics")
    assert approvals == []
    assert "Line 2: the account 4120 is no longer used; use 4115 instead." in card.words
    assert "Line 2: the department Trainings is no longer used; use Professional services instead." in card.words
    assert "needs coding" in card.words and "Nobody is asked to approve" in card.words
    form = house.modal(house.click("rita", CODE, card)["view"])
    asked = inputs(form)
    assert values_of(asked["2.account"]) == ["4000", "4010", "4100", "4110", "4115"]
    assert asked["2.account"]["initial_option"]["value"] == "4115"  # type: ignore[index]
    assert "Trainings" not in values_of(asked["2.department"]) and "Everybody" not in values_of(asked["2.department"])
    assert values_of(asked["2.place"]) == ["BER", "HAM", "NYC"]
    house.submit("rita", form.raw["id"], **{"2.place": "HAM"})
    card, (approval,) = cards(house, "Quince Clinics")
    assert "<@U0RITA> mended the coding" in card.words and CODE not in card.buttons
    assert "cost_centre CC20 (filled in)" in approval.words and "place HAM" in approval.words
    house.click("dana", APPROVE, approval)
    issued = house.cards_about("Quince Clinics")[-1]
    assert "is issued" in issued.text
    house.check_order()
