"""Terms, calendars and payment terms of every kind, for properties."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from flows.schedule import (
    Alignment,
    ArrearsOn,
    BillingCalendar,
    DayOfMonth,
    EarlyDiscount,
    EndOfMonth,
    Frequency,
    Instalment,
    Instalments,
    Net,
    Period,
    Remainder,
    Timing,
)

DAYS = st.dates(date(1999, 12, 1), date(2101, 3, 31))  # 2000 is a leap year, 2100 is none
FREQUENCIES = st.sampled_from(Frequency)
BILLING_DAYS = st.integers(1, 31)
LENGTHS = st.integers(0, 1200)


@st.composite
def terms_of_service(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    return Period(start, start + timedelta(days=draw(LENGTHS)))


@st.composite
def calendars(draw: st.DrawFn) -> BillingCalendar:
    frequency, timing, arrears_on = draw(FREQUENCIES), draw(st.sampled_from(Timing)), draw(st.sampled_from(ArrearsOn))
    if draw(st.booleans()):
        day = draw(st.none() | BILLING_DAYS)
        return BillingCalendar(frequency, timing, Alignment.ANNIVERSARY, anchor_day=day, arrears_on=arrears_on)
    month = draw(st.integers(1, 12))
    return BillingCalendar(frequency, timing, Alignment.CALENDAR, fiscal_year_start_month=month, arrears_on=arrears_on)


DAYS_TO_PAY = st.integers(0, 365)
SINGLE_DUE = (
    st.builds(Net, days=DAYS_TO_PAY)
    | st.builds(EndOfMonth, days=DAYS_TO_PAY)
    | st.builds(DayOfMonth, day=BILLING_DAYS, months=st.integers(0, 12), min_days=DAYS_TO_PAY)
)
PERCENTS = st.decimals("0.000001", "99.99", places=6)


@st.composite
def early_discounts(draw: st.DrawFn) -> EarlyDiscount:
    days = draw(DAYS_TO_PAY)
    return EarlyDiscount(days=days, discount_days=draw(st.integers(0, days)), discount_pct=draw(PERCENTS))


@st.composite
def percents(draw: st.DrawFn) -> list[Decimal]:
    """Two to eight percentages above 0 that add up to 100."""
    cuts = sorted(draw(st.sets(st.integers(1, 9999), min_size=1, max_size=7)))
    return [Decimal(high - low) / 100 for low, high in zip([0, *cuts], [*cuts, 10_000], strict=True)]


@st.composite
def instalments_of(draw: st.DrawFn) -> Instalments:
    shares: list[Decimal] | list[None] = draw(percents()) if draw(st.booleans()) else [None] * draw(st.integers(2, 8))
    parts = tuple(Instalment(due=draw(SINGLE_DUE), percent=share) for share in shares)
    return Instalments(parts=parts, remainder=draw(st.sampled_from(Remainder)))


PAYMENT_TERMS = SINGLE_DUE | early_discounts() | instalments_of()
