"""One of each card and view, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from flows.approvals import cards as approvals
from flows.approvals.modals import HistoryEvent
from flows.approvals.why import Why
from flows.attention.cards import AttentionView, attention_card
from flows.contracts.cards import MendView, mend_card, mend_modal
from flows.contracts.problem import Problem
from flows.contracts.quote_view import no_quote_modal, quote_modal, which_deal_modal
from flows.contracts.quoting import Foreseen, ForeseenLine, Preview
from flows.contracts.quoting import Waiting as Awaited
from flows.home.cards import HomeView, Lately, Stuck, Waiting, home_view
from flows.invoicing import cards as replies
from flows.usage.cards import UsageAlertView, usage_alert_card
from flows.values.card import Card, View
from flows.values.money import Money
from flows.values.periods import Period
from tests.flows.cards.coding import CODING_GALLERY
from tests.flows.cards.corrections import CORRECTION_GALLERY
from tests.flows.cards.milestones import MILESTONES_GALLERY
from tests.flows.cards.samples import APPROVALS, AT, NAMES, SIXTY_LINES, WHY, content, view
from tests.flows.deals import DEAL

EUR = Money(Decimal("12400.00"), "EUR")
VALUE = view().button.dump()
LINK = "https://demo.slack.example/archives/C0APPROVALS/p1"

HISTORY = [
    HistoryEvent(AT, "Dunwell", "drafted v1 from Salesforce 006-0042"),
    HistoryEvent(AT + timedelta(minutes=5), "U0LEE", "asked for changes", "Seats are 38, not 40"),
    HistoryEvent(AT + timedelta(hours=1), "Dunwell", "drafted v2: seats 40 -> 38"),
]
PROBLEMS = (
    Problem("deal.no_contact", "contact_email", "The deal has no contact with an e-mail address."),
    Problem("deal.unknown_currency", "currency", "The currency “Euros” is not one I know. Give its ISO code."),
    Problem("deal.missing_start", "start_date", "The deal has recurring lines but no start date."),
    Problem("deal.unknown_billing", "line_2.billing", "Line 2 does not say how it is charged."),
    Problem("deal.no_lines", "lines", "The deal has no products, so there is nothing to put on an invoice."),
)
MEND = MendView(
    deal_id="dea_01jdc0000000000000000000aa",
    deal_name="Northwind renewal",
    customer="Northwind GmbH",
    problems=PROBLEMS,
    source_label="Salesforce 006-0042",
    source_url="https://demo.my.salesforce.example/006-0042",
    since=AT,
    owner="U0SAM",
    current={"currency": "Euros"},
)
STUCK = AttentionView(
    attention_id="att_01jdc0000000000000000000aa",
    title="INV-1042 to Northwind GmbH could not be issued",
    why="Stripe refused the customer's e-mail address. Correct it on the deal, then try again.",
    since=AT,
    owner="operators",
    url=LINK,
)
USAGE = UsageAlertView(
    customer="Northwind GmbH",
    what="API calls",
    unit="calls",
    allowance=Decimal(10000),
    used=Decimal("8120.5"),
    percent=Decimal(80),
    period=Period(date(2026, 11, 1), date(2026, 11, 30)),
    account_manager="U0SAM",
    reached_at=AT,
    contract="con_01jdc0000000000000000000aa",
)
HOME = HomeView(
    name="Dana",
    approves=True,
    waiting=(
        Waiting("Northwind GmbH", EUR, AT, "step 1 of 1", LINK),
        Waiting(NAMES["arabic"], Money(Decimal(3500000), "JPY"), AT + timedelta(hours=2), "1 of 2 approvals", LINK),
    ),
    decided=(Lately("Acme <!here>", EUR, "approve", AT, "issued", "INV-1041", LINK),),
    stuck=(Stuck(STUCK.title, STUCK.why, AT, LINK, retry=STUCK.attention_id),),
)

FORESEEN = ForeseenLine("Platform", EUR, Why(("1 unit at 12,400.00 = 12,400.00",), "lines[1]", "salesforce 00k1"))
QUOTE = Preview(
    deal=replace(DEAL, is_won=False),
    opens=AT.date(),
    questions=(),
    invoices=(
        Foreseen(date(2026, 11, 23), date(2026, 12, 1), date(2026, 12, 31), EUR, (FORESEEN,)),
        Foreseen(date(2027, 1, 1), date(2027, 1, 1), date(2027, 1, 31), EUR, (FORESEEN,)),
        Foreseen(date(2027, 1, 15), None, None, EUR, (replace(FORESEEN, description="*Setup* <!here>"),)),
    ),
    currency="EUR",
    start=date(2026, 12, 1),
    meters=("api-calls",),
    waiting=(Awaited("Go-live <!here>", EUR), Awaited("Acceptance", EUR)),
    is_known=True,
)

GALLERY: dict[str, Callable[[], Card | View]] = {
    **{f"approval_{name}": lambda one=one: approvals.approval_card(one) for name, one in APPROVALS.items()},  # type: ignore[misc]
    "refusal": lambda: approvals.refusal("Guests cannot decide on invoices. Nothing was changed. It is up to Dana."),
    "modal_reject_light": lambda: approvals.reject_modal(VALUE),
    "modal_reject": lambda: approvals.reject_modal(VALUE, view()),
    "modal_request_changes": lambda: approvals.request_changes_modal(VALUE, view()),
    "modal_details_light": approvals.details_modal,
    "modal_details": lambda: approvals.details_modal(APPROVALS["waiting"]),
    "modal_details_page_2": lambda: approvals.details_modal(view(content(*SIXTY_LINES)), page=1),
    "modal_details_why": lambda: approvals.details_modal(view(why=WHY)),
    "modal_history_light": approvals.history_modal,
    "modal_history": lambda: approvals.history_modal(HISTORY, "Northwind GmbH, EUR 12,400.00"),
    "modal_notice": lambda: approvals.notice_modal("Reject invoice", "It is v3 now. Decide on the newest card."),
    "mend": lambda: mend_card(MEND),
    "mend_only_at_source": lambda: mend_card(replace(MEND, problems=PROBLEMS[-1:], owner=None)),
    "mend_done": lambda: mend_card(replace(MEND, state="drafted", problems=(), mended_by="U0SAM", mended_at=AT)),
    "mend_withdrawn": lambda: mend_card(replace(MEND, state="withdrawn")),
    "modal_mend_light": lambda: mend_modal(MEND.deal_id),
    "modal_mend": lambda: mend_modal(MEND.deal_id, MEND),
    **CODING_GALLERY,
    **CORRECTION_GALLERY,
    **MILESTONES_GALLERY,
    "modal_quote_which": which_deal_modal,
    "modal_quote_light": quote_modal,
    "modal_quote": lambda: quote_modal(QUOTE),
    "modal_quote_with_questions": lambda: quote_modal(replace(QUOTE, questions=PROBLEMS, is_known=False, start=None)),
    "modal_quote_refused": lambda: no_quote_modal("There is no deal 006-0042."),
    "attention": lambda: attention_card(replace(STUCK, next_try_at=AT + timedelta(minutes=5), retries=2)),
    "attention_waits_for_a_person": lambda: attention_card(STUCK),
    "attention_retrying": lambda: attention_card(replace(STUCK, state="retrying", owner="U0LEE", retries=1)),
    "attention_settled": lambda: attention_card(replace(STUCK, state="settled", settled_by="U0LEE", settled_at=AT)),
    "attention_settled_by_itself": lambda: attention_card(replace(STUCK, state="settled", settled_by="posted")),
    "home": lambda: home_view(HOME),
    "home_nothing_waits": lambda: home_view(replace(HOME, waiting=(), stuck=())),
    "home_new_approver": lambda: home_view(HomeView("Lee", approves=True, ask="Dana Whitfield")),
    "home_new_person": lambda: home_view(HomeView("Rita", approves=False)),
    "reply_issued": lambda: replies.issued(
        number="INV-1042",
        total=EUR,
        due=content().due_date,
        email="ap@northwind.example",
        pay_url="https://pay.example/1",
    ),
    "reply_approved_once": lambda: replies.approved_once(by="U0DANA", have=1, needed=2, who="Lee"),
    "reply_next_step": lambda: replies.next_step(by="U0DANA", step=2, steps=2, who="Lee"),
    "reply_rejected": lambda: replies.sent_back(state="rejected", by="U0LEE", reason="Billed already", notify="U0SAM"),
    "reply_changes_requested": lambda: replies.sent_back(state="changes requested", by="U0LEE", reason="Seats are 38"),
    "dm_rejected": lambda: replies.sent_back_dm(
        customer=NAMES["hostile"], total=EUR, state="rejected", by="U0LEE", reason="Billed already", url=LINK
    ),
    "reply_deal_changed": lambda: replies.deal_changed(
        3, ("seats: quantity 40 -> 42 (USD 2,400.00 -> USD 2,520.00)", "terms: Net 30 -> Net 60")
    ),
    "reply_withdrawn": lambda: replies.withdrawn(reason="the deal is no longer closed won"),
    "usage_alert": lambda: usage_alert_card(USAGE),
    "usage_alert_over_a_commitment": lambda: usage_alert_card(
        replace(USAGE, unit="EUR", used=Decimal("12400.00"), percent=Decimal(100), account_manager=None)
    ),
    "usage_alert_hostile_name": lambda: usage_alert_card(replace(USAGE, customer=NAMES["hostile"], unit="<!here>")),
}
