"""How a ready-made deal is put together for its closing day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flows.values.periods import add_months

Deal = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DealKind:
    """One ready-made deal; `build` makes it for a closing day."""

    title: str
    explains: str
    build: Callable[[date], Deal]


def term(today: date) -> Deal:
    """Return a year of service from the first of the next month."""
    start = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = start.replace(year=start.year + 1) - timedelta(days=1)
    return {"start": start.isoformat(), "end": end.isoformat(), "close_date": today.isoformat()}


def line(
    product: str, price: str, *, quantity: str = "1", billing: str = "flat", frequency: str | None = "annual",
    description: str | None = None,
) -> Deal:  # fmt: skip
    """Return one line of a deal."""
    return {
        "product": product,
        "description": description,
        "quantity": quantity,
        "unit_price": price,
        "billing": billing,
        "frequency": frequency,
    }


def deal(account: str | None, currency: str | None, lines: list[Deal], **more: Any) -> Callable[[date], Deal]:
    """Return a deal over a year of service from the first of the next month."""

    def build(today: date) -> Deal:
        usual = {
            "account": account,
            "currency": currency,
            "lines": lines,
            "terms": "Net 30",
            "po_number": "4500-2211",
            "owner": "sam",
        }
        return {**usual, **term(today), **more}

    return build


def from_today(account: str, currency: str, lines: list[Deal], **more: Any) -> Callable[[date], Deal]:
    """Return a deal whose service begins on its closing day: what is used from then on is billed a month later."""
    build = deal(account, currency, lines, **more)

    def begin(today: date) -> Deal:
        end = add_months(today, 12) - timedelta(days=1)
        return build(today) | {"start": today.isoformat(), "end": end.isoformat()}

    return begin
