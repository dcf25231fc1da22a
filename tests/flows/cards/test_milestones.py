"""Milestone cards hold whatever stands in their fields; what is typed in the form is read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from flows.billing.milestone_cards import (
    DAY,
    NOTE,
    MilestoneButton,
    correct_modal,
    milestones_card,
    reached_modal,
    read_reached,
)
from flows.billing.milestones import MilestonesView
from flows.values.money import format_money
from tests.flows.cards.milestones import MANY, any_milestones
from tests.flows.cards.reading import words
from tests.flows.cards.test_what_always_holds import sound


@settings(max_examples=25)
@given(any_milestones)
def test_a_card_and_its_form_hold_whatever_their_fields_say(view: MilestonesView) -> None:
    card = milestones_card(view)
    sound(card)
    if view.state == "active":
        shown = words(card)
        assert all(format_money(line.amount) in shown for line in view.waiting[:15]), "no amount is cut"
    sound(reached_modal("{}", view, view.lines[0]))
    sound(correct_modal("{}", view, replace(view.lines[0], reached_on=view.today)))


def test_what_is_not_shown_is_counted_with_its_sum() -> None:
    assert "and 25 more over EUR 25,000.00" in words(milestones_card(MANY))


def test_a_button_says_which_milestone_and_one_that_is_not_ours_says_nothing() -> None:
    button = MilestoneButton("con_1", "00k1.go-live")
    assert MilestoneButton.parse(button.dump()) == button
    again = MilestoneButton("con_1", "00k1.go-live", date(2026, 11, 12))
    assert MilestoneButton.parse(again.dump()) == again
    assert MilestoneButton.parse('["con_1", "m", "soon"]') is None
    assert [MilestoneButton.parse(value) for value in (None, "", "{", "[]", "[1]", "3", "null")] == [None] * 7


@pytest.mark.parametrize(
    ("picked", "note", "read"),
    [("2026-11-23", " by mail ", (date(2026, 11, 23), "by mail")), (None, None, (None, "")), ("soon", "", (None, ""))],
)
def test_what_was_typed_is_read(picked: str | None, note: str | None, read: tuple[date | None, str]) -> None:
    assert read_reached({DAY: {DAY: {"selected_date": picked}}, NOTE: {NOTE: {"value": note}}}) == read
    assert read_reached({}) == (None, "")
