"""`dunwell bill --dry-run`: what the next billing run drafts, and its total; nothing is changed."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands.opening import open_database
from bot.settings import Settings
from flows.billing import PreviewRow, preview
from flows.policy.load import load_policy
from flows.values.clock import business_date
from flows.values.money import Money, format_amount, format_money, total
from flows.values.words import day, shortened


def run(*, on: date | None, as_json: bool) -> None:
    """Print what a run on that business date drafts; without one, the next run, which is tomorrow's.

    Raises ConfigurationError when the database or the policy cannot be used.
    """
    settings = Settings()
    run_on = on or _tomorrow(settings)
    database = open_database(settings)
    try:
        with database.read(None) as session:
            rows = list(preview(session, run_on))
    finally:
        database.dispose()
    if as_json:
        sys.stdout.write(json.dumps(_as_json(run_on, rows), ensure_ascii=False) + "\n")
    else:
        _print(run_on, rows)


def _tomorrow(settings: Settings) -> date:
    """Return the next business date in the policy's time zone."""
    zone = load_policy(settings.policy).billing.zone
    return business_date(settings.clock().now(), zone) + timedelta(days=1)


def _print(run_on: date, rows: Sequence[PreviewRow]) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    drafts = [row for row in rows if row.total is not None and not row.reason]
    count = f"{len(drafts):,} drafts" if len(drafts) != 1 else "1 draft"
    totals = ", ".join(format_money(one) for one in _totals(drafts))
    found = f"{count}, {totals}" if drafts else "nothing to draft"
    console.print(Text(f"The run of {day(run_on)}: {found}", style="bold"))
    if rows:
        console.print()
        console.print(_table(rows))


def _table(rows: Sequence[PreviewRow]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Invoice date", no_wrap=True)
    table.add_column("Customer", ratio=1)
    table.add_column("Service", no_wrap=True)
    table.add_column("Amount", justify="right", no_wrap=True)
    for row in rows:
        service = f"{row.period_start} to {row.period_end}" if row.period_start else "once"
        amount = (
            f"{row.currency} {format_amount(row.total.amount, row.currency)}"
            if row.total is not None
            else "cannot be billed"
        )
        table.add_row(str(row.invoice_date), Text(shortened(row.customer, 60)), service, amount)
        if row.reason:
            table.add_row("", Text(row.reason, style="dim"), "", "")
    return table


def _totals(rows: Sequence[PreviewRow]) -> list[Money]:
    by_currency: defaultdict[str, list[Money]] = defaultdict(list)
    for row in rows:
        if row.total is not None:
            by_currency[row.currency].append(row.total)
    return [total(amounts, currency) for currency, amounts in sorted(by_currency.items())]


def _as_json(run_on: date, rows: Sequence[PreviewRow]) -> dict[str, Any]:
    return {
        "date": str(run_on),
        "totals": {one.currency: str(one.amount) for one in _totals(rows)},
        "drafts": [_row(row) for row in rows],
    }


def _row(row: PreviewRow) -> dict[str, str | None]:
    return {
        "contract": row.contract_id,
        "customer": row.customer,
        "invoice_date": str(row.invoice_date),
        "period_start": str(row.period_start) if row.period_start else None,
        "period_end": str(row.period_end) if row.period_end else None,
        "currency": row.currency,
        "total": str(row.total.amount) if row.total is not None else None,
        "reason": row.reason or None,
    }
