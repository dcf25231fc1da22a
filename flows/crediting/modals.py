"""The forms that ask for a credit, or for a voiding: how much, and why. Nothing typed is lost by an error."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flows.blockkit import choice, entry, escape, modal, options, picked, plain, searched_many, section, typed
from flows.crediting.rules import BilledLine, Creditable
from flows.values import words
from flows.values.card import Block, View
from flows.values.closed_period import ClosedPeriod
from flows.values.money import Money, format_amount, format_money, total

CREDIT_MODAL: Final = "credit.ask"
VOID_MODAL: Final = "credit.void"
SCOPE: Final = "scope"
WHOLE: Final = "whole"
BY_LINE: Final = "by_line"
LINE: Final = "line_"
LINES: Final = "credit.lines"
POSTING_DATE: Final = "posting_date"
REASON: Final = "reason_choice"
REASON_TEXT: Final = "reason_text"
OTHER: Final = "other"
MOST_LINES: Final = 60  # a view takes 100 blocks
CREDIT_REASONS: Final = {
    "price": "Price or quantity was wrong",
    "ended": "The service was cancelled or returned",
    "goodwill": "Goodwill",
    OTHER: "Something else (write it below)",
}
VOID_REASONS: Final = {
    "bill_to": "Wrong customer or billing address",
    "terms": "Wrong terms, dates or PO number",
    "twice": "Billed twice",
    OTHER: "Something else (write it below)",
}
_TO_CUSTOMER: Final = "The customer reads this on the credit memo"
_TO_APPROVERS: Final = "For those who approve the voiding"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form begins with: what was asked for before, and why nothing can be posted today, if so."""

    amounts: Mapping[int, Money] | None = None
    reason: str = ""
    because: str = OTHER  # which of the reasons is chosen
    closed: ClosedPeriod | None = None
    day: str | None = None  # to post on, in ISO


def credit_modal(state: Creditable, customer: str, metadata: Mapping[str, Any], asked: Asked = Asked()) -> View:
    """Return the form for a credit memo, filled with what is left to credit. `metadata` comes back with it.

    Of an invoice with many lines, those to credit are chosen first; `amounts_modal` then asks how much of each.
    """
    left = [line for line in state.lines if line.left]
    if len(left) > MOST_LINES and asked.amounts is not None and len(asked.amounts) <= MOST_LINES:
        return amounts_modal(state, customer, metadata, tuple(asked.amounts), asked)
    blocks = [_head(state, customer, f"{format_money(state.left)} is left to credit.")]
    whole = {WHOLE: f"All that is left, {format_money(state.left)}"}
    if len(left) <= MOST_LINES:
        chosen = WHOLE if asked.amounts in (None, state.left_by_line) else BY_LINE
        scopes = whole | {BY_LINE: "The amounts below"}
        blocks.append(entry("How much", SCOPE, choice(SCOPE, scopes, chosen=chosen)))
        blocks += [_line(line, asked.amounts) for line in left]
    else:
        scopes = whole | {BY_LINE: "Some of its lines"}
        blocks.append(entry("How much", SCOPE, choice(SCOPE, scopes, chosen=WHOLE)))
        hint = f"{len(left)} lines; {MOST_LINES} at most on one credit memo. How much of each is asked next."
        blocks.append(entry("Lines", LINES, searched_many(LINES, most=MOST_LINES), hint=hint, optional=True))
    return _credit(state, blocks, metadata, asked, submit="Ask for approval" if len(left) <= MOST_LINES else "Go on")


def amounts_modal(
    state: Creditable, customer: str, metadata: Mapping[str, Any], seqs: Collection[int], asked: Asked = Asked()
) -> View:
    """Return the form that asks how much of the chosen lines is to be credited, filled with what is left of each."""
    chosen = [line for line in state.lines if line.seq in seqs and line.left]
    left = total((line.left for line in chosen), state.currency)
    count = "1 line" if len(chosen) == 1 else f"{len(chosen)} lines"
    blocks = [_head(state, customer, f"{format_money(left)} is left to credit of the {count} below.")]
    blocks += [_line(line, asked.amounts) for line in chosen]
    return _credit(state, blocks, {**metadata, BY_LINE: True}, asked, submit="Ask for approval")


def lines_offered(state: Creditable, typed_words: str) -> list[Block]:
    """Return the lines of which something is left, as options, that have in them what was typed."""
    lines = (line for line in state.lines if line.left)
    return options({str(line.seq): f"{line.seq}. {_named(line)}" for line in lines}, typed_words)


def void_modal(state: Creditable, customer: str, metadata: Mapping[str, Any], asked: Asked = Asked()) -> View:
    """Return the form that asks why an invoice is to be voided and issued anew."""
    then = (
        "Once approved it is void and keeps its number. What it billed is drafted anew from the contract as it is "
        "then, with a new number, and asks for its own approval."
    )
    blocks = [_head(state, customer, then), *_day(asked), *_reason(VOID_REASONS, asked, _TO_APPROVERS)]
    kept = json.dumps(dict(metadata) | {"left_minor": state.left.minor})
    title = plain(f"Void {state.number}", 24)
    return modal(title, blocks, callback_id=VOID_MODAL, submit="Ask for approval", close="Cancel", metadata=kept)


def _credit(state: Creditable, blocks: list[Block], metadata: Mapping[str, Any], asked: Asked, *, submit: str) -> View:
    kept = json.dumps(dict(metadata) | {"left_minor": state.left.minor})
    blocks = [*blocks, *_day(asked), *_reason(CREDIT_REASONS, asked, _TO_CUSTOMER)]
    title = plain(f"Credit {state.number}", 24)
    return modal(title, blocks, callback_id=CREDIT_MODAL, submit=submit, close="Cancel", metadata=kept)


def _head(state: Creditable, customer: str, then: str) -> Block:
    return section(f"*{escape(state.number, 40)} · {escape(customer, 150)} · {format_money(state.billed)}*", then)


def _named(line: BilledLine) -> str:
    """Return a line as a menu shows it: its money is never cut off."""
    money = format_money(line.left)
    return f"{plain(line.description, 60 - len(money))} · {money}"


def _line(line: BilledLine, amounts: Mapping[int, Money] | None) -> Block:
    shown = line.left if amounts is None else amounts.get(line.seq)
    initial = format_amount(shown.amount, shown.currency) if shown else ""
    so_far = f"; {format_money(line.credited)} credited before" if line.credited else ""
    so_far += f"; {format_money(line.amended)} given back by a change of the contract" if line.amended else ""
    return entry(
        plain(f"{line.seq}. {line.description}", 150),
        f"{LINE}{line.seq}",
        typed(f"{LINE}{line.seq}", initial=initial, most=40),
        hint=f"{format_money(line.billed)} billed{so_far}",
        optional=True,
    )


def _day(asked: Asked) -> Iterator[Block]:
    """Ask for the day to post on, where nothing can be posted today."""
    closed = asked.closed
    if closed is None:
        return
    days = options({each.isoformat(): words.day(each) for each in closed.open_dates})
    why = f"{closed.why[:1].upper()}{closed.why[1:]}, so nothing is posted today."
    chosen = next((option for option in days if option["value"] == asked.day), days[0])
    yield entry("Post on", POSTING_DATE, picked(POSTING_DATE, days, chosen), hint=why)


def _reason(reasons: Mapping[str, str], asked: Asked, example: str) -> Iterator[Block]:
    yield entry("Reason", REASON, choice(REASON, reasons, chosen=asked.because))
    yield entry(
        "In your words",
        REASON_TEXT,
        typed(REASON_TEXT, example=example, initial=asked.reason, lines=True, most=1000),
        hint="Shown on the card and kept in the audit trail.",
        optional=True,
    )
