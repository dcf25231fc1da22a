"""The modals of an approval: why it is sent back, all of its lines, its history.

They open before anything is read (Slack's trigger dies after three seconds): without a view they show what is known,
and the worker fills them in. What somebody typed meanwhile stays, since the inputs keep their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flows.approvals import actions as names
from flows.approvals.buttons import MoreChoice
from flows.approvals.refusals import ReasonRequired
from flows.approvals.view import ApprovalView
from flows.approvals.why import pages, why_blocks
from flows.approvals.wording import amount_cell, booked, headline, period, price_cell
from flows.blockkit import (
    actions,
    button,
    choice,
    context,
    day,
    divider,
    entry,
    escape,
    instant,
    join_lines,
    mention,
    modal,
    plain,
    quote,
    section,
    typed,
)
from flows.blockkit.states import state_words
from flows.blockkit.text import source_words
from flows.values.card import Block, View
from flows.values.extension import format_quantity
from flows.values.invoice import InvoiceContent, InvoiceLine
from flows.values.money import format_money

LOADING: Final = "Reading the invoice…"
OTHER: Final = "other"
PAGE: Final = 40  # events in a history
_REJECT_REASONS: Final = {
    "not_due": "Must not be billed",
    "wrong_customer": "Wrong customer or billing address",
    "duplicate": "Billed already",
    OTHER: "Something else (write it below)",
}
_NO_CORRECTION_REASONS: Final = {
    "invoice_is_right": "The invoice is right as it is",
    "wrong_amount": "The amount is wrong",
    "other_way": "It is settled in another way",
    OTHER: "Something else (write it below)",
}
_CHANGE_REASONS: Final = {
    "amount": "Price or quantity is wrong",
    "dates": "Service period or due date is wrong",
    "po": "PO number is missing or wrong",
    OTHER: "Something else (write it below)",
}


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One entry of the audit trail in words. `who` is a Slack id, a name or the part of Dunwell that acted."""

    at: datetime
    who: str
    what: str
    reason: str | None = None


def reject_modal(value: str, view: ApprovalView | None = None) -> View:
    """Return the question why; `value` is the value of the button, and comes back as private_metadata."""
    return _reason_modal("Reject invoice", "Reject", names.REJECT_MODAL, _REJECT_REASONS, value, _about(view))


def reject_correction_modal(value: str, about: str) -> View:
    """Return the question why a correction is rejected; `about` says in mrkdwn which."""
    return _reason_modal("Reject correction", "Reject", names.REJECT_MODAL, _NO_CORRECTION_REASONS, value, about)


def request_changes_modal(value: str, view: ApprovalView | None = None) -> View:
    """Return the question what should change; `value` comes back as private_metadata."""
    return _reason_modal(
        "Request changes", "Send back", names.REQUEST_CHANGES_MODAL, _CHANGE_REASONS, value, _about(view)
    )


def read_reason(values: Mapping[str, Any], verdict: str) -> str:
    """Return the reason out of a submitted modal's `state.values`: the choice in words, then what was written.

    Raises ReasonRequired when nothing was chosen, or "something else" without words; answer with `reason_missing`.
    """
    chosen = _element(values, names.REASON_CHOICE_BLOCK).get("selected_option") or {}
    key = chosen.get("value") if isinstance(chosen, Mapping) else None
    words = (_REJECT_REASONS | _CHANGE_REASONS | _NO_CORRECTION_REASONS).get(str(key), "") if key != OTHER else ""
    written = str(_element(values, names.REASON_TEXT_BLOCK).get("value") or "").strip()
    if not (words or written):
        raise ReasonRequired(verdict)
    return ": ".join(part for part in (words, written) if part)


def reason_missing() -> dict[str, str]:
    """Return the errors to answer a submission without a reason with; what was typed stays."""
    return {names.REASON_TEXT_BLOCK: "Choose a reason above, or write one here."}


def notice_modal(title: str, *sentences: str) -> View:
    """Return a modal that only says something, such as that its object changed meanwhile. The texts are plain."""
    blocks = [section(escape(sentence, 1500)) for sentence in sentences]
    return modal(plain(title, 24), blocks, callback_id=names.DETAILS_MODAL)


def details_modal(view: ApprovalView | None = None, page: int = 0) -> View:
    """Return all lines: where each is booked, where it comes from and why it comes to that; at most forty a page.

    Without a view it is the page to fill.
    """
    blocks = list(_details(view, page)) if view else [section(LOADING)]
    return modal("Invoice details", blocks, callback_id=names.DETAILS_MODAL)


def history_modal(events: Sequence[HistoryEvent] | None = None, heading: str = "") -> View:
    """Return what happened, the latest first; of more than forty events the rest is counted and named."""
    if events is None:
        return modal("History", [section(LOADING)], callback_id=names.HISTORY_MODAL)
    latest = sorted(events, key=lambda event: event.at, reverse=True)
    blocks = [section(f"*{escape(heading, 200)}*")] if heading else []
    blocks += [section(_event(event)) for event in latest[:PAGE]]
    if not latest:
        blocks.append(section("Nothing has happened yet."))
    if len(latest) > PAGE:
        blocks.append(context(f"{len(latest) - PAGE} earlier entries: `dunwell audit export` has them all."))
    return modal("History", blocks, callback_id=names.HISTORY_MODAL)


def _reason_modal(title: str, act: str, callback_id: str, reasons: Mapping[str, str], value: str, about: str) -> View:
    blocks = [
        section(about, block_id="about"),
        entry("Reason", names.REASON_CHOICE_BLOCK, choice(names.REASON_INPUT, reasons, chosen=OTHER)),
        entry(
            "In your words",
            names.REASON_TEXT_BLOCK,
            typed(names.REASON_TEXT_INPUT, example="Who reads this should know what to do next", lines=True, most=1000),
            hint="Shown on the card and kept in the audit trail.",
            optional=True,
        ),
    ]
    return modal(title, blocks, callback_id=callback_id, submit=act, close="Cancel", metadata=value)


def _about(view: ApprovalView | None) -> str:
    return join_lines([headline(view), f"v{view.version}, due {day(view.content.due_date)}"]) if view else LOADING


def _details(view: ApprovalView, page: int) -> Iterator[Block]:
    content = view.content
    shown = pages(_line(view, line) for line in content.lines)
    page = min(max(page, 0), len(shown) - 1)
    yield section(headline(view), f"{state_words(view.state)} · v{view.version}")
    if page == 0:
        yield section(*_bill_to(view))
        yield from ([section("*Differs from the deal*", *_differences(view))] if view.differs else [])
    yield divider()
    yield from shown[page]
    yield from _why_total(content)
    yield from _page_buttons(view.approval_id, page, len(shown))


def _why_total(content: InvoiceContent) -> Iterator[Block]:
    """Say how the total comes about; of a single line its own arithmetic has said it already."""
    if len(content.lines) > 1:
        yield divider()
        yield section(
            f"*Why {format_money(content.total)}?*",
            f"It is the sum of {len(content.lines)} lines, each rounded to the smallest unit of {content.currency} "
            "before adding.",
        )


def _bill_to(view: ApprovalView) -> list[str]:
    bill_to = view.content.bill_to
    return [
        f"*Bill to* {escape(bill_to.name, 200)}",
        escape(", ".join(bill_to.address.splitlines()), 300) if bill_to.address else "",
        " · ".join(escape(part, 120) for part in (bill_to.contact, bill_to.email) if part),
        f"Invoice date {day(view.content.invoice_date)} · {escape(view.content.terms, 60)}",
    ]


def _differences(view: ApprovalView) -> list[str]:
    more = len(view.differs) - 10
    return [*(f"• {escape(one, 250)}" for one in view.differs[:10]), f"and {more} more" if more > 0 else ""]


def _line(view: ApprovalView, line: InvoiceLine) -> list[Block]:
    why = view.why.get(line.seq)
    told = why is not None and why.deal_field == line.source  # below, with its place in the terms
    stands = section(
        *_stands(line, view.content.currency), "" if told else f"From {escape(source_words(line.source), 120)}"
    )
    return [stands, *(why_blocks(why, line.amount) if why else [])]


def _stands(line: InvoiceLine, currency: str) -> list[str]:
    sum_ = f"{format_quantity(line.quantity)} × {price_cell(line.unit_price, currency)}"
    return [
        f"*{line.seq}. {escape(line.description, 200)}*",
        f"{sum_} = {currency} {amount_cell(line.amount)}",
        period(line.period_start, line.period_end) or "",
        f"Booked on {booked(line)}",
    ]


def _page_buttons(approval_id: str, page: int, count: int) -> Iterator[Block]:
    if count == 1:
        return
    yield context(f"Page {page + 1} of {count}")
    turns = []
    if page > 0:
        value = MoreChoice(names.MORE_DETAILS, approval_id, page - 1).dump()
        turns.append(button("Previous lines", names.DETAILS_PREVIOUS, value))
    if page < count - 1:
        turns.append(
            button("Next lines", names.DETAILS_NEXT, MoreChoice(names.MORE_DETAILS, approval_id, page + 1).dump())
        )
    yield actions(*turns)


def _event(event: HistoryEvent) -> str:
    why = f"\n{quote(event.reason)}" if event.reason else ""
    return f"{instant(event.at)} · {mention(event.who)}\n{escape(event.what, 300)}{why}"


def _element(values: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    """Return the only element of a block of `state.values`, whatever its action id."""
    block = values.get(block_id)
    found = next(iter(block.values()), None) if isinstance(block, Mapping) else None
    return found if isinstance(found, Mapping) else {}
