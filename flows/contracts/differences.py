"""What a new version of a deal changed, in words and money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from flows.contracts.line_checks import one_period
from flows.values import words
from flows.values.deal import Deal, DealLine
from flows.values.money import format_money

_HEADER: Final = {
    "account_name": "customer",
    "contact_name": "contact",
    "contact_email": "contact's e-mail",
    "billing_address": "billing address",
    "po_number": "PO",
    "terms": "terms",
    "start_date": "start",
    "end_date": "end",
    "close_date": "close date",
    "renewal_months": "months of a renewal",
    "uplift_pct": "percent that prices rise at a renewal",
    "owner_name": "account manager",
    "owner_email": "account manager's e-mail",
    "currency": "currency",
    "name": "deal name",
}
_LINE: Final = {
    "product_code": "product",
    "description": "description",
    "billing": "billing",
    "frequency": "frequency",
    "timing": "timing",
}


def differences(old: Deal, new: Deal) -> tuple[str, ...]:
    """Return what changed between two versions of a deal, one sentence part each, empty when nothing that bills did.

    Lines are told apart by the source's own id: "Seats: quantity 40 -> 42 (USD 2,400.00 -> USD 2,520.00)".
    """
    return (*_header(old, new), *_lines(old, new))


def _header(old: Deal, new: Deal) -> Iterator[str]:
    if old.is_won != new.is_won:
        yield "closed won again" if new.is_won else "no longer closed won"
    for field, called in _HEADER.items():
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield f"{called}: {_changed(before, after)}"
    if not _same(old.amount, new.amount):
        yield f"amount: {_sum(old.amount, old.currency)} -> {_sum(new.amount, new.currency)}"


def _lines(old: Deal, new: Deal) -> Iterator[str]:
    before = {line.source_id: line for line in old.lines}
    after = {line.source_id: line for line in new.lines}
    for source_id, line in after.items():
        if source_id not in before:
            yield f"line added: {_line_words(line, new.currency)}"
        elif changes := list(_line_changes(before[source_id], line, old.currency, new.currency)):
            yield f"{_called(line)}: {', '.join(changes)}{_cost_change(before[source_id], line, old, new)}"
    for source_id, line in before.items():
        if source_id not in after:
            yield f"line removed: {_line_words(line, old.currency)}"
    if len(after) != len(new.lines) or len(before) != len(old.lines):
        yield "lines with the same id: compare the deal itself"


def _line_changes(old: DealLine, new: DealLine, was: str | None, now: str | None) -> Iterator[str]:
    if not _same(old.quantity, new.quantity):
        yield f"quantity {_number(old.quantity)} -> {_number(new.quantity)}"
    if not _same(old.unit_price, new.unit_price):
        yield f"price {_price(old.unit_price, was)} -> {_price(new.unit_price, now)}"
    for field, called in _LINE.items():
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield f"{called} {_changed(before, after)}"
    before_named, after_named = dict(old.dimensions), dict(new.dimensions)
    for name in sorted({*before_named, *after_named}):
        if before_named.get(name) != after_named.get(name):
            yield f"{name} {_changed(before_named.get(name), after_named.get(name))}"
    if not _same(old.total, new.total) and _same(old.quantity, new.quantity) and _same(old.unit_price, new.unit_price):
        yield f"total {_sum(old.total, was)} -> {_sum(new.total, now)}"


def _cost_change(old: DealLine, new: DealLine, old_deal: Deal, new_deal: Deal) -> str:
    before, after = one_period(old, old_deal.currency), one_period(new, new_deal.currency)
    if before is None or after is None or before == after:
        return ""
    return f" ({format_money(before)} -> {format_money(after)})"


def _line_words(line: DealLine, currency: str | None) -> str:
    cost = one_period(line, currency)
    text = f"{_called(line)}, {_number(line.quantity)} × {_price(line.unit_price, currency)}"
    return f"{text} = {format_money(cost)}" if cost is not None else text


def _called(line: DealLine) -> str:
    return words.shortened(line.description or line.product_code or "", 60) or "a line without a name"


def _same(old: Decimal | None, new: Decimal | None) -> bool:
    """Compare as numbers (40 is 40.00) without ever raising for what is not a number."""
    if old is None or new is None or not old.is_finite() or not new.is_finite():
        return str(old) == str(new)
    return old == new


def _changed(old: object, new: object) -> str:
    return f"{_any(old)} -> {_any(new)}"


def _any(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, Decimal):
        return words.number(value)
    return words.day(value) if isinstance(value, date) else words.shortened(str(value), 60)


def _number(value: Decimal | None) -> str:
    return "none" if value is None else words.number(value)


def _price(value: Decimal | None, currency: str | None) -> str:
    return "none" if value is None else words.price(value, currency)


def _sum(value: Decimal | None, currency: str | None) -> str:
    return "none" if value is None else words.amount(value, currency)
