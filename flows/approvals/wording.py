"""The sentences and small parts that cards and modals of an approval share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from flows.approvals.view import ApprovalView, Voted
from flows.blockkit import day, escape, instant, mention, plain, quote
from flows.values.extension import format_price, format_quantity
from flows.values.invoice import InvoiceContent, InvoiceLine
from flows.values.money import Money, format_amount, format_money

_DID = {"approve": "approved", "reject": "rejected", "request_changes": "asked for changes"}
_DID_MARK = {"approve": "✅", "reject": "⛔", "request_changes": "✏️"}


def headline(view: ApprovalView) -> str:
    """Return who and how much, bold, with the number once there is one."""
    number = f"{escape(view.number, 40)} · " if view.number else ""
    return f"*{number}{escape(view.content.bill_to.name, 150)} · {format_money(view.content.total)}*"


def invoice_words(view: ApprovalView) -> str:
    """Name the invoice inside a sentence: "INV-1042 to Northwind GmbH over EUR 12,400.00"."""
    what = escape(view.number, 40) if view.number else f"the invoice v{view.version}"
    return f"{what} to {escape(view.content.bill_to.name, 150)} over {format_money(view.content.total)}"


def vote_line(vote: Voted) -> str:
    """Say who decided what, when and why."""
    why = f": {quote(vote.reason)}" if vote.reason else ""
    did = _DID.get(vote.verdict, "decided")
    return f"{_DID_MARK.get(vote.verdict, '•')} {mention(vote.user_id)} {did}{why} · {instant(vote.at)}"


def vote_words(vote: Voted) -> str:
    """Say the same for a lock screen, by name: "Dana Whitfield rejected"."""
    return f"{escape(vote.name, 80)} {_DID.get(vote.verdict, 'decided')}"


def period(start: date | None, end: date | None) -> str | None:
    """Write a service period, both days included; None when there is none."""
    if start is None or end is None:
        return None
    return day(start) if start == end else f"{day(start)} - {day(end)}"


def amount_cell(money: Money) -> str:
    """Write an amount for a table: no code, all decimals, negative in parentheses."""
    return _cell(format_amount(abs(money.amount), money.currency), negative=money.amount < 0)


def price_cell(price: Decimal, currency: str) -> str:
    """Write a unit price for a table with all its decimals, negative in parentheses."""
    return _cell(format_price(abs(price), currency), negative=price < 0)


def line_rows(lines: Iterable[InvoiceLine], currency: str) -> list[list[str]]:
    """Return one row of cells a line: item, quantity, unit price, amount."""
    return [
        [
            plain(line.description, 80),
            format_quantity(line.quantity),
            price_cell(line.unit_price, currency),
            amount_cell(line.amount),
        ]
        for line in lines
    ]


def booked(line: InvoiceLine) -> str:
    """Say where a line is booked: account and dimensions, and which of them relationships filled in."""
    dimensions = [
        f"{escape(name.replace('_', ' '), 30)} {escape(value, 40)}{' (filled in)' if name in line.filled else ''}"
        for name, value in line.dimensions
    ]
    return " · ".join([f"account {escape(line.account, 30)}", *dimensions])


def bookings(content: InvoiceContent) -> str:
    """Say where the invoice is booked: each account with its dimensions once, four at most."""
    different = list(dict.fromkeys(booked(line) for line in content.lines))
    more = [f"and {len(different) - 4} more"] if len(different) > 4 else []
    return "; ".join([*different[:4], *more])


def _cell(digits: str, *, negative: bool) -> str:
    return f"({digits})" if negative else digits
