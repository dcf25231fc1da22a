"""The cards and the form of an invoice that needs coding, in every state; and what is hostile in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st

from flows.approvals import cards as approvals
from flows.dimensions.cards import CodingView, coding_card, coding_modal
from flows.dimensions.coding import code_content
from flows.dimensions.form import LEAVE_OUT, Question, questions
from flows.dimensions.load import config_of
from flows.dimensions.wording import sentence
from flows.invoicing import cards as replies
from flows.values.card import Card, View
from flows.values.money import Money
from tests.flows.cards.samples import AT, content, instants, line, outside, states, urls, view

CONFIG: Final = config_of(
    {
        "accounts": {
            "4010": {"name": "Subscriptions", "requires": ["department"]},
            "4090": {"active": False, "replaced_by": "4095"},
            "4095": {"name": "Usage", "requires": ["place"]},
        },
        "dimensions": {
            "department": {"values": {"Product": {}, "Sales": {}, "Old": {"active": False}}},
            "place": {"values": {"HAM": {"name": "Hamburg"}, "LON": {"name": "London"}}},
            "project": {"values": {f"P-{number}": {"name": f"Project {number}"} for number in range(101, 300)}},
        },
        "relationships": [
            {"from": "project", "to": "department", "autofill": True, "restrict": True, "map": {"P-107": "Product"}}
        ],
        "periods": [
            {"start": "2026-11-01", "end": "2026-11-30", "status": "ar_locked", "name": "Nov 2026"},
            {"start": "2026-12-01", "end": "2026-12-31", "status": "open"},
            {"start": "2027-01-01", "end": "2027-01-31", "status": "open"},
        ],
    }
)
WRONG: Final = code_content(
    CONFIG,
    content(
        line(1, "Platform, annual", "1", "10000", dimensions=(("department", "Sales"), ("project", "P-107"))),
        line(2, "Calls", "40", "60", account="4090"),
        line(3, "Calls of the second site", "4", "60", account="4090"),
        line(4, "Training", "1", "500", dimensions=(("department", "Old"), ("project", "p-107"), ("region", "EU"))),
    ),
)
CODING: Final = CodingView(
    invoice_id="inv_01jdc0000000000000000000aa",
    version=2,
    customer="Northwind GmbH",
    total=WRONG.content.total,
    state="needs coding",
    problems=tuple(sentence(CONFIG, WRONG.content, error) for error in WRONG.errors),
    can_be_mended=True,
    since=AT,
)
MENDED: Final = replace(
    CODING, state="awaiting approval", problems=(), mended_by="U0RITA", mended_at=AT + timedelta(hours=1), version=3,
    approval_url="https://demo.slack.example/archives/C0APPROVALS/p1",
)  # fmt: skip
FILLED: Final = content(
    line(1, "Platform, annual", "1", "10000", dimensions=(("cost_centre", "CC10"), ("department", "Product")),
         filled=("cost_centre",)),
)  # fmt: skip

CODING_GALLERY: dict[str, Callable[[], Card | View]] = {
    "coding": lambda: coding_card(CODING),
    "coding_only_in_the_file": lambda: coding_card(replace(CODING, can_be_mended=False, problems=CODING.problems[:1])),
    "coding_settled": lambda: coding_card(MENDED),
    "coding_issued": lambda: coding_card(replace(MENDED, state="issued", number="INV-1042")),
    "coding_void": lambda: coding_card(replace(CODING, state="void")),
    "modal_coding": lambda: coding_modal("{}", CODING, questions(CONFIG, WRONG)),
    "modal_coding_changed": lambda: coding_modal("{}", CODING, (), notice="The invoice has changed."),
    "approval_needs_coding": lambda: approvals.approval_card(view(state="needs coding")),
    "approval_waiting_filled_in": lambda: approvals.approval_card(view(FILLED)),
    "reply_needs_coding": lambda: replies.needs_coding(what="The period Nov 2026 is closed."),
    "reply_coding_mended": lambda: replies.coding_mended(version=3, by="U0RITA"),
}

coding_views = st.builds(
    CodingView,
    invoice_id=st.just("inv_01jdc0000000000000000000aa"),
    version=st.integers(1, 10**6),
    customer=outside,
    total=st.builds(Money.of_minor, st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD"])),
    state=states,
    problems=st.lists(outside, max_size=15).map(tuple),
    can_be_mended=st.booleans(),
    since=instants,
    number=st.none() | outside,
    mended_by=st.none() | st.just("U0RITA") | outside,
    mended_at=st.none() | instants,
    approval_url=urls,
)
codes = st.text("ABC-1<&*", min_size=1, max_size=150).filter(str.strip)


@st.composite
def asked(draw: st.DrawFn) -> list[Question]:
    """Give what a form asks, with up to 250 values of any name in one select."""
    kinds = st.sampled_from(["account", "department", "posting_date", "dimensions", "x" * 64])
    fields = draw(st.lists(kinds, max_size=40))
    found = []
    for number, field in enumerate(fields):
        known = draw(st.lists(codes, max_size=3, unique=True))
        known += [f"V{each}" for each in range(draw(st.sampled_from([0, 3, 100, 250])))]
        offered = dict.fromkeys(known, draw(outside)) | ({LEAVE_OUT: "Leave it out"} if draw(st.booleans()) else {})
        chosen = draw(st.none() | st.sampled_from(list(offered))) if offered else None
        lines = tuple(line(seq, draw(outside), "1", "1") for seq in draw(st.sets(st.integers(1, 70), max_size=9)))
        problems = tuple(draw(st.lists(outside, max_size=2)))
        found.append(Question(f"{number}.{field}", field, lines, problems, offered, chosen))
    return found
