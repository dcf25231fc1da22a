"""The card and the form of an invoice that needs coding hold whatever is written in them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from flows.blockkit import options
from flows.dimensions.cards import CHECK_AGAIN, CODE, CodingView, coding_card, coding_modal
from flows.dimensions.form import Question, choices, faults, questions
from flows.values.money import format_money
from tests.flows.cards.coding import CODING, CONFIG, WRONG, asked, coding_views
from tests.flows.cards.reading import elements, words
from tests.flows.cards.test_what_always_holds import sound

few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@few
@given(coding_views)
def test_the_card_holds_and_has_buttons_only_while_something_waits(view: CodingView) -> None:
    card = coding_card(view)
    sound(card)
    assert format_money(view.total) in words(card) and format_money(view.total) in card.text
    expected = [CODE, CHECK_AGAIN] if view.can_be_mended else [CHECK_AGAIN]
    assert [one["action_id"] for one in elements(card)] == (expected if view.state == "needs coding" else [])


def test_a_card_with_nothing_wrong_any_more_says_what_to_press() -> None:
    mended = coding_card(replace(CODING, problems=(), can_be_mended=False))
    assert mended.text.endswith("nothing is wrong with the coding any more. Check it again.")
    assert "Check it again, and it asks for approval." in words(mended) and "correct the dimensions" not in words(
        mended
    )
    assert [one["action_id"] for one in elements(mended)] == [CHECK_AGAIN]


@few
@given(coding_views, asked())
def test_the_form_holds_and_asks_what_has_an_answer(view: CodingView, questions: list[Question]) -> None:
    form = coding_modal("{}", view, questions)
    sound(form)
    asks = [block["block_id"] for block in form.payload["blocks"] if block["type"] == "input"]
    assert asks == [question.id for question in questions[:30] if question.offered]


def test_a_long_list_is_searched_by_code_and_by_name() -> None:
    offered = {f"P-{number}": f"P-{number} · Project {number}" for number in range(5_000)}
    assert len(options(offered)) == 100
    assert [option["value"] for option in options(offered, " project 4999")] == ["P-4999"]
    assert options(offered, "nothing like it") == []


def test_lines_that_are_wrong_alike_are_asked_about_once() -> None:
    found = {question.id: question for question in questions(CONFIG, WRONG)}
    assert list(found) == [
        "posting_date", "1.department", "1.project", "2.account", "2.place", "4.department", "4.project", "4.region",
    ]  # fmt: skip
    assert [line.seq for line in found["2.account"].lines] == [2, 3] == [line.seq for line in found["2.place"].lines]
    assert (found["1.department"].chosen, found["4.project"].chosen) == ("Product", "P-107")
    mends, day = choices(questions(CONFIG, WRONG), {"2.account": "4095", "posting_date": "2026-12-01"})
    assert ([mend.value for mend in mends], str(day)) == (["4095", "4095"], "2026-12-01")


def test_two_answers_that_do_not_go_together_are_said_at_their_field() -> None:
    wrong = faults(CONFIG, WRONG, questions(CONFIG, WRONG), {"4.department": "Sales", "4.project": "P-107"})
    said = "the department Sales does not go with the project P-107; use Product instead."
    assert wrong == {"4.department": f"Line 4 (Training): {said}"}
    assert faults(CONFIG, WRONG, questions(CONFIG, WRONG), {"4.department": "Product", "4.project": "P-107"}) == {}


def test_what_was_not_answered_may_stay_wrong() -> None:
    assert faults(CONFIG, WRONG, questions(CONFIG, WRONG), {"posting_date": "2027-01-01"}) == {}
    assert CODING.problems[0] == "The period Nov 2026 is closed for invoices."
