"""Whatever stands in any field: within Slack's limits, nobody is called, no amount is cut, nothing is lost."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox import blocks as stand_in
from flows.approvals import actions as names
from flows.approvals.buttons import ApproveButton, MoreChoice
from flows.approvals.cards import approval_card, refusal
from flows.approvals.modals import HistoryEvent, details_modal, history_modal, notice_modal, reject_modal
from flows.approvals.view import ApprovalView
from flows.approvals.why import Why
from flows.attention.cards import AttentionView, attention_card
from flows.blockkit import check
from flows.contracts.cards import MendView, mend_card, mend_modal
from flows.contracts.problem import Problem
from flows.home.cards import HomeView, Lately, Stuck, Waiting, home_view
from flows.invoicing import cards as replies
from flows.values.card import Card, View
from flows.values.extension import format_price, format_quantity
from flows.values.money import Money, format_money, total
from tests.flows.cards.gallery import GALLERY
from tests.flows.cards.reading import elements, foreign_markup, words
from tests.flows.cards.samples import APPROVALS, AT, instants, outside, urls, views
from tests.flows.cards.samples import view as view_of

few = settings(max_examples=25)
BUTTONS = ["Approve", "Request changes", "Reject", "View details"]
maybe = st.one_of(st.none(), outside)
money = st.builds(Money.of_minor, st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD"]))


def sound(shown: Card | View) -> None:
    """Hold a card or a view to what holds for all of them."""
    check(shown)
    assert foreign_markup(shown) == []
    if isinstance(shown, Card):
        stand_in.check_message(json.loads(json.dumps(shown.blocks)))
        shown.text.encode()
    else:
        stand_in.check_view(json.loads(json.dumps(shown.payload)), shown.payload["type"])


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_each_card_holds(name: str) -> None:
    sound(GALLERY[name]())


@few
@given(views)
def test_an_approval_card_holds_whatever_its_fields_say(view: ApprovalView) -> None:
    card = approval_card(view)
    sound(card)
    said = words(card)
    assert format_money(view.content.total) in said
    assert format_money(view.content.total) in card.text or view.state == "void" or view.attention or view.number
    for line in view.content.lines[:8]:
        assert f"{abs(line.amount.amount):,f}" in said
        assert f"\n{format_quantity(line.quantity)}\n" in said
        assert format_price(abs(line.unit_price), view.content.currency) in said
    if rest := view.content.lines[8:]:
        assert f"and {len(rest)} more" in said
        assert format_money(total((line.amount for line in rest), view.content.currency)) in said


@pytest.mark.parametrize("name", sorted(APPROVALS))
def test_only_a_waiting_card_has_buttons_and_they_carry_what_it_shows(name: str) -> None:
    view = APPROVALS[name]
    found = elements(approval_card(view))
    pressed = [one for one in found if one["type"] == "button"]
    assert [one["text"]["text"] for one in pressed] == (BUTTONS if view.state == "awaiting approval" else [])
    for one in pressed[:3]:
        carried = ApproveButton.parse(one["value"])
        assert carried == ApproveButton(view.approval_id, view.version, view.content.content_hash())
    (menu,) = [one for one in found if one["type"] == "overflow"]
    acts = [MoreChoice.parse(one["value"]).act for one in menu["options"] if not one["value"].startswith("details")]
    may_correct = view.state in ("issued", "part paid", "paid", "disputed")
    assert acts == ["pdf", "history", *(["credit", "void"] if may_correct else [])]


@few
@given(views, st.integers(-1, 5))
def test_the_modals_of_an_approval_hold(view: ApprovalView, page: int) -> None:
    details = details_modal(view, page)
    sound(details)
    sound(reject_modal(view.button.dump(), view))
    assert format_money(view.content.total) in words(details)


@few
@given(views)
def test_the_pages_of_the_details_have_every_line_once(view: ApprovalView) -> None:
    shown = "\n".join(words(one) for one in every_page(view))
    for line in view.content.lines:
        assert f"*{line.seq}. " in shown
        assert f"{abs(line.amount.amount):,f}" in shown


def every_page(view: ApprovalView) -> list[View]:
    """Return the details from the first page to the last, each held to what holds for all views."""
    found: list[View] = []
    while not found or any(one["action_id"] == names.DETAILS_NEXT for one in elements(found[-1])):
        found.append(details_modal(view, len(found)))
        sound(found[-1])
    return found


def test_long_arithmetic_goes_over_pages_and_loses_no_figure() -> None:
    tiers = tuple(
        f"block {n}: 1,000 calls of the 株式会社ノースウィンド at 0.{n:05} = {n:,}.50" for n in range(1, 4001)
    )
    pages = every_page(view_of(why={1: Why(tiers, "lines[api]"), 2: Why(("; ".join(tiers[:300]),), "lines[seats]")}))
    shown = "\n".join(words(page) for page in pages)
    assert len(pages) > 1
    assert all(tier in shown for tier in tiers)
    said_as_one = " ".join(shown[shown.index("*2. Seats") :].split())
    assert all(tier in said_as_one for tier in tiers[:300])


@few
@given(st.lists(st.builds(HistoryEvent, instants, st.one_of(st.just("U0DANA"), outside), outside, maybe), max_size=45))
def test_a_history_holds_and_names_what_it_leaves_out(events: list[HistoryEvent]) -> None:
    shown = history_modal(events, "Northwind")
    sound(shown)
    assert ("earlier entries" in words(shown)) == (len(events) > 40)


fields = st.sampled_from(["contact_email", "currency", "start_date", "terms", "amount", "line_1.billing",
                          "line_2.quantity", "line_12.description", "lines", "nonsense"])  # fmt: skip
mends = st.builds(
    MendView,
    deal_id=st.just("dea_01jdc0000000000000000000aa"),
    deal_name=outside,
    customer=maybe,
    problems=st.lists(st.builds(Problem, st.just("deal.x"), fields, outside), max_size=15).map(tuple),
    source_label=outside,
    source_url=urls,
    since=instants,
    owner=maybe,
    state=st.sampled_from(["incomplete", "drafted", "withdrawn", "other"]),
    mended_by=maybe,
    mended_at=st.one_of(st.none(), instants),
    current=st.dictionaries(fields, outside),
)


@few
@given(mends)
def test_a_deal_to_mend_holds(view: MendView) -> None:
    sound(mend_card(view))
    form = mend_modal(view.deal_id, view)
    sound(form)
    asked = [block["block_id"] for block in form.payload["blocks"] if block["type"] == "input"]
    assert asked == list(view.mendable)


def test_a_deal_with_two_hundred_problems_asks_in_portions() -> None:
    problems = tuple(Problem("deal.x", f"line_{n}.quantity", "No quantity.") for n in range(1, 201))
    view = MendView("dea_01jdc0000000000000000000aa", "Big", "Acme", problems, "Salesforce 1", None, AT)
    form = mend_modal(view.deal_id, view)
    sound(form)
    assert len(elements(form)) == 40
    assert "160 more follow when these are done." in words(form)
    assert "and 192 more" in words(mend_card(view))


stuck = st.builds(
    AttentionView,
    attention_id=st.just("att_01jdc0000000000000000000aa"),
    title=outside,
    why=outside,
    since=instants,
    owner=outside,
    state=st.sampled_from(["open", "retrying", "settled"]),
    retries=st.integers(0, 99),
    next_try_at=st.one_of(st.none(), instants),
    settled_by=maybe,
    settled_at=st.one_of(st.none(), instants),
    url=urls,
)


@few
@given(stuck)
def test_what_stands_still_holds(view: AttentionView) -> None:
    card = attention_card(view)
    sound(card)
    assert bool(elements(card)) == (view.state == "open")


homes = st.builds(
    HomeView,
    name=outside,
    approves=st.booleans(),
    waiting=st.lists(st.builds(Waiting, outside, money, instants, outside, urls), max_size=25).map(tuple),
    decided=st.lists(st.builds(Lately, outside, money, outside, instants, outside, maybe, urls), max_size=25).map(
        tuple
    ),
    stuck=st.lists(st.builds(Stuck, outside, outside, instants, urls), max_size=25).map(tuple),
    approvals_channel=outside,
    ask=outside,
)


@few
@given(homes)
def test_a_home_holds_and_is_never_empty(view: HomeView) -> None:
    shown = home_view(view)
    sound(shown)
    assert words(shown).strip()
    for one in view.waiting[:20]:
        assert format_money(one.total) in words(shown)


@few
@given(outside, outside, outside, money, urls, st.lists(outside, max_size=12), st.sampled_from(["rejected", "x"]))
def test_every_reply_holds(
    one: str, two: str, three: str, amount: Money, url: str | None, changes: list[str], state: str
) -> None:
    shown = [
        replies.issued(number=one, total=amount, due=AT.date(), email=two, pay_url=url),
        replies.sent_back_dm(customer=one, total=amount, state=state, by=two, reason=three, url=url),
    ]
    assert all(format_money(amount) in card.text for card in shown)
    shown += [
        replies.approved_once(by=one, have=1, needed=3, who=two),
        replies.next_step(by=one, step=2, steps=3, who=two),
        replies.sent_back(state=state, by=one, reason=two, notify=three),
        replies.deal_changed(2, changes),
        replies.withdrawn(reason=one),
        refusal(one),
    ]
    for card in shown:
        sound(card)
    sound(notice_modal(one or "x", two, three))
