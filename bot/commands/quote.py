"""`dunwell quote`: what a contract's terms bill, invoice by invoice, with the arithmetic of every line in words."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from flows.rating import Quote, RatedInvoice, RatedLine, quote
from flows.rating.metered import UsageNeeded
from flows.schedule import describe, discount, instalments, ways_to_pay
from flows.terms.model import Terms
from flows.terms.reading import load_terms
from flows.usage import Metered, UsageReading, read_usage_file
from flows.values.money import Money, format_amount
from flows.values.periods import Period
from flows.values.words import day, shortened


def run(
    path: Path,
    *,
    usage: Path | None,
    subject: str | None,
    since: date | None,
    until: date | None,
    reached: Mapping[str, date],
    as_json: bool,
) -> None:
    """Print the quote. Raises TermsRefused for the terms, FileRefused for the usage, and what rating raises."""
    terms = load_terms(path)
    reading: list[UsageReading] = []

    def used(needed: tuple[UsageNeeded, ...]) -> Mapping[tuple[str, Period], Any]:
        if usage is None:
            return {}
        wanted = [Metered(one.meter, one.aggregation, one.periods, one.each) for one in needed]
        reading.append(read_usage_file(usage, wanted, zone=terms.time_zone, subject=subject))
        return reading[0].totals

    within = {event: on for event, on in reached.items() if on >= terms.start}
    quoted = quote(terms, since=since, until=until, reached=within, used=used)
    notes = [*_notes(terms, reached), *(_usage_notes(reading[0]) if reading else _no_usage(terms))]
    if as_json:
        sys.stdout.write(json.dumps(_as_json(terms, quoted, notes), ensure_ascii=False) + "\n")
    else:
        _print(terms, quoted, notes)


def _print(terms: Terms, quoted: Quote, notes: list[str]) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(Text(f"{_named(terms)}", style="bold"))
    console.print(_rhythm(terms))
    console.print()
    console.print(_schedule(quoted))
    for invoice in quoted.invoices:
        console.print()
        console.print(Text(_heading(invoice), style="bold"))
        for way in _ways(terms, invoice):
            console.print(Padding(Text(way, style="dim"), (0, 0, 0, 2)))
        for line in invoice.lines:
            console.print(_line(line))
            for words in _explained(line):
                console.print(Padding(Text(words, style="dim"), (0, 0, 0, 4)))
        console.print(_row("Total", invoice.total, style="bold"))
    if notes:
        console.print()
    for note in notes:
        console.print(note)


def _schedule(quoted: Quote) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_footer=True)
    table.add_column("Invoice", "Total", no_wrap=True)
    table.add_column("Due", no_wrap=True)
    table.add_column("Service", ratio=1)
    table.add_column("Lines", justify="right", no_wrap=True)
    table.add_column(quoted.currency, _plain(quoted.total), justify="right", no_wrap=True)
    for invoice in quoted.invoices:
        planned = invoice.planned
        service = _span(planned.period) if planned.period else "once"
        table.add_row(
            str(planned.invoice_date), str(planned.due_date), service, str(len(invoice.lines)), _plain(invoice.total)
        )
    return table


def _line(line: RatedLine) -> Table:
    return _row(shortened(line.description, 160), line.amount)


def _row(text: str, amount: Money, style: str = "") -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, expand=True, padding=0, style=style)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True, width=max(16, len(_plain(amount)) + 1))
    table.add_row(Padding(Text(text), (0, 0, 0, 2)), _plain(amount))
    return table


def _explained(line: RatedLine) -> Iterator[str]:
    """Give what stands below a line: its days, the arithmetic, and where it comes from."""
    if line.period:
        yield _span(line.period)
    yield from line.words
    yield f"from {line.provenance}"


def _heading(invoice: RatedInvoice) -> str:
    return f"Invoice of {day(invoice.invoice_date)}, due {day(invoice.planned.due_date)}"


def _ways(terms: Terms, invoice: RatedInvoice) -> tuple[str, ...]:
    """Return what an early payment saves, or the day of each instalment."""
    return ways_to_pay(terms.payment, invoice.invoice_date, invoice.total)


def _named(terms: Terms) -> str:
    return f"{terms.customer.name}, contract {terms.contract}" if terms.contract else terms.customer.name


def _rhythm(terms: Terms) -> str:
    dates = f"{day(terms.start)} to {day(terms.end)}" if terms.end else f"from {day(terms.start)}, without an end"
    billing = terms.billing
    return f"{dates}; billed {billing.frequency} in {billing.timing}; {describe(terms.payment)}; {terms.currency}"


def _notes(terms: Terms, reached: Mapping[str, date]) -> Iterator[str]:
    """Give what a reader should know of what is not in the quote."""
    for milestone in terms.milestones:
        if milestone.event and milestone.event not in reached:
            yield f"Not in it: {milestone.description}, billed when {milestone.event} is reported."
    known = {milestone.event for milestone in terms.milestones}
    for event, on in reached.items():
        if event in known and on < terms.start:
            begins = day(terms.start)
            yield f"Not in it: {event} cannot be reached on {day(on)}, before the contract starts on {begins}."
        if event not in known:
            yield f"No milestone waits for {event}; the terms know: {', '.join(sorted(filter(None, known))) or 'none'}."


def _no_usage(terms: Terms) -> Iterator[str]:
    meters = sorted({line.meter for line in terms.lines if line.meter})
    if meters:
        yield f"No usage was given: {', '.join(meters)} counted as 0. Add a file with --usage."


def _usage_notes(reading: UsageReading) -> Iterator[str]:
    for row in reading.refused:
        yield f"Not counted, line {row.line}: {row.reason}"
    if reading.refused_count > len(reading.refused):
        yield f"Not counted: {reading.refused_count - len(reading.refused):,} more rows like these."
    for count, words in (
        (reading.duplicates, "counted once though sent again"),
        (reading.outside, "not counted: in no period that is billed here"),
        (reading.of_others, "not counted: of another customer"),
    ):
        if count:
            yield f"{_events(count)} {words}."
    for meter, events in reading.unpriced.items():
        yield f"No line has a price for {meter}: {_events(events)} not billed."


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count:,} events"


def _as_json(terms: Terms, quoted: Quote, notes: list[str]) -> dict[str, Any]:
    return {
        "customer": terms.customer.name,
        "contract": terms.contract,
        "currency": quoted.currency,
        "from": str(quoted.since),
        "to": str(quoted.until),
        "total": str(quoted.total.amount),
        "invoices": [_invoice_json(terms, invoice) for invoice in quoted.invoices],
        "notes": notes,
    }


def _invoice_json(terms: Terms, invoice: RatedInvoice) -> dict[str, Any]:
    planned, day_of = invoice.planned, invoice.invoice_date
    early = discount(terms.payment, day_of, invoice.total)
    parts = instalments(terms.payment, day_of, invoice.total)
    return {
        "key": invoice.key,
        "invoice_date": str(planned.invoice_date),
        "due_date": str(planned.due_date),
        "total": str(invoice.total.amount),
        "early_payment": {"until": str(early.until), "discount": str(early.amount.amount)} if early else None,
        "instalments": [{"due": str(part.due), "amount": str(part.amount.amount)} for part in parts],
        "lines": [_line_json(line) for line in invoice.lines],
    }


def _line_json(line: RatedLine) -> dict[str, Any]:
    return {
        "key": line.key,
        "description": line.description,
        "product_code": line.product_code,
        "quantity": f"{line.quantity:f}",
        "unit_price": f"{line.unit_price:f}",
        "amount": str(line.amount.amount),
        "period_start": str(line.period.start) if line.period else None,
        "period_end": str(line.period.end) if line.period else None,
        "words": list(line.words),
        "account": line.account,
        "tax_code": line.tax_code,
        "dimensions": dict(line.dimensions),
        "terms_path": line.provenance.terms_path,
        "deal_field": line.provenance.deal_field,
        "usage": list(line.provenance.usage),
    }


def _span(days: Period) -> str:
    return f"{day(days.start)} to {day(days.end)}"


def _plain(money: Money) -> str:
    return format_amount(money.amount, money.currency)
