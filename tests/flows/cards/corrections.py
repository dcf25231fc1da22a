"""Corrections as their cards and forms show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from flows.approvals.cards import approval_card
from flows.approvals.modals import reject_correction_modal
from flows.approvals.view import Credited, Request, Voted
from flows.crediting import cards
from flows.crediting.modals import MOST_LINES, Asked, amounts_modal, credit_modal, void_modal
from flows.crediting.rules import BilledLine, Creditable
from flows.crediting.view import CorrectionView, GivenBack
from flows.invoicing import cards as replies
from flows.values.card import Card, View
from flows.values.closed_period import ClosedPeriod
from flows.values.money import Money
from tests.flows.cards.samples import AT, NAMES, view

LINK: Final = "https://demo.slack.example/archives/C0APPROVALS/p1"


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


REQUEST = Request(
    approval_id="apr_01jdc0000000000000000000cr",
    version=2,
    digest="ab" * 32,
    rule="EUR up to 10,000",
    who="@finance-approvers",
    created_at=AT,
    is_waiting=True,
    ask=("U0DANA", "U0LEE"),
)
SAID = (Voted("U0DANA", "Dana Whitfield", "approve", AT + timedelta(hours=1)),)
CREDIT = CorrectionView(
    correction_id="cor_01jdc0000000000000000000aa",
    is_credit=True,
    state="awaiting approval",
    number=None,
    total=eur("400.00"),
    reason="Price or quantity was wrong: seats are 36",
    requester="U0SAM",
    customer="Northwind GmbH",
    invoice_number="INV-001042",
    invoice_total=eur("12400.00"),
    invoice_url=LINK,
    credited_before=eur("100.00"),
    remains=eur("11900.00"),
    request=REQUEST,
    lines=(GivenBack("Seats, volume tier 26-50", eur("2400.00"), eur("400.00")),),
)
VOID = replace(CREDIT, is_credit=False, total=eur("12400.00"), credited_before=eur("0"), remains=eur("0"), lines=())
DECIDED = replace(REQUEST, is_waiting=False, approvals=SAID)
STATE = Creditable(
    "INV-001042",
    "issued",
    "EUR",
    (
        BilledLine(1, "Platform, annual", eur("10000.00"), eur("0"), eur("0")),
        BilledLine(2, "Seats, volume tier 26-50", eur("2400.00"), eur("100.00"), eur("0")),
        BilledLine(3, "Loyalty discount", eur("-200.00"), eur("0"), eur("0")),
    ),
)
LONG = replace(
    STATE, lines=tuple(replace(STATE.lines[n % 2], seq=n + 1, description=f"Site {n + 1}") for n in range(90))
)
CLOSED = ClosedPeriod("the period Nov 2026 is closed for invoices", (date(2026, 12, 1), date(2027, 1, 1)))
ISSUED = view(
    state="issued",
    number="INV-001042",
    approvals=SAID,
    corrections=(
        Credited(True, eur("400.00"), "issued", "CM-000007", LINK),
        Credited(True, eur("50.00"), "awaiting approval", None, None),
    ),
    credited=eur("400.00"),
    reissue_of=("INV-001040", LINK),
)
VOIDED = view(
    state="void",
    number="INV-001040",
    approvals=SAID,
    corrections=(Credited(False, eur("12400.00"), "done", None, LINK),),
    reissued_as=("INV-001042", LINK),
)

CORRECTION_CARDS: Final[dict[str, CorrectionView]] = {
    "credit_waiting": CREDIT,
    "credit_hostile_name": replace(CREDIT, customer=NAMES["hostile"], reason="<!channel> *pay* now"),
    "credit_many_lines": replace(CREDIT, lines=CREDIT.lines * 60, total=eur("24000.00")),
    "credit_rejected": replace(CREDIT, state="rejected", request=DECIDED),
    "credit_not_confirmed": replace(CREDIT, state="sent, not confirmed", number="CM-000007", request=DECIDED),
    "credit_stuck": replace(CREDIT, state="issuing", request=DECIDED, attention="Stripe: it refused."),
    "credit_done": replace(CREDIT, state="done", number="CM-000007", request=DECIDED),
    "credit_turned_down": replace(CREDIT, state="turned down", request=DECIDED),
    "credit_withdrawn": replace(CREDIT, state="withdrawn", request=replace(REQUEST, is_waiting=False)),
    "credit_posted_later": replace(CREDIT, posting_date=date(2026, 12, 1)),
    "void_waiting": VOID,
    "void_done": replace(VOID, state="done", request=DECIDED, reissued_as=("INV-001043", LINK)),
    "void_done_for_good": replace(VOID, state="done", request=DECIDED),
}
CORRECTION_GALLERY: Final[dict[str, Callable[[], Card | View]]] = {
    **{name: partial(cards.correction_card, shown) for name, shown in CORRECTION_CARDS.items()},
    "approval_credited_in_part": lambda: approval_card(ISSUED),
    "approval_void_issued_anew": lambda: approval_card(VOIDED),
    "reply_credited": lambda: replies.credited(number="CM-000007", by=eur("400.00"), left=eur("11900.00")),
    "reply_voided": lambda: replies.voided(number="INV-001040", by="U0SAM"),
    "reply_correction_rejected": lambda: cards.sent_back(asked_by="U0SAM", by="U0DANA", reason="It is right"),
    "reply_turned_down": lambda: cards.turned_down(asked_by="U0SAM", reason="its invoice is paid there."),
    "reply_withdrawn": lambda: cards.withdrawn(by="U0SAM"),
    "reply_period_closed": lambda: cards.turned_down(
        asked_by="U0SAM",
        reason="The period Nov 2026 is closed. Nothing was changed.",
        again=(CREDIT.correction_id, date(2026, 12, 1)),
    ),
    "reply_not_issued_anew": lambda: cards.not_reissued(number="INV-001040"),
    "modal_credit": lambda: credit_modal(STATE, "Northwind GmbH", {"invoice_id": "inv_1"}),
    "modal_credit_many_lines": lambda: credit_modal(LONG, "Northwind GmbH", {"invoice_id": "inv_1"}),
    "modal_credit_chosen_lines": lambda: amounts_modal(
        LONG,
        "Northwind GmbH",
        {"invoice_id": "inv_1"},
        (2, 90),
        Asked(reason="an outage", because="goodwill", closed=CLOSED, day="2027-01-01"),
    ),
    "modal_credit_most_lines": lambda: amounts_modal(
        LONG, NAMES["hostile"], {"invoice_id": "inv_1"}, range(1, MOST_LINES + 1), Asked(closed=CLOSED)
    ),
    "modal_credit_asked_again": lambda: credit_modal(
        STATE,
        "Northwind GmbH",
        {"invoice_id": "inv_1"},
        Asked({2: eur("400.00")}, "Price or quantity was wrong: seats are 36", closed=CLOSED),
    ),
    "modal_void_period_closed": lambda: void_modal(
        STATE, "Northwind GmbH", {"invoice_id": "inv_1"}, Asked(closed=CLOSED)
    ),
    "modal_void": lambda: void_modal(STATE, NAMES["hostile"], {"invoice_id": "inv_1"}),
    "modal_reject_correction": lambda: reject_correction_modal("{}", cards.act_words(CREDIT)),
}
