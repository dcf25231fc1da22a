"""The modal of `/quote`: the schedule of a deal before it closes, and what is still to be answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from flows.blockkit import context, day, divider, escape, link, modal, section
from flows.contracts.problem import Problem
from flows.contracts.quoting import Foreseen, Preview
from flows.values.card import Block, View
from flows.values.money import format_money, total

QUOTE_MODAL: Final = "deal.quote_modal"
READING: Final = "Reading the deal…"
_TITLE: Final = "Schedule of a deal"
_SHOWN: Final = 300  # invoices
_IN_A_SECTION: Final = 25
_QUESTIONS: Final = 20
_QUESTIONS_IN_A_SECTION: Final = 4


def quote_modal(found: Preview | None = None) -> View:
    """Return the schedule; without one the page to fill."""
    blocks = list(_blocks(found)) if found else [section(READING)]
    return modal(_TITLE, blocks, callback_id=QUOTE_MODAL)


def no_quote_modal(*sentences: str) -> View:
    """Return why there is no schedule; the sentences are plain text."""
    return modal(_TITLE, [section(escape(one, 1500)) for one in sentences], callback_id=QUOTE_MODAL)


def _blocks(found: Preview) -> Iterator[Block]:
    yield section(_heading(found), _about(found), _extent(found))
    if found.questions:
        yield from _questions(found.questions)
    if found.is_known:
        yield divider()
        yield from _invoices(found.invoices)
        yield divider()
        yield from _totals(found)
    else:
        yield section("The schedule is shown once these are answered where the deal comes from.")
    yield context("Nothing was stored. It is what the deal bills as it stands now.")


def _heading(found: Preview) -> str:
    customer = escape(found.deal.account_name, 150)
    return f"*{customer} · {format_money(found.total)}*" if found.is_known else f"*{customer}*"


def _about(found: Preview) -> str:
    name, opens = link(found.deal.url, escape(found.deal.name, 150)), day(found.opens)
    return f"{name} · closed {opens}" if found.deal.is_won else f"{name} · not closed yet; here it closes on {opens}"


def _extent(found: Preview) -> str | None:
    if found.start is None:
        return None
    if found.end is None:
        return f"Contract from {day(found.start)}, without an end: one year of it is shown"
    return f"Contract {day(found.start)} - {day(found.end)}"


def _questions(questions: Sequence[Problem]) -> Iterator[Block]:
    shown = [f"• {escape(one.message, 600)}" for one in questions[:_QUESTIONS]]
    if len(questions) > _QUESTIONS:
        shown.append(f"and {len(questions) - _QUESTIONS} more")
    yield divider()
    for at in range(0, len(shown), _QUESTIONS_IN_A_SECTION):
        head = "*To be answered before it can be billed*" if at == 0 else None
        yield section(head, *shown[at : at + _QUESTIONS_IN_A_SECTION])


def _invoices(invoices: Sequence[Foreseen]) -> Iterator[Block]:
    if not invoices:
        yield section("No invoice: nothing in it costs anything.")
    for at in range(0, min(len(invoices), _SHOWN), _IN_A_SECTION):
        yield section(*map(_line, invoices[at : min(at + _IN_A_SECTION, _SHOWN)]))
    if rest := invoices[_SHOWN:]:
        yield section(
            f"and {len(rest)} more, {format_money(total((one.amount for one in rest), rest[0].amount.currency))}"
        )


def _line(one: Foreseen) -> str:
    if one.first is None or one.last is None:
        period = "once"
    else:
        period = day(one.first) if one.first == one.last else f"{day(one.first)} - {day(one.last)}"
    return f"• {day(one.invoice_date)} · {period} · {format_money(one.amount)}"


def _totals(found: Preview) -> Iterator[Block]:
    count = "1 invoice" if len(found.invoices) == 1 else f"{len(found.invoices)} invoices"
    measured = ", ".join(escape(meter, 70) for meter in found.meters[:10])
    more = f" and {len(found.meters) - 10} more" if len(found.meters) > 10 else ""
    yield section(
        f"*{count}, {format_money(found.total)}*",
        f"What is measured ({measured}{more}) is counted as 0; it is billed by what will have been used."
        if measured
        else None,
    )
