"""The card of a credit memo, or of a voiding: what is asked of whom; then who decided, and what was done.

Everything here is a pure function of `CorrectionView`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from flows.approvals import decide_buttons, decision_lines, history_menu, who_is_asked
from flows.blockkit import (
    actions,
    ago,
    button,
    confirm,
    context,
    day,
    escape,
    fields,
    join_lines,
    link,
    mention,
    plain,
    quote,
    section,
    table,
)
from flows.blockkit.states import state_words
from flows.crediting.view import CorrectionView
from flows.values import words
from flows.values.card import Block, Card
from flows.values.invoice import short_hash
from flows.values.money import Money, format_amount, format_money, total

WITHDRAW: Final = "credit.withdraw"  # its value is the correction's id
ASK_AGAIN: Final = "credit.ask_again"  # its value is the correction's id
_LINES: Final = 8
_NEXT: Final = {
    "changes requested": "Nothing was changed. Another correction can be asked for on the invoice's card.",
    "rejected": "Nothing was changed. Another correction can be asked for on the invoice's card.",
    "withdrawn": "Nothing was changed. Another correction can be asked for on the invoice's card.",
    "turned down": "It could not be done any more. Nothing was changed; see the thread.",
    "issuing": "I am doing it now. Do not do it by hand.",
    "sent, not confirmed": "Sent, not confirmed; checking, do not do it again.",
}


def correction_card(view: CorrectionView) -> Card:
    """Return the card of a correction in whatever state it is."""
    return Card(_sentence(view), tuple(_blocks(view)))


def act_words(view: CorrectionView) -> str:
    """Name the correction: "Credit USD 200.00 of INV-000042, Northwind GmbH"."""
    who = escape(view.customer, 150)
    number = escape(view.invoice_number, 40)
    if view.is_credit:
        return f"Credit {format_money(view.total)} of {number}, {who}"
    return f"Void {number} over {format_money(view.total)}, {who}, and issue it anew"


def sent_back(*, asked_by: str, by: str, reason: str) -> Card:
    """Tell whoever asked that it was rejected, and why."""
    text = f"{mention(by)} rejected this: {quote(reason)}"
    return _said("⛔", text, f"{mention(asked_by)}, the invoice stands as it was.")


def withdrawn(*, by: str) -> Card:
    """Tell those who were asked that they need not decide any more."""
    return _said("🚫", f"{mention(by)} withdrew this.", "Nobody needs to decide; the invoice stands as it was.")


def turned_down(*, asked_by: str, reason: str, again: tuple[str, date] | None = None) -> Card:
    """Tell whoever asked that an approved correction can no longer be done.

    `again` is the correction and the day on which it could be posted instead; a button opens the form, filled in.
    """
    said = _said("⛔", f"Not done: {escape(reason, 600)}", f"{mention(asked_by)}, the invoice stands as it was.")
    if again is None:
        return said
    ask = button(f"Ask again for {words.day(again[1])}", ASK_AGAIN, again[0])
    return Card(said.text, (*said.blocks, actions(ask)))


def not_reissued(*, number: str) -> Card:
    """Say that a voided invoice is not followed by another."""
    text = f"{escape(number, 40)} is void, and nothing is issued instead now."
    return _said("🚫", text, "The contract does not bill it any more, is held, or cannot be reckoned just now.")


def _sentence(view: CorrectionView) -> str:
    if view.attention:
        return f"{act_words(view)}: needs attention: {escape(view.attention, 300)}"
    if view.request and view.request.is_waiting:
        return f"{act_words(view)}: {escape(view.request.who, 150)}, please approve ({who_is_asked(view.request)[1]})."
    if view.state == "done":
        return f"{_done(view)}."
    return f"{act_words(view)}: {state_words(view.state)}. {_NEXT.get(view.state, '')}".strip()


def _blocks(view: CorrectionView) -> Iterator[Block]:
    request = view.request
    yield section(f"*{act_words(view)}*", *_what_is_asked(view))
    yield section(f"Asked for by {mention(view.requester)}: {quote(view.reason)}")
    yield fields(_facts(view))
    if view.is_credit:
        yield from _lines(view)
    else:
        yield section(
            f"{escape(view.invoice_number, 40)} keeps its number, and nothing is owed on it then. What it billed is "
            "drafted anew from the contract as it is then, with a new number, and asks for its own approval."
        )
    if request and request.approvals:
        yield section(*decision_lines(request))
    if request and not request.is_waiting:
        yield section(_outcome(view), accessory=history_menu(request))
    if request:
        rule, asked = f'rule "{escape(request.rule, 80)}"', f"asked {ago(request.created_at)}"
        yield context(short_hash(request.digest), rule, asked)
    if request and request.is_waiting:
        yield decide_buttons(request, plain(act_words(view), 60), _then(view), _withdraw(view))


def _withdraw(view: CorrectionView) -> Block:
    then = f"Only {mention(view.requester)}, who asked for it, can do this. {escape(view.invoice_number, 40)} stands."
    ask = confirm("Withdraw it?", then, yes="Withdraw")
    spoken = f"Withdraw: {plain(act_words(view), 60)}"
    return button("Withdraw", WITHDRAW, view.correction_id, ask=ask, spoken=spoken)


def _what_is_asked(view: CorrectionView) -> Iterator[str]:
    if view.attention:
        yield f"{state_words('needs attention')}: {escape(view.attention, 600)}"
    if view.request and view.request.is_waiting:
        who, progress = who_is_asked(view.request)
        yield f"{state_words(view.state)} · {progress}"
        yield f"{who[:1].upper()}{who[1:]}, please approve"
    elif not view.attention:
        yield state_words(view.state)


def _facts(view: CorrectionView) -> dict[str, str]:
    facts = {
        "Invoice": link(view.invoice_url, escape(view.invoice_number, 40)),
        "Billed": format_money(view.invoice_total),
    }
    if view.is_credit:
        done = view.state == "done"
        facts |= {
            "Credited before": format_money(view.credited_before),
            "Remains" if done else "Remains after this": format_money(view.remains),
        }
        if view.number:
            facts["Credit memo"] = escape(view.number, 40)
    if view.posting_date:
        facts["Posted on" if view.state == "done" else "To be posted on"] = day(view.posting_date)
    return facts


def _lines(view: CorrectionView) -> Iterator[Block]:
    shown, rest = view.lines[:_LINES], view.lines[_LINES:]
    rows = [["Item", "Billed", "Credit"]]
    rows += [[plain(line.description, 80), _cell(line.billed), _cell(line.credited)] for line in shown]
    if not rest:
        rows.append([f"Total {view.total.currency}", "", _cell(view.total)])
    yield table(rows, right=(1, 2), total=not rest)
    if rest:
        left = format_money(total((line.credited for line in rest), view.total.currency))
        yield section(f"and {len(rest)} more {'line' if len(rest) == 1 else 'lines'}, {left}")


def _cell(money: Money) -> str:
    digits = format_amount(abs(money.amount), money.currency)
    return f"({digits})" if money.amount < 0 else digits


def _outcome(view: CorrectionView) -> str:
    if view.state != "done":
        return _NEXT.get(view.state, state_words(view.state))
    number = link(view.invoice_url, escape(view.invoice_number, 40))
    then = f"{escape(view.number or '', 40)}.pdf stands in the thread of {number}."
    if not view.is_credit:
        then = "Nothing is issued instead."
        if view.reissued_as:
            then = f"Issued anew: {link(view.reissued_as[1], escape(view.reissued_as[0], 60))}."
    return join_lines([f"{_done(view)}.", then])


def _done(view: CorrectionView) -> str:
    number = escape(view.invoice_number, 40)
    if not view.is_credit:
        return f"{number} of {escape(view.customer, 150)} is void"
    memo = escape(view.number or "The credit memo", 40)
    rest = f"{format_money(view.remains)} remains" if view.remains else "nothing remains"
    return f"{memo} over {format_money(view.total)} is issued: {rest} of {number}, {escape(view.customer, 150)}"


def _then(view: CorrectionView) -> str:
    number = escape(view.invoice_number, 40)
    if view.is_credit:
        what = f"*{format_money(view.total)}* of {number} is credited; {format_money(view.remains)} remains."
        return f"{what} The credit memo is issued and sent once all have approved."
    return f"{number} over *{format_money(view.total)}* is voided once all have approved, and drafted anew."


def _said(emoji: str, text: str, *more: str) -> Card:
    return Card(text, (section(f"{emoji} {text}", join_lines(more)),))
