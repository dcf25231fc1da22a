"""The forms that ask for a credit, or for a voiding: how much, and why. Nothing typed is lost by an error."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flows.blockkit import choice, entry, escape, modal, options, picked, plain, section, typed
from flows.crediting.refusals import NoReason
from flows.crediting.rules import BilledLine, Creditable, read_amount
from flows.errors import Refused
from flows.values import words
from flows.values.card import Block, View
from flows.values.closed_period import ClosedPeriod
from flows.values.money import Money, format_amount, format_money

CREDIT_MODAL: Final = "credit.ask"
VOID_MODAL: Final = "credit.void"
SCOPE: Final = "scope"
WHOLE: Final = "whole"
BY_LINE: Final = "by_line"
LINE: Final = "line_"
POSTING_DATE: Final = "posting_date"
REASON: Final = "reason_choice"
REASON_TEXT: Final = "reason_text"
OTHER: Final = "other"
MOST_LINES: Final = 60  # a view takes 100 blocks
_CREDIT_REASONS: Final = {
    "price": "Price or quantity was wrong",
    "ended": "The service was cancelled or returned",
    "goodwill": "Goodwill",
    OTHER: "Something else (write it below)",
}
_VOID_REASONS: Final = {
    "bill_to": "Wrong customer or billing address",
    "terms": "Wrong terms, dates or PO number",
    "twice": "Billed twice",
    OTHER: "Something else (write it below)",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form begins with: what was asked for before, and why nothing can be posted today, if so."""

    amounts: Mapping[int, Money] | None = None
    reason: str = ""
    closed: ClosedPeriod | None = None


def credit_modal(state: Creditable, customer: str, metadata: Mapping[str, Any], asked: Asked = Asked()) -> View:
    """Return the form for a credit memo, filled with what is left to credit. `metadata` comes back with it."""
    left = [line for line in state.lines if line.left]
    blocks = [
        section(
            f"*{escape(state.number, 40)} · {escape(customer, 150)} · {format_money(state.billed)}*",
            f"{format_money(state.left)} is left to credit.",
        )
    ]
    if len(left) <= MOST_LINES:
        scopes = {WHOLE: f"All that is left, {format_money(state.left)}", BY_LINE: "The amounts below"}
        chosen = WHOLE if asked.amounts in (None, state.left_by_line) else BY_LINE
        blocks.append(entry("How much", SCOPE, choice(SCOPE, scopes, chosen=chosen)))
        blocks += [_line(line, asked.amounts) for line in left]
    else:
        blocks.append(section(f"It has {len(left)} lines, which is too many for a form: all that is left is credited."))
    blocks += _day(asked.closed)
    blocks += _reason(_CREDIT_REASONS, asked.reason)
    kept = json.dumps(dict(metadata) | {"left_minor": state.left.minor})
    title = plain(f"Credit {state.number}", 24)
    return modal(title, blocks, callback_id=CREDIT_MODAL, submit="Ask for approval", close="Cancel", metadata=kept)


def void_modal(state: Creditable, customer: str, metadata: Mapping[str, Any], asked: Asked = Asked()) -> View:
    """Return the form that asks why an invoice is to be voided and issued anew."""
    blocks = [
        section(
            f"*{escape(state.number, 40)} · {escape(customer, 150)} · {format_money(state.billed)}*",
            "Once approved it is void and keeps its number. What it billed is drafted anew from the contract as it is "
            "then, with a new number, and asks for its own approval.",
        ),
        *_day(asked.closed),
        *_reason(_VOID_REASONS, asked.reason),
    ]
    kept = json.dumps(dict(metadata) | {"left_minor": state.left.minor})
    title = plain(f"Void {state.number}", 24)
    return modal(title, blocks, callback_id=VOID_MODAL, submit="Ask for approval", close="Cancel", metadata=kept)


def read_reason(values: Mapping[str, Any]) -> str:
    """Return the reason that was chosen and written. Raises NoReason; answer at REASON_TEXT."""
    chosen = _element(values, REASON).get("selected_option") or {}
    key = str(chosen.get("value")) if isinstance(chosen, Mapping) else ""
    words = (_CREDIT_REASONS | _VOID_REASONS).get(key, "") if key != OTHER else ""
    written = str(_element(values, REASON_TEXT).get("value") or "").strip()
    if not (words or written):
        raise NoReason
    return ": ".join(part for part in (words, written) if part)


def read_amounts(values: Mapping[str, Any], state: Creditable) -> tuple[dict[int, Money] | None, dict[str, str]]:
    """Return the amounts by line (None: all that is left), and by field what is wrong with them."""
    scope = _element(values, SCOPE).get("selected_option") or {}
    by_line = isinstance(scope, Mapping) and scope.get("value") == BY_LINE
    amounts: dict[int, Money] = {}
    errors: dict[str, str] = {}
    for line in state.lines:
        field = f"{LINE}{line.seq}"
        if field not in values:
            continue
        try:
            amounts[line.seq] = read_amount(str(_element(values, field).get("value") or ""), line)
        except Refused as refusal:
            errors[field] = str(refusal)
    if by_line:
        if not errors and not any(amounts.values()):
            errors[SCOPE] = "Every amount below is nothing. Write how much is to be credited."
        return amounts, errors
    changed = [seq for seq, money in amounts.items() if money != state.left_by_line.get(seq)]
    if changed or errors:
        errors = {SCOPE: "An amount below was changed. Choose “The amounts below”, or put it back."}
    return None, errors


def read_posting_date(values: Mapping[str, Any]) -> str | None:
    """Return the day to post on as it was chosen, in ISO; None where nothing was asked."""
    chosen = _element(values, POSTING_DATE).get("selected_option") or {}
    return str(chosen["value"]) if isinstance(chosen, Mapping) and chosen.get("value") else None


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


def _day(closed: ClosedPeriod | None) -> Iterator[Block]:
    """Ask for the day to post on, where nothing can be posted today."""
    if closed is None:
        return
    days = options({each.isoformat(): words.day(each) for each in closed.open_dates})
    why = f"{closed.why[:1].upper()}{closed.why[1:]}, so nothing is posted today."
    yield entry("Post on", POSTING_DATE, picked(POSTING_DATE, days, days[0]), hint=why)


def _reason(reasons: Mapping[str, str], said: str) -> Iterator[Block]:
    yield entry("Reason", REASON, choice(REASON, reasons, chosen=OTHER))
    yield entry(
        "In your words",
        REASON_TEXT,
        typed(REASON_TEXT, example="The customer reads this on the credit note", initial=said, lines=True, most=1000),
        hint="Shown on the card and kept in the audit trail.",
        optional=True,
    )


def _element(values: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    block = values.get(block_id)
    found = next(iter(block.values()), None) if isinstance(block, Mapping) else None
    return found if isinstance(found, Mapping) else {}
