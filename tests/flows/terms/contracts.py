"""Contracts for the tests: one in order, and strategies for terms of every kind."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from flows.terms.model import Terms
from tests.flows.pricing.prices import METERED_PRICES

DAY = timedelta(days=1)
SEATS: dict[str, Any] = {
    "id": "seats",
    "description": "Seats",
    "unit": "seat",
    "price": {"model": "standard", "unit_price": "60.00"},
    "quantity": 40,
}
CALLS: dict[str, Any] = {
    "id": "calls",
    "description": "API calls",
    "unit": "call",
    "meter": "api_calls",
    "price": {
        "model": "graduated",
        "tiers": [{"up_to": 1000, "unit_price": "0.10"}, {"unit_price": "0.08"}],
    },
}
CONTRACT: dict[str, Any] = {
    "version": 1,
    "customer": {"name": "Acme Ltd", "email": "ap@acme.example"},
    "currency": "USD",
    "time_zone": "Europe/Berlin",
    "start": "2026-01-01",
    "end": "2026-12-31",
    "payment": {"type": "net", "days": 30},
    "lines": [SEATS],
}


def terms(*lines: dict[str, Any], **changes: Any) -> Terms:
    """Return a contract of 2026, of 40 seats or of the lines given, with some fields changed; None takes one out."""
    raw = CONTRACT | ({"lines": list(lines)} if lines else {}) | changes
    return Terms.model_validate({name: value for name, value in raw.items() if value is not None})


AMOUNTS = st.decimals("0", "5000", places=2) | st.decimals("0", "1", places=6) | st.integers(0, 500).map(Decimal)
PERCENTS = st.decimals("0.5", "100", places=2)
QUANTITIES = st.integers(0, 300).map(Decimal) | st.decimals("0", "100", places=3)
FREQUENCIES = st.sampled_from(["monthly", "quarterly", "semiannual", "annual"])
STARTS = st.dates(date(2023, 12, 1), date(2028, 3, 31))  # 2024 and 2028 are leap years


@st.composite
def billings(draw: st.DrawFn) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "frequency": draw(FREQUENCIES),
        "timing": draw(st.sampled_from(["advance", "arrears"])),
        "arrears_on": draw(st.sampled_from(["day_after", "period_end"])),
        "proration": draw(st.sampled_from(["actual_days", "thirty_360", "daily_365"])),
    }
    if draw(st.booleans()):
        return raw | {"alignment": "calendar", "fiscal_year_start_month": draw(st.integers(1, 12))}
    return raw | ({"anchor_day": draw(st.integers(1, 31))} if draw(st.booleans()) else {})


def _stretches(draw: st.DrawFn, start: date, end: date, most: int) -> list[dict[str, Any]]:
    """Some stretches of the days from `start` to `end`, in order, none touching another."""
    days = draw(st.lists(st.dates(start, end), min_size=0, max_size=2 * most, unique=True).map(sorted))
    return [{"start": first, "end": last} for first, last in zip(days[::2], days[1::2], strict=False)]


@st.composite
def agreed_lines(draw: st.DrawFn, name: str, start: date, end: date | None) -> dict[str, Any]:
    """A line with an agreed quantity: maybe of its own dates, ramped, free for a while, discounted or escalated."""
    horizon = end or start + timedelta(days=900)
    first = draw(st.just(start) | st.dates(start, horizon))
    last = draw(st.just(end) | st.dates(first, horizon))
    raw: dict[str, Any] = {
        "id": name,
        "description": name.title(),
        "price": {"model": "standard", "unit_price": draw(AMOUNTS)},
        "quantity": draw(QUANTITIES),
    }
    raw |= {"start": first} if first != start else {}
    raw |= {"end": last} if last != end else {}
    raw |= {"price_per": draw(FREQUENCIES)} if draw(st.booleans()) else {}
    raw |= {"frequency": draw(FREQUENCIES)} if draw(st.booleans()) else {}
    raw |= {"timing": draw(st.sampled_from(["advance", "arrears"]))} if draw(st.booleans()) else {}
    within = last or horizon
    if draw(st.booleans()):
        raw["ramp"] = draw(_ramps(first, within, last))
    if draw(st.booleans()):
        raw["free"] = _stretches(draw, first, within, 2)
    if draw(st.booleans()):
        raw["discounts"] = [
            stretch | ({"pct": draw(PERCENTS)} if draw(st.booleans()) else {"amount": draw(AMOUNTS)})
            for stretch in _stretches(draw, first, within, 2)
        ]
    if draw(st.booleans()):
        raw["escalator"] = {"pct": draw(PERCENTS), "every_months": draw(st.sampled_from([6, 12]))}
    return raw


@st.composite
def _ramps(draw: st.DrawFn, first: date, within: date, last: date | None) -> list[dict[str, Any]]:
    cuts = sorted(set(draw(st.lists(st.dates(first, within), max_size=3))) - {first})
    starts = [first, *cuts]
    ends = [cut - DAY for cut in cuts] + [last]
    return [
        {"start": start, "quantity": draw(QUANTITIES)} | ({"end": end} if end is not None else {})
        for start, end in zip(starts, ends, strict=True)
    ]


@st.composite
def metered_lines(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A line with a meter, for the whole contract."""
    return {
        "id": name,
        "description": name.title(),
        "meter": f"meter-{name}",
        "unit": "call",
        "price": draw(METERED_PRICES),
        "when_zero": draw(st.sampled_from(["omit", "show"])),
        "dimensions": draw(st.dictionaries(st.sampled_from(["department", "class"]), st.sampled_from(["100", "200"]))),
    }


@st.composite
def contracts(draw: st.DrawFn, *, metered: bool = True, endless: bool = True) -> Terms:
    """Terms of every kind that are in order."""
    start = draw(STARTS)
    end = draw((st.none() if endless else st.nothing()) | st.integers(20, 1100).map(lambda days: start + days * DAY))
    raw: dict[str, Any] = CONTRACT | {
        "start": start,
        "end": end,
        "currency": draw(st.sampled_from(["USD", "JPY", "KWD"])),
        "billing": draw(billings()),
        "po_number": draw(st.none() | st.sampled_from(["PO-7", "0042", "NO", "1e3", "2026-01-01", "~", "a: b # c"])),
        "lines": [draw(agreed_lines(f"agreed{number}", start, end)) for number in range(draw(st.integers(1, 3)))],
    }
    raw["customer"] |= {"address": draw(st.none() | st.just("1 High Street\nLeeds\n\nEngland"))}
    if metered:
        raw["lines"] += [draw(metered_lines(f"metered{number}")) for number in range(draw(st.integers(0, 2)))]
    if end is not None and endless and draw(st.booleans()):
        raw["renewal"] = {"kind": "fixed", "months": draw(st.integers(1, 24)), "uplift_pct": draw(PERCENTS)}
    if draw(st.booleans()):
        raw["fees"] = [{"id": "setup", "description": "Setup", "amount": draw(AMOUNTS.filter(bool))}]
    return Terms.model_validate({name: value for name, value in raw.items() if value is not None})
