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
PRORATIONS = st.sampled_from(["actual_days", "thirty_360", "daily_365"])
YEAR_STARTS, ANCHORS, RENEWALS = st.integers(1, 12), st.integers(1, 31), st.integers(1, 24)
CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])
NUMBERS = st.none() | st.sampled_from(["PO-7", "0042", "NO", "1e3", "2026-01-01", "~", "a: b # c"])
BOOKED = st.dictionaries(st.sampled_from(["department", "class"]), st.sampled_from(["100", "200"]))
ONE_TO_THREE, UP_TO_TWO = st.integers(1, 3), st.integers(0, 2)
SOME = st.booleans()  # made once: making a strategy costs more than drawing from it
TIMINGS = st.sampled_from(["advance", "arrears"])
DAYS = st.integers(0, 1100)
SEVERAL_DAYS = st.lists(DAYS, max_size=4, unique=True)
FREQUENCIES = st.sampled_from(["monthly", "quarterly", "semiannual", "annual"])
STARTS = st.dates(date(2023, 12, 1), date(2028, 3, 31))  # 2024 and 2028 are leap years


def _billing(draw: st.DrawFn) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "frequency": draw(FREQUENCIES),
        "timing": draw(TIMINGS),
        "arrears_on": "day_after" if draw(SOME) else "period_end",
        "proration": draw(PRORATIONS),
    }
    if draw(SOME):
        return raw | {"alignment": "calendar", "fiscal_year_start_month": draw(YEAR_STARTS)}
    return raw | ({"anchor_day": draw(ANCHORS)} if draw(SOME) else {})


def _between(draw: st.DrawFn, start: date, end: date) -> date:
    return start + draw(DAYS) % ((end - start).days + 1) * DAY


def _some_days(draw: st.DrawFn, start: date, end: date) -> list[date]:
    """Some days from `start` to `end`, in order."""
    return sorted({start + days % ((end - start).days + 1) * DAY for days in draw(SEVERAL_DAYS)})


def _stretches(draw: st.DrawFn, start: date, end: date) -> list[dict[str, Any]]:
    """Some stretches of the days from `start` to `end`, in order, none touching another."""
    days = _some_days(draw, start, end)
    return [{"start": first, "end": last} for first, last in zip(days[::2], days[1::2], strict=False)]


def agreed_line(draw: st.DrawFn, name: str, start: date, end: date | None) -> dict[str, Any]:
    """A line with an agreed quantity: maybe of its own dates, ramped, free for a while, discounted or escalated."""
    horizon = end or start + timedelta(days=900)
    first = _between(draw, start, horizon) if draw(SOME) else start
    last = _between(draw, first, horizon) if draw(SOME) else end
    raw: dict[str, Any] = {
        "id": name,
        "description": name.title(),
        "price": {"model": "standard", "unit_price": draw(AMOUNTS)},
        "quantity": draw(QUANTITIES),
    }
    raw |= {"start": first} if first != start else {}
    raw |= {"end": last} if last != end else {}
    raw |= {"price_per": draw(FREQUENCIES)} if draw(SOME) else {}
    raw |= {"frequency": draw(FREQUENCIES)} if draw(SOME) else {}
    raw |= {"timing": draw(TIMINGS)} if draw(SOME) else {}
    within = last or horizon
    if draw(SOME):
        raw["ramp"] = _ramp(draw, first, within, last)
    if draw(SOME):
        raw["free"] = _stretches(draw, first, within)
    if draw(SOME):
        raw["discounts"] = [
            stretch | ({"pct": draw(PERCENTS)} if draw(SOME) else {"amount": draw(AMOUNTS)})
            for stretch in _stretches(draw, first, within)
        ]
    if draw(SOME):
        raw["escalator"] = {"pct": draw(PERCENTS), "every_months": 6 if draw(SOME) else 12}
    return raw


def _ramp(draw: st.DrawFn, first: date, within: date, last: date | None) -> list[dict[str, Any]]:
    cuts = [day for day in _some_days(draw, first, within) if day != first]
    starts = [first, *cuts]
    ends = [cut - DAY for cut in cuts] + [last]
    return [
        {"start": start, "quantity": draw(QUANTITIES)} | ({"end": end} if end is not None else {})
        for start, end in zip(starts, ends, strict=True)
    ]


@st.composite
def metered_lines(draw: st.DrawFn, name: str) -> dict[str, Any]:
    return metered_line(draw, name)


def metered_line(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A line with a meter, for the whole contract."""
    return {
        "id": name,
        "description": name.title(),
        "meter": f"meter-{name}",
        "unit": "call",
        "price": draw(METERED_PRICES),
        "when_zero": "omit" if draw(SOME) else "show",
        "dimensions": draw(BOOKED),
    }


@st.composite
def contracts(draw: st.DrawFn, *, metered: bool = True, endless: bool = True) -> Terms:
    """Terms of every kind that are in order."""
    start = draw(STARTS)
    end = None if endless and not draw(SOME) else start + (20 + draw(DAYS)) * DAY
    raw: dict[str, Any] = CONTRACT | {
        "start": start,
        "end": end,
        "currency": draw(CURRENCIES),
        "billing": _billing(draw),
        "po_number": draw(NUMBERS),
        "lines": [agreed_line(draw, f"agreed{number}", start, end) for number in range(draw(ONE_TO_THREE))],
    }
    raw["customer"] |= {"address": "1 High Street\nLeeds\n\nEngland" if draw(SOME) else None}
    if metered:
        raw["lines"] += [metered_line(draw, f"metered{number}") for number in range(draw(UP_TO_TWO))]
    if end is not None and endless and draw(SOME):
        raw["renewal"] = {"kind": "fixed", "months": draw(RENEWALS), "uplift_pct": draw(PERCENTS)}
    if draw(SOME):
        raw["fees"] = [{"id": "setup", "description": "Setup", "amount": draw(AMOUNTS) + 1}]
    return Terms.model_validate({name: value for name, value in raw.items() if value is not None})
