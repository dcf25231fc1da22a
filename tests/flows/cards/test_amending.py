"""The card and the form of a changed contract hold whatever is written in them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.billing.amending_cards import (
    AMEND,
    LEAVE,
    VOID,
    AmendButton,
    AmendView,
    Choice,
    Decided,
    Followed,
    UnreadableAmendButton,
    Voidable,
    amend_card,
    amend_modal,
    changed_again,
    read_form,
)
from flows.rating import Adjustment
from flows.values.money import Money
from tests.flows.cards.reading import elements, words
from tests.flows.cards.test_what_always_holds import sound

few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
TEXT = st.one_of(st.text(max_size=40), st.sampled_from(["<!channel>", "*x*", "x" * 5_000, "日本語", "\u202eUSD", ""]))
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
NOTHING = Choice(date(2027, 3, 1), Adjustment(date(2027, 3, 1), "EUR", ()), Money.zero("EUR"))


follows = st.lists(st.builds(Followed, TEXT, st.none() | st.just("https://x.example/p1"), TEXT), max_size=7).map(tuple)


@st.composite
def views(draw: st.DrawFn) -> AmendView:
    """Views with anything written in them."""
    is_open = draw(st.booleans())
    return AmendView(
        contract_id="con_01m844dzg0ptxw0sbdmjdcw660",
        version=draw(st.integers(1, 99_999)),
        customer=draw(TEXT),
        deal=draw(TEXT),
        words=tuple(draw(st.lists(TEXT, max_size=12))),
        choices=tuple(draw(st.lists(st.just(NOTHING), min_size=1, max_size=2))),
        end=draw(st.none() | st.just(date(2027, 11, 30))),
        first=date(2026, 12, 1),
        day=date(2027, 3, 1),
        since=NOW,
        is_open=is_open,
        ends=draw(st.booleans()),
        account_manager=draw(st.none() | TEXT),
        voidable=draw(st.none() | st.builds(Voidable, st.just("inv_1"), TEXT, st.just("") | TEXT)) if is_open else None,
        under_way=tuple(draw(st.lists(TEXT, max_size=3))) if is_open else (),
        decided=None if is_open else draw(st.none() | st.builds(Decided, TEXT, st.just(NOW), TEXT, follows)),
    )


@few
@given(views())
def test_the_card_holds_and_has_buttons_only_while_something_waits(view: AmendView) -> None:
    card = amend_card(view)
    sound(card)
    sound(changed_again(view.version, view.words))
    can_void = view.voidable is not None and not view.voidable.why_not
    buttons = [AMEND, *([VOID] if can_void else []), LEAVE] if view.is_open and not view.under_way else []
    assert [one["action_id"] for one in elements(card)] == buttons
    if view.is_open:
        assert "nothing to charge or credit" in words(card)


@few
@given(views())
def test_the_form_holds_and_what_it_gives_back_can_be_read(view: AmendView) -> None:
    sound(amend_modal(view, {"channel": "C1"}, notice="The deal has changed again since."))
    filled = {
        "effective": {"effective": {"selected_date": "2027-03-01"}},
        "charge": {"charge": {"selected_option": {"value": "next"}}},
        "credit": {"credit": {"selected_option": None}},
    }
    assert read_form(filled) == {"effective": "2027-03-01", "charge": "next"}


@pytest.mark.parametrize(
    "value", [None, "", "con_x v1", "con_01m844dzg0ptxw0sbdmjdcw660 v0", "inv_01m844dzg0ptx v1", 7]
)
def test_a_value_that_no_button_carries_is_refused(value: object) -> None:
    with pytest.raises(UnreadableAmendButton):
        AmendButton.parse(value)
    good = AmendButton("con_01m844dzg0ptxw0sbdmjdcw660", 3)
    assert AmendButton.parse(good.dump()) == good


def test_a_decided_card_links_to_what_follows_and_says_whom_a_credit_memo_waits_for() -> None:
    memo = Followed("The credit memo over USD 40.00 of INV-1", "https://x.example/p2", "waits for Lee; not for Dana")
    draft = Followed("The draft of the invoice over USD 5.00", "https://x.example/p1")
    decided = Decided("U0DANA", NOW, "Amended.", (draft, memo))
    view = AmendView(
        "con_1", 3, "Acme", "006", (), (NOTHING,), None, NOW.date(), NOW.date(), NOW, False, decided=decided
    )
    told = words(amend_card(view))
    assert "<https://x.example/p1|The draft of the invoice over USD 5.00>" in told
    assert "<https://x.example/p2|The credit memo over USD 40.00 of INV-1> waits for Lee; not for Dana" in told
