"""The approval card: what is asked of whom, about which money; after the decision, who decided, why, and what is next.

Everything here is a pure function of `ApprovalView`. The order of the blocks is the order in which an approver reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.approvals import actions as names
from flows.approvals.buttons import ApproveButton, MoreChoice, UnreadableButton
from flows.approvals.modals import (
    HistoryEvent,
    details_modal,
    history_modal,
    notice_modal,
    read_reason,
    reason_missing,
    reject_correction_modal,
    reject_modal,
    request_changes_modal,
)
from flows.approvals.view import ApprovalView, Credited, Request, Voted
from flows.approvals.wording import (
    amount_cell,
    bookings,
    headline,
    invoice_words,
    line_rows,
    period,
    vote_line,
    vote_words,
)
from flows.blockkit import (
    actions,
    ago,
    button,
    confirm,
    context,
    day,
    escape,
    fields,
    group_mention,
    join_lines,
    link,
    mention,
    overflow,
    plain,
    section,
    table,
)
from flows.blockkit.states import state_words
from flows.schedule import ways_to_pay
from flows.values.card import Block, Card
from flows.values.invoice import short_hash
from flows.values.money import format_money, total

__all__ = [
    "ApprovalView",
    "ApproveButton",
    "HistoryEvent",
    "MoreChoice",
    "UnreadableButton",
    "Voted",
    "approval_card",
    "details_modal",
    "history_modal",
    "notice_modal",
    "read_reason",
    "reason_missing",
    "refusal",
    "reject_correction_modal",
    "reject_modal",
    "request_changes_modal",
]

_LINES = 8  # in the table of a card; View details has all
_DIFFERENCES = 5
_WAYS_TO_PAY = 6
_VOTES = 6
_MENTIONS = 4

_NEXT = {
    "draft": "Nobody is asked yet.",
    "needs coding": "Nobody is asked until the coding is mended, on a card of its own.",
    "approved": "I issue it now. There is nothing left to do.",
    "issuing": "I am issuing it now. Do not enter it by hand.",
    "sent, not confirmed": "Sent, not confirmed; checking, do not enter it again.",
    "rejected": "Nothing was issued. A changed deal makes a new version, which asks again.",
    "changes requested": "Nothing was issued. The changed deal makes a new version, which asks again.",
    "void, was issued": "It was voided. It keeps its number, and nothing is owed on it.",
    "void": "These figures are out of date. Nothing was issued from this card.",
}
_AT_A_STOP = "It stands still until somebody acts; the operators' channel has the details. Do not enter it by hand."
_MOVING = ("approved", "issuing")
_CORRECTIONS = 5  # on a card; the history has all
_CREDITABLE = ("issued", "part paid", "paid", "disputed")
_OUT = ("issued", "part paid", "paid", "disputed", "credited")


def approval_card(view: ApprovalView) -> Card:
    """Return the card of an approval in whatever state its invoice is."""
    return Card(_sentence(view), tuple(_blocks(view)))


def refusal(text: str) -> Card:
    """Return what only the person sees whose click changed nothing; `text` is plain, as the refusals' messages are."""
    words = escape(text, 1500)
    return Card(words, (section(words),))


def _sentence(view: ApprovalView) -> str:
    who = escape(view.content.bill_to.name, 150)
    amount, due = format_money(view.content.total), day(view.content.due_date)
    if view.attention:
        return f"{_capital(invoice_words(view))} needs attention: {escape(view.attention, 300)}"
    if view.waits:
        return f"{who}, {amount}, due {due}: {escape(view.who, 150)}, please approve ({progress(view)})."
    if view.state == "issued":
        return f"{escape(view.number, 40)} is issued: {who}, {amount}, due {due}."
    said = f" {vote_words(view.last)}." if view.last else ""
    following = _NEXT["void, was issued"] if _was_voided(view) else _NEXT.get(view.state, "")
    return f"{_capital(invoice_words(view))} is {escape(view.state, 40)}.{said} {following}".strip()


def _blocks(view: ApprovalView) -> Iterator[Block]:
    yield section(headline(view), *_what_is_asked(view))
    yield fields(_facts(view))
    yield from _lines(view)
    if noted := join_lines([_to_pay(view), _differs(view), _filled(view)]):
        yield section(noted)
    if view.approvals:
        yield section(*votes(view))
    if not view.waits:
        yield from _outcome(view)
    yield context(
        f"v{view.version} · {short_hash(view.content.content_hash())}",
        f'rule "{escape(view.rule, 80)}"' if view.rule else None,
        f"asked {ago(view.created_at)}",
    )
    yield context(f"Booked: {bookings(view.content)}")
    if view.waits:
        yield _choices(view)


def _what_is_asked(view: ApprovalView) -> Iterator[str]:
    if view.attention:
        yield f"{state_words('needs attention')}: {escape(view.attention, 600)}"
    if view.waits:
        yield f"{state_words(view.state)} · {progress(view)}"
        yield f"{_capital(asked(view))}, please approve"
    elif not view.attention:
        yield state_words(view.state)


def progress(view: ApprovalView | Request) -> str:
    so_far = f" · {view.approved_in_step} of {view.needed} approvals" if view.needed > 1 else ""
    return f"step {view.step} of {view.steps}{so_far}"


def asked(view: ApprovalView | Request) -> str:
    """Mention those who decide, when all are known by their ids and few enough to read; the words otherwise."""
    people = [group_mention(one) if one.startswith("S") else mention(one) for one in view.ask]
    if not 0 < len(people) <= _MENTIONS or not all(one.startswith("<") for one in people):
        return escape(view.who, 150)
    word = "and" if len(people) == view.needed else "or"
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} {word} {people[-1]}"


def _facts(view: ApprovalView) -> dict[str, str]:
    content = view.content
    source = link(view.source_url, escape(view.source_label, 80)) if view.source_label else None
    facts = {
        "Due": day(content.due_date),
        "Terms": escape(content.terms, 60),
        "Service period": period(content.period_start, content.period_end),
        "PO": escape(content.po_number, 60) if content.po_number else None,
        "Account manager": mention(view.account_manager) if view.account_manager else None,
        "Source": source,
    }
    return {label: value for label, value in facts.items() if value}


def _lines(view: ApprovalView) -> Iterator[Block]:
    content = view.content
    shown, rest = content.lines[:_LINES], content.lines[_LINES:]
    rows = [["Item", "Qty", "Unit price", "Amount"], *line_rows(shown, content.currency)]
    if not rest:
        rows.append([f"Total {content.currency}", "", "", amount_cell(content.total)])
    yield table(rows, right=(1, 2, 3), total=not rest)
    if rest:
        left = format_money(total((line.amount for line in rest), content.currency))
        lines = "line" if len(rest) == 1 else "lines"
        yield section(f"and {len(rest)} more {lines}, {left}. View details shows all {len(content.lines)}.")


def _to_pay(view: ApprovalView) -> str | None:
    """Say what an early payment saves, or what is due when in instalments; nothing for the terms most have."""
    content = view.content
    ways = ways_to_pay(content.terms, content.invoice_date, content.total)
    if not ways:
        return None
    more = len(ways) - _WAYS_TO_PAY
    rest = f"and {more} more; the PDF shows all {len(ways)}" if more > 0 else None
    return join_lines(["*To pay*", *(f"• {way}" for way in ways[:_WAYS_TO_PAY]), rest])


def _differs(view: ApprovalView) -> str | None:
    if not view.differs:
        return None
    more = len(view.differs) - _DIFFERENCES
    shown = [f"• {escape(one, 250)}" for one in view.differs[:_DIFFERENCES]]
    return join_lines(["*Differs from the deal*", *shown, f"and {more} more in View details" if more > 0 else None])


def _filled(view: ApprovalView) -> str | None:
    if not view.filled:
        return None
    return f"Filled in by Dunwell: {'; '.join(escape(one, 120) for one in view.filled[:_DIFFERENCES])}"


def votes(view: ApprovalView | Request) -> list[str]:
    earlier = len(view.approvals) - _VOTES
    hidden = [f"{earlier} earlier in the history"] if earlier > 0 else []
    return [*hidden, *map(vote_line, view.approvals[-_VOTES:])]


def _outcome(view: ApprovalView) -> Iterator[Block]:
    links = [
        link(view.pdf_url, "Invoice PDF") if view.pdf_url else None,
        link(view.pay_url, "Payment page") if view.pay_url else None,
        link(view.source_url, escape(view.source_label or "The deal", 80)) if view.source_url else None,
    ]
    what = _AT_A_STOP if view.attention and view.state in _MOVING else _NEXT.get(view.state)
    if _was_voided(view):
        what = _NEXT["void, was issued"]
    if view.number and view.state in _OUT:
        what = f"Issued as {escape(view.number, 40)}, sent to {escape(view.content.bill_to.email, 100)}."
    words = join_lines([what, *_corrected(view), " · ".join(one for one in links if one)])
    yield section(words or state_words(view.state), accessory=_menu(view, with_details=True))


def _was_voided(view: ApprovalView) -> bool:
    """Tell an invoice that had been issued from a draft, or an older version, that is out of date."""
    return view.state == "void" and view.number is not None and view.is_newest


def _corrected(view: ApprovalView) -> Iterator[str]:
    """Say what was credited of an invoice and what remains, what is asked for, and which invoice replaces which."""
    for one in view.corrections[-_CORRECTIONS:]:
        yield _correction(one)
    if view.credited:
        yield f"Credited {format_money(view.credited)}; {format_money(view.content.total - view.credited)} remains."
    if view.reissue_of:
        yield f"Issued instead of {link(view.reissue_of[1], escape(view.reissue_of[0], 40))}, which is void."
    if view.reissued_as:
        yield f"Issued anew: {link(view.reissued_as[1], escape(view.reissued_as[0], 60))}."


def _correction(one: Credited) -> str:
    what = f"Credit memo {escape(one.number, 40)}" if one.number else "A credit" if one.is_credit else "Voiding"
    over = f" over {format_money(one.total)}" if one.is_credit else ""
    return f"{link(one.url, what)}{over}: {state_words(one.state)}"


def _choices(view: ApprovalView) -> Block:
    value = view.button.dump()
    about = f"{format_money(view.content.total)}, {plain(view.content.bill_to.name, 30)}"
    ask = _confirmation(view) if view.confirm else None
    return actions(
        button("Approve", names.APPROVE, value, style="primary", ask=ask, spoken=f"Approve {about}"),
        button("Request changes", names.REQUEST_CHANGES, value),
        button("Reject", names.REJECT, value, style="danger", spoken=f"Reject {about}"),
        button("View details", names.DETAILS, MoreChoice(names.MORE_DETAILS, view.approval_id).dump()),
        _menu(view, with_details=False),
    )


def _menu(view: ApprovalView, *, with_details: bool) -> Block:
    entries = {"Invoice PDF": names.MORE_PDF, "History": names.MORE_HISTORY}
    if with_details:
        entries = {"View details": names.MORE_DETAILS, **entries}
    if view.number and view.state in _CREDITABLE:
        entries |= {"Credit…": names.MORE_CREDIT, "Void and re-issue…": names.MORE_VOID}
    return overflow(names.MORE, {label: MoreChoice(act, view.approval_id).dump() for label, act in entries.items()})


def _confirmation(view: ApprovalView) -> Block:
    amount = format_money(view.content.total)
    last = view.step == view.steps and view.approved_in_step + 1 >= view.needed
    then = "It is issued and sent at once." if last else "Others approve after you."
    text = f"*{amount}* to {escape(view.content.bill_to.name, 100)}, due {day(view.content.due_date)}. {then}"
    return confirm("Approve this amount?", text, yes="Approve")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
