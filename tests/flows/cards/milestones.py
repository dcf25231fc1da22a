"""The card of a contract's milestones and its form, in every state; and what is hostile in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from flows.billing.milestone_cards import correct_modal, milestones_card, reached_modal
from flows.billing.milestones import MilestoneLine, MilestonesView
from flows.values.card import Card, View
from flows.values.money import Money
from tests.flows.cards.samples import outside


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


WAITING: Final = MilestonesView(
    contract_id="con_01jdc0000000000000000000aa",
    contract="006-0042",
    customer="Northwind GmbH",
    state="active",
    account_manager="U0SAM",
    lines=(
        MilestoneLine("00k1.design", "Design signed off", eur("8000.00"), date(2026, 11, 12), "U0RITA"),
        MilestoneLine("00k1.go-live", "Go-live", eur("20000.00")),
        MilestoneLine("00k1.accepted", "Acceptance", eur("12000.00")),
    ),
    first_day=date(2026, 11, 2),
    today=date(2026, 11, 23),
)
DONE: Final = replace(
    WAITING, lines=tuple(replace(one, reached_on=date(2026, 11, 20), reached_by="U0RITA") for one in WAITING.lines)
)
OUT: Final = replace(
    DONE,
    lines=(
        replace(DONE.lines[0], billed_with="INV-1042"),
        replace(DONE.lines[1], billed_with="INV-1043"),
        replace(DONE.lines[2], corrected_by="U0SAM"),
    ),
)
MANY: Final = replace(
    WAITING,
    lines=tuple(MilestoneLine(f"m{n}", f"Site {n}", eur("1000.00")) for n in range(1, 41)),
    account_manager=None,
)

MILESTONES_GALLERY: Final[dict[str, Callable[[], Card | View]]] = {
    "milestones": lambda: milestones_card(WAITING),
    "milestones_done": lambda: milestones_card(DONE),
    "milestones_out": lambda: milestones_card(OUT),
    "milestones_gone": lambda: milestones_card(replace(WAITING, lines=())),
    "milestones_many": lambda: milestones_card(MANY),
    "milestones_on_hold": lambda: milestones_card(replace(WAITING, state="held")),
    "milestones_withdrawn": lambda: milestones_card(replace(WAITING, state="withdrawn")),
    "modal_milestone": lambda: reached_modal("{}", WAITING, WAITING.lines[1]),
    "modal_milestone_day": lambda: correct_modal("{}", WAITING, WAITING.lines[0]),
}

_days = st.dates(date(1970, 1, 1), date(2199, 12, 31))
_ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", fullmatch=True)
_lines = st.builds(
    MilestoneLine,
    id=_ids,
    description=outside,
    amount=st.builds(Money.of_minor, st.integers(1, 10**15), st.just("KWD")),
    reached_on=st.one_of(st.none(), _days),
    reached_by=st.one_of(st.none(), outside),
    corrected_by=st.one_of(st.none(), outside),
    billed_with=st.one_of(st.none(), outside),
)
any_milestones: Final = st.builds(
    MilestonesView,
    contract_id=_ids,
    contract=outside,
    customer=outside,
    state=st.sampled_from(["active", "held", "withdrawn", "something new"]),
    account_manager=st.one_of(st.none(), outside),
    lines=st.lists(_lines, min_size=1, max_size=40).map(tuple),
    first_day=_days,
    today=_days,
)
