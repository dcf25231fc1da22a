"""The modal of `/quote`: the schedule of a deal before it closes, and what is still to be answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from flows.approvals import sections, why_texts
from flows.blockkit import context, day, divider, entry, escape, link, modal, section, typed
from flows.contracts.problem import Problem
from flows.contracts.quoting import Foreseen, ForeseenLine, Preview, Waiting
from flows.values.card import Block, View
from flows.values.money import format_money, total

QUOTE_MODAL: Final = "deal.quote_modal"
WHICH_DEAL: Final = "deal.quote_which"
DEAL: Final = "deal"
READING: Final = "Reading the deal…"
_TITLE: Final = "Schedule of a deal"
_SHOWN: Final = 300  # invoices
_IN_A_SECTION: Final = 25
_QUESTIONS: Final = 20
_QUESTIONS_IN_A_SECTION: Final = 4
_MILESTONES: Final = 20
_BLOCKS: Final = 95  # a view takes 100; what is left out has to be said
_BYTES: Final = 220_000  # a view takes 250,000


def quote_modal(found: Preview | None = None) -> View:
    """Return the schedule; without one the page to fill."""
    blocks = [section(READING)]
    if found is not None:
        *blocks, stored = _blocks(found)
        blocks += [*_arithmetic(found.invoices, blocks), stored]
    return modal(_TITLE, blocks, callback_id=QUOTE_MODAL)


def which_deal_modal() -> View:
    """Return the question which deal is meant."""
    deal = entry(
        "Deal", DEAL, typed(DEAL, example="006Hs00001AbCdEIAV", most=1000), hint="Its id, or the link to its page."
    )
    about = section("What a deal bills and when, before it closes. Nothing is stored.")
    return modal(_TITLE, [about, deal], callback_id=WHICH_DEAL, submit="Show")


def no_quote_modal(*sentences: str) -> View:
    """Return why there is no schedule; the sentences are plain text."""
    return modal(_TITLE, [section(escape(one, 1500)) for one in sentences], callback_id=QUOTE_MODAL)


def _blocks(found: Preview) -> Iterator[Block]:
    yield section(_heading(found), _about(found), _extent(found), _payment(found))
    if found.questions:
        yield from _questions(found.questions)
    if found.is_known:
        yield divider()
        yield from _invoices(found.invoices)
        yield divider()
        yield from _totals(found)
        yield from _waiting(found.waiting)
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


def _payment(found: Preview) -> str | None:
    return f"Payment terms: {escape(found.payment, 300)}" if found.payment else None


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


def _waiting(milestones: Sequence[Waiting]) -> Iterator[Block]:
    """Say which milestones are not in the total, as nobody knows yet when they are reached."""
    if not milestones:
        return
    currency = milestones[0].amount.currency
    shown, rest = milestones[:_MILESTONES], milestones[_MILESTONES:]
    lines = [f"• {escape(one.description, 150)} · {format_money(one.amount)}" for one in shown]
    if rest:
        lines.append(f"and {len(rest)} more, {format_money(total((one.amount for one in rest), currency))}")
    whole = format_money(total((one.amount for one in milestones), currency))
    yield from sections([f"*Not in it: {whole}, each billed when somebody reports its milestone as reached*", *lines])


def _arithmetic(invoices: Sequence[Foreseen], before: Sequence[Block]) -> Iterator[Block]:
    """Say how each invoice comes to its amount, as far as Slack shows it, and of which this is left out.

    Invoices in a row that come about in the same way are told of once.
    """
    blocks, size = len(before) + 2, len(json.dumps(before))
    told = 0
    for alike in _alike(invoices):
        found = sections([f"*{_named(alike)}*", *(text for line in alike[0].lines for text in _explained(line))])
        blocks, size = blocks + len(found), size + len(json.dumps(found))
        if blocks > _BLOCKS or size > _BYTES:
            break
        yield from [] if told else [divider(), section("*How each comes about*")]
        yield from found
        told += len(alike)
    if rest := invoices[told:]:
        whole = format_money(total((one.amount for one in rest), rest[0].amount.currency))
        yield section(
            f"Left out: how the {len(rest)} invoices from {day(rest[0].invoice_date)} on come to {whole}, as Slack "
            "shows no more in a window. The card of each draft will say it."
        )


def _alike(invoices: Sequence[Foreseen]) -> Iterator[list[Foreseen]]:
    return (list(alike) for _, alike in groupby(invoices, key=lambda one: one.lines))


def _named(alike: Sequence[Foreseen]) -> str:
    first, amount = alike[0], format_money(alike[0].amount)
    if len(alike) == 1:
        return f"{day(first.invoice_date)} · {amount}"
    return f"{day(first.invoice_date)} to {day(alike[-1].invoice_date)} · {len(alike)} invoices of {amount}"


def _explained(line: ForeseenLine) -> Iterator[str]:
    yield f"• {escape(line.description, 200)} · {format_money(line.amount)}"
    yield from why_texts(line.why)
