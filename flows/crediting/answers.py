"""What people filled in in the forms that ask for a correction, and what is wrong with it, by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.crediting.modals import (
    BY_LINE,
    CREDIT_REASONS,
    LINE,
    LINES,
    MOST_LINES,
    OTHER,
    POSTING_DATE,
    REASON,
    REASON_TEXT,
    SCOPE,
    VOID_REASONS,
    Asked,
)
from flows.crediting.refusals import NoReason
from flows.crediting.rules import Creditable, read_amount
from flows.errors import Refused
from flows.values.money import Money


def read_reason(values: Mapping[str, Any]) -> str:
    """Return the reason that was chosen and written. Raises NoReason; answer at REASON_TEXT."""
    key = _chosen(values, REASON)
    words = (CREDIT_REASONS | VOID_REASONS).get(key, "") if key != OTHER else ""
    written = _written(values, REASON_TEXT)
    if not (words or written):
        raise NoReason
    return ": ".join(part for part in (words, written) if part)


def picks_lines(values: Mapping[str, Any]) -> bool:
    """Tell whether the form was the one of a long invoice in which some of its lines are to be chosen."""
    return LINES in values and _chosen(values, SCOPE) == BY_LINE


def read_lines(values: Mapping[str, Any], state: Creditable) -> tuple[list[int], dict[str, str]]:
    """Return the numbers of the lines that were chosen, and by field what is wrong with them."""
    picked = _picked(values)
    seqs = [seq for seq in state.left_by_line if str(seq) in picked]
    if not seqs:
        return [], {LINES: "Choose the lines to credit, or “All that is left”."}
    if len(seqs) > MOST_LINES:
        return [], {LINES: f"{len(seqs)} lines are chosen; {MOST_LINES} at most go on one credit memo."}
    return seqs, {}


def read_asked(values: Mapping[str, Any]) -> Asked:
    """Return what was filled in beside the lines, for the form that follows."""
    day = _chosen(values, POSTING_DATE)
    return Asked(reason=_written(values, REASON_TEXT), because=_chosen(values, REASON) or OTHER, day=day or None)


def read_amounts(
    values: Mapping[str, Any], state: Creditable, *, by_line: bool = False
) -> tuple[dict[int, Money] | None, dict[str, str]]:
    """Return the amounts by line (None: all that is left), and by field what is wrong with them.

    `by_line` where the form did not ask for the one or the other.
    """
    by_line = by_line or _chosen(values, SCOPE) == BY_LINE
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
            place = SCOPE if SCOPE in values else next((field for field in values if field.startswith(LINE)), SCOPE)
            errors[place] = "Every amount is nothing. Write how much is to be credited."
        return amounts, errors
    if _picked(values):
        return None, {SCOPE: "Lines were chosen below. Choose “Some of its lines”, or take them off."}
    changed = [seq for seq, money in amounts.items() if money != state.left_by_line.get(seq)]
    if changed or errors:
        errors = {SCOPE: "An amount below was changed. Choose “The amounts below”, or put it back."}
    return None, errors


def read_posting_date(values: Mapping[str, Any]) -> str | None:
    """Return the day to post on as it was chosen, in ISO; None where nothing was asked."""
    return _chosen(values, POSTING_DATE) or None


def _chosen(values: Mapping[str, Any], block_id: str) -> str:
    option = _element(values, block_id).get("selected_option")
    return str(option.get("value") or "") if isinstance(option, Mapping) else ""


def _written(values: Mapping[str, Any], block_id: str) -> str:
    return str(_element(values, block_id).get("value") or "").strip()


def _picked(values: Mapping[str, Any]) -> set[str]:
    return {str(option.get("value")) for option in _element(values, LINES).get("selected_options") or ()}


def _element(values: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    block = values.get(block_id)
    found = next(iter(block.values()), None) if isinstance(block, Mapping) else None
    return found if isinstance(found, Mapping) else {}
