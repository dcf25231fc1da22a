"""Stripe commits and loses its answer, ignores its idempotency keys, answers a stored error for ever, answers late."""

from __future__ import annotations

import pytest

from tests.faults.rig import OPERATORS, House, buttons_of
from tests.faults.story import (
    RETRY,
    approve,
    close_and_approve,
    is_told_once,
    the_card,
    try_again,
    watch_edits,
    what_needs_attention,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHANGES = ("customers.create", "invoices.create", "invoiceitems.create", "invoices.finalize", "invoices.send")
UNSURE = "Sent, not confirmed"


def break_stripe(house: House, kind: str, method: str | None = None, count: int = 1) -> None:
    assert house.do("fault", where="stripe", kind=kind, method=method, count=count)["ok"]


@pytest.mark.parametrize("method", CHANGES)
def test_a_commit_whose_answer_was_lost_is_found_and_not_repeated(house: House, method: str) -> None:
    house.start()
    break_stripe(house, "drop_after", method)
    is_told_once(house, close_and_approve(house))


@pytest.mark.nightly
@pytest.mark.parametrize("method", CHANGES)
def test_a_commit_that_answers_500_for_ever_under_its_key_is_found(house: House, method: str) -> None:
    house.start()
    break_stripe(house, "stored_500_after", method)
    is_told_once(house, close_and_approve(house))


def test_idempotency_keys_that_are_ignored_are_not_needed(house: House) -> None:
    house.start()
    break_stripe(house, "ignore_idempotency", count=0)
    for method in CHANGES:
        break_stripe(house, "drop_after", method)
    is_told_once(house, close_and_approve(house))


@pytest.mark.parametrize("kind", ["5xx", "429", "drop_before", "stored_500"])
def test_an_answer_after_the_second_try_is_enough(house: House, kind: str) -> None:
    house.start()
    for method in CHANGES:
        break_stripe(house, kind, method, count=2)
    is_told_once(house, close_and_approve(house))


def test_while_nobody_knows_the_card_says_so_and_then_that_it_is_known(house: House) -> None:
    house.start()
    edits = watch_edits(house)
    break_stripe(house, "drop_after", "invoices.create")
    break_stripe(house, "5xx", "invoices.list", count=2)
    deal_id = close_and_approve(house)
    assert any(UNSURE in text for text in edits), edits
    is_told_once(house, deal_id)


def test_a_stored_error_for_ever_ends_with_a_person_and_her_button_completes_it(house: House) -> None:
    house.start()
    break_stripe(house, "stored_500", "invoices.finalize", count=0)
    deal_id = close_and_approve(house)
    card = what_needs_attention(house)
    words = str(card["blocks"])
    assert "the operators" in words and "Stripe" in card["text"] and "is not issued" in card["text"]
    try_again(house)
    assert RETRY in buttons_of(what_needs_attention(house))  # it is still broken, and says so again
    break_stripe(house, "off")
    try_again(house)
    assert [RETRY in buttons_of(one) for one in house.messages(OPERATORS)] == [False]
    is_told_once(house, deal_id)


def test_a_lost_answer_that_nobody_can_look_up_stays_unconfirmed_until_it_is_found(house: House) -> None:
    house.start()
    break_stripe(house, "drop_after", "invoices.create")
    break_stripe(house, "5xx", "invoices.list", count=0)
    deal_id = close_and_approve(house)
    assert UNSURE in the_card(house)["text"] or UNSURE in str(the_card(house)["blocks"])
    break_stripe(house, "off")
    try_again(house)
    is_told_once(house, deal_id)


def test_two_people_who_press_try_again_at_once_issue_it_once(house: House) -> None:
    house.start()
    break_stripe(house, "5xx", count=0)
    deal_id = close_and_approve(house)
    break_stripe(house, "off")
    card = what_needs_attention(house)
    house.do("fault", kind="duplicate")
    house.press("dana", RETRY, card, channel=OPERATORS)
    house.press("lee", RETRY, card, channel=OPERATORS)
    house.settle()
    is_told_once(house, deal_id)


def test_a_kill_while_the_outcome_is_unknown_still_finds_it(house: House) -> None:
    house.start()
    break_stripe(house, "drop_after", "invoices.send")
    house.close_deal("flat")
    house.settle()
    house.press("dana", "approval.approve", the_card(house))
    house.app.end()
    house.settle()
    assert house.deaths == 1
    if "approval.approve" in buttons_of(the_card(house)):
        approve(house)
    assert "INV-000001 is issued" in the_card(house)["text"]


def test_an_event_that_comes_twice_is_noted_once(house: House) -> None:
    house.start()
    break_stripe(house, "duplicate", count=0)
    is_told_once(house, close_and_approve(house))
