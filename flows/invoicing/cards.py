"""What is said in the thread of an invoice's card, and to its account manager: news that somebody must notice.

The card itself is edited in place, which notifies nobody; so each turn of events is one short reply.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flows.blockkit import day, escape, join_lines, link, mention, quote, section
from flows.values.card import Card
from flows.values.money import Money, format_money

_CHANGES = 8
_SENT_BACK = {
    "rejected": ("⛔", "rejected this invoice", "Nothing was issued. A changed deal makes a new version."),
    "changes requested": ("✏️", "asked for changes", "Nothing was issued. The changed deal makes a new version."),
}


def issued(*, number: str, total: Money, due: date, email: str, pay_url: str | None = None) -> Card:
    """Say that the invoice is out: number, total, due date, to whom."""
    text = f"Issued {escape(number, 40)} over {format_money(total)}, due {day(due)}, sent to {escape(email, 100)}."
    pay = link(pay_url, "Payment page") if pay_url else None
    return _said("🧾", text, pay)


def approved_once(*, by: str, have: int, needed: int, who: str) -> Card:
    """Say that one approval is in and others must follow; `by` is a Slack id or a name, `who` decides next."""
    left = "One more is needed" if needed - have == 1 else f"{needed - have} more are needed"
    return _said("✅", f"{mention(by)} approved, {have} of {needed}. {left}: {escape(who, 150)}.")


def next_step(*, by: str, step: int, steps: int, who: str) -> Card:
    """Say that a step is complete and who decides the next one."""
    return _said("✅", f"{mention(by)} approved. Step {step} of {steps}: {escape(who, 150)}, please approve.")


def sent_back(*, state: str, by: str, reason: str, notify: str | None = None) -> Card:
    """Say who rejected the invoice or asked for changes, and why; `notify` is the account manager's Slack id."""
    emoji, did, then = _SENT_BACK.get(state, ("✏️", "sent this invoice back", "Nothing was issued."))
    told = f"{mention(notify)}, please see to it." if notify else None
    return _said(emoji, f"{mention(by)} {did}: {quote(reason)}", " ".join(part for part in (then, told) if part))


def sent_back_dm(*, customer: str, total: Money, state: str, by: str, reason: str, url: str | None = None) -> Card:
    """Tell the account manager the same, with customer and amount, since no card stands above."""
    emoji, did, then = _SENT_BACK.get(state, ("✏️", "sent the invoice back", "Nothing was issued."))
    did = did.replace("this invoice", "the invoice").replace("for changes", "for changes to the invoice")
    text = f"{mention(by)} {did} to {escape(customer, 150)} over {format_money(total)}: {quote(reason)}"
    card = link(url, "Open the card") if url else None
    return _said(emoji, text, " · ".join(part for part in (then, card) if part))


def deal_changed(version: int, changes: Sequence[str], what: str = "The deal changed") -> Card:
    """Say what a changed deal, or `what` else, changed on the invoice, and that earlier approvals no longer count."""
    lines = [f"• {escape(change, 250)}" for change in changes[:_CHANGES]]
    more = len(changes) - _CHANGES
    rest = f"and {more} more" if more > 0 else None
    text = f"{what}: this is v{version} now. Approvals of earlier versions no longer count."
    return _said("✏️", text, *lines, rest)


def needs_coding(*, what: str) -> Card:
    """Say that an approved invoice is not issued because it can no longer be booked; `what` is wrong, in words."""
    text = f"Not issued: {escape(what, 300)} The approval no longer counts; the coding has to be mended first."
    return _said("✏️", text)


def coding_mended(*, version: int, by: str) -> Card:
    """Say that the coding is in order again and that this version asks for approval; `by` is a Slack id or a name."""
    return _said("🏷️", f"{mention(by)} mended the coding: this is v{version}, please approve.")


def credited(*, number: str, by: Money, left: Money) -> Card:
    """Say that a credit memo is out, and what remains of the invoice."""
    rest = f"{format_money(left)} remains" if left else "Nothing remains"
    return _said("↩️", f"Credit memo {escape(number, 40)} over {format_money(by)} is issued. {rest} of this invoice.")


def voided(*, number: str, by: str) -> Card:
    """Say that an issued invoice is void; `by` is the Slack id of who had asked for it."""
    return _said("🚫", f"{escape(number, 40)} is void, as {mention(by)} asked. Nothing is owed on it any more.")


def withdrawn(*, reason: str) -> Card:
    """Say that nothing will be issued, and why; `reason` is plain text: "the deal is no longer closed won"."""
    return _said("🚫", f"Withdrawn: {escape(reason, 300)}. Nothing was issued.")


def _said(emoji: str, text: str, *more: str | None) -> Card:
    return Card(text, (section(f"{emoji} {text}", join_lines(more)),))
