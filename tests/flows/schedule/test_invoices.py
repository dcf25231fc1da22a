"""Schedules, ramps and co-termination: what each invoice bills, and that the sums are right."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.schedule import (
    Alignment,
    BillingCalendar,
    CoTermMethod,
    Frequency,
    Period,
    Proration,
    RampSegment,
    ScheduleError,
    Timing,
    coterm,
    ramp,
    schedule,
)
from flows.values.money import total
from flows.values.periods import add_months
from tests.flows.schedule.strategies import DAYS, FREQUENCIES, calendars, terms_of_service
from tests.thorough import thorough

PRICES = st.decimals("0", "1000000", places=2)
MONTHLY = BillingCalendar(Frequency.MONTHLY)


@thorough
@given(terms_of_service(), PRICES, calendars(), st.sampled_from(Proration))
def test_a_schedule_bills_every_day_once(
    term: Period, price: Decimal, calendar: BillingCalendar, proration: Proration
) -> None:
    result = schedule(term, price, "USD", calendar, proration)
    assert sum(invoice.days for invoice in result.invoices) == term.days
    assert result.total == total((invoice.amount for invoice in result.invoices), "USD")
    assert all(invoice.exact == price for invoice in result.invoices if invoice.share.is_whole)
    assert all(0 <= invoice.exact <= price for invoice in result.invoices)
    dates = [invoice.invoice_date for invoice in result.invoices]
    assert dates == sorted(set(dates))


@thorough
@given(DAYS, FREQUENCIES, st.integers(1, 12), PRICES)
def test_whole_periods_add_up_to_the_contract(start: date, frequency: Frequency, count: int, price: Decimal) -> None:
    term = Period(start, add_months(start, frequency.months * count) - timedelta(days=1))
    result = schedule(term, price, "USD", BillingCalendar(frequency))
    assert len(result.invoices) == count
    assert result.total.amount == price * count


@pytest.mark.parametrize(
    ("proration", "first", "last"),
    [
        (Proration.ACTUAL_DAYS, "40.22", "59.34"),  # 37 of 92 days, 54 of 91
        (Proration.THIRTY_360, "40.00", "60.00"),  # 36 of 90, 54 of 90: 30 days a month
        (Proration.DAILY_365, "40.55", "59.18"),  # 400 a year: x 37 / 365, x 54 / 365
        (Proration.NONE, "100.00", "100.00"),
    ],
)
def test_a_partial_quarter_costs_what_the_convention_says(proration: Proration, first: str, last: str) -> None:
    calendar = BillingCalendar(Frequency.QUARTERLY, alignment=Alignment.CALENDAR)
    term = Period(date(2025, 11, 25), date(2026, 5, 24))
    amounts = [str(one.amount.amount) for one in schedule(term, Decimal(100), "USD", calendar, proration).invoices]
    assert amounts == [first, "100.00", last]


def test_a_term_inside_one_period_is_billed_once() -> None:
    calendar = BillingCalendar(Frequency.ANNUAL, Timing.ARREARS, Alignment.CALENDAR)
    term = Period(date(2028, 2, 29), date(2028, 2, 29))
    (only,) = schedule(term, Decimal(366), "USD", calendar).invoices
    assert (str(only.amount), only.full_days, only.invoice_date) == ("USD 1.00", 366, date(2028, 3, 1))


def segment(start: date, end: date, price: str, quantity: int, price_per: Frequency) -> RampSegment:
    return RampSegment(Period(start, end), Decimal(price), Decimal(quantity), price_per)


@pytest.mark.parametrize(
    ("frequency", "price_per", "amount"),
    [
        (Frequency.MONTHLY, Frequency.MONTHLY, "50.00"),
        (Frequency.MONTHLY, Frequency.QUARTERLY, "16.67"),
        (Frequency.MONTHLY, Frequency.ANNUAL, "4.17"),
        (Frequency.QUARTERLY, Frequency.MONTHLY, "150.00"),
        (Frequency.SEMIANNUAL, Frequency.ANNUAL, "25.00"),
        (Frequency.ANNUAL, Frequency.QUARTERLY, "200.00"),
    ],
)
def test_a_price_per_another_period_is_turned_by_months(
    frequency: Frequency, price_per: Frequency, amount: str
) -> None:
    year = segment(date(2026, 1, 31), date(2027, 1, 30), "10", 5, price_per)
    result = ramp([year], "USD", BillingCalendar(frequency))
    assert {str(invoice.amount.amount) for invoice in result.invoices} == {amount}


def test_a_price_is_not_rounded_before_it_is_prorated() -> None:
    month = segment(date(2026, 1, 1), date(2026, 1, 30), "1.04", 1, Frequency.QUARTERLY)
    (only,) = ramp([month], "USD", MONTHLY).invoices
    assert str(only.amount.amount) == "0.34"  # 1.04 x 30 / 93 = 0.3354…; 0.35 x 30 / 31 would be 0.3387


def test_every_segment_is_counted_from_its_own_first_day() -> None:
    segments = [
        segment(date(2026, 1, 31), date(2026, 3, 30), "100", 1, Frequency.MONTHLY),
        segment(date(2026, 3, 31), date(2026, 5, 14), "200", 1, Frequency.MONTHLY),
    ]
    invoices = ramp(segments, "USD", MONTHLY).invoices
    starts = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert [invoice.period.start for invoice in invoices] == starts
    assert str(invoices[-1].amount.amount) == "96.77"  # 15 of the 31 days from 30 Apr to 30 May


def test_segments_that_overlap_are_refused() -> None:
    segments = [
        segment(date(2026, 1, 1), date(2026, 3, 31), "100", 1, Frequency.MONTHLY),
        segment(date(2026, 3, 31), date(2026, 6, 30), "200", 1, Frequency.MONTHLY),
    ]
    with pytest.raises(ScheduleError) as refusal:
        ramp(segments, "USD", MONTHLY)
    assert str(refusal.value) == ("The segment from 31 Mar 2026 begins before the one before it ends, on 31 Mar 2026.")


def added(method: CoTermMethod, effective: date, contract_end: date, price: str = "1200") -> tuple[str, int, int]:
    result = coterm(Decimal(price), Decimal(1), "USD", effective=effective, contract_end=contract_end, method=method)
    return str(result.amount.amount), result.months, result.days


@pytest.mark.parametrize(
    ("effective", "contract_end", "expected"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), ("100.00", 1, 0)),  # a month from 31 Jan ends on 27 Feb
        (date(2026, 1, 31), date(2026, 2, 26), ("96.43", 0, 27)),  # 27 of its 28 days
        (date(2026, 1, 10), date(2026, 3, 31), ("270.97", 2, 22)),  # 22 of the 31 days from 10 Mar
        (date(2028, 2, 29), date(2029, 2, 28), ("1203.45", 12, 1)),  # a year from 29 Feb ends on 27 Feb, and 1 of 29
        (date(2026, 5, 5), date(2026, 5, 5), ("3.23", 0, 1)),
    ],
)
def test_coterm_by_months_and_days(effective: date, contract_end: date, expected: tuple[str, int, int]) -> None:
    assert added(CoTermMethod.MONTHLY_PLUS_DAYS, effective, contract_end) == expected


def test_coterm_by_days_always_divides_by_365() -> None:
    assert added(CoTermMethod.DAILY_365, date(2028, 1, 1), date(2028, 12, 31), "365") == ("366.00", 0, 366)


@thorough
@given(DAYS, st.integers(0, 1000), st.integers(0, 60), st.sampled_from(CoTermMethod))
def test_a_later_end_never_costs_less(effective: date, days: int, more: int, method: CoTermMethod) -> None:
    ends = effective + timedelta(days=days), effective + timedelta(days=days + more)
    sooner, later = (
        coterm(Decimal(1200), Decimal(3), "KWD", effective=effective, contract_end=end, method=method) for end in ends
    )
    assert sooner.exact <= later.exact


def test_a_contract_that_has_ended_is_refused() -> None:
    with pytest.raises(ScheduleError) as refusal:
        added(CoTermMethod.DAILY_365, date(2026, 2, 1), date(2026, 1, 31))
    assert str(refusal.value) == "What is added on 1 Feb 2026 cannot end with a contract that ended 31 Jan 2026."
