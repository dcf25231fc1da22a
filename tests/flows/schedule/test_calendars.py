"""Periods tile every term, month ends come back, and a name that is not known is refused."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.schedule import (
    Alignment,
    ArrearsOn,
    BillingCalendar,
    Frequency,
    Period,
    Proration,
    ScheduleError,
    Timing,
    UnsupportedConvention,
    convention,
    next_anniversary,
    next_calendar_date,
)
from tests.flows.schedule.strategies import DAYS, FREQUENCIES, calendars, terms_of_service
from tests.thorough import thorough

DAY = timedelta(days=1)


def starts_of(calendar: BillingCalendar, start: date, end: date) -> list[date]:
    return [share.period.start for share in calendar.periods(Period(start, end))]


@thorough
@given(calendars(), terms_of_service())
@example(BillingCalendar(Frequency.MONTHLY, anchor_day=31), Period(date(2028, 2, 29), date(2028, 12, 31)))
@example(BillingCalendar(Frequency.ANNUAL), Period(date(2096, 2, 29), date(2101, 2, 28)))
def test_periods_tile_the_term_without_gap_or_overlap(calendar: BillingCalendar, term: Period) -> None:
    shares = calendar.periods(term)
    assert shares[0].period.start == term.start and shares[-1].period.end == term.end
    for before, after in pairwise(shares):
        assert after.period.start == before.period.end + DAY
        assert after.full.start == before.full.end + DAY
    assert sum(share.days for share in shares) == term.days


@thorough
@given(calendars(), terms_of_service())
def test_only_the_outer_periods_are_partial(calendar: BillingCalendar, term: Period) -> None:
    shares = calendar.periods(term)
    assert all(share.is_whole for share in shares[1:-1])
    assert all(share.period.start in share.full and share.period.end in share.full for share in shares)
    assert all(abs(share.full_days - 30.5 * calendar.months) < 4 for share in shares)


@thorough
@given(calendars(), terms_of_service())
def test_a_later_end_changes_no_earlier_period(calendar: BillingCalendar, term: Period) -> None:
    longer = calendar.periods(Period(term.start, term.end + timedelta(days=500)))
    assert longer[: len(calendar.periods(term)) - 1] == calendar.periods(term)[:-1]


@thorough
@given(calendars(), DAYS, DAYS)
def test_every_day_lies_in_the_period_that_holds_it(calendar: BillingCalendar, first_day: date, day: date) -> None:
    holding = calendar.period_holding(day, first_day)
    assert day in holding
    assert calendar.period_holding(holding.day_after, first_day).start == holding.day_after
    assert calendar.period_holding(holding.start - DAY, first_day).end == holding.start - DAY


@thorough
@given(calendars(), terms_of_service())
def test_the_period_billed_on_an_invoice_date_is_the_one_that_fell_due(calendar: BillingCalendar, term: Period) -> None:
    for share in calendar.periods(term):
        assert calendar.billed_period(calendar.invoice_date(share.full), term.start) == share.full


def test_an_anchor_of_31_comes_back_after_short_months() -> None:
    calendar = BillingCalendar(Frequency.MONTHLY, anchor_day=31)
    first = date(2026, 2, 28)  # the 31st of February, as near as there is: no partial period
    expected = [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    assert starts_of(calendar, first, date(2026, 6, 29)) == expected
    assert all(share.is_whole for share in calendar.periods(Period(first, date(2026, 6, 29))))


def test_without_an_anchor_the_first_day_counts() -> None:
    calendar = BillingCalendar(Frequency.MONTHLY)
    assert starts_of(calendar, date(2026, 2, 28), date(2026, 4, 27)) == [date(2026, 2, 28), date(2026, 3, 28)]


@pytest.mark.parametrize(
    ("start", "frequency", "first", "full"),
    [
        # before the anchor in the month of the start: a part of the period that ends there
        (date(2026, 1, 10), Frequency.MONTHLY, (date(2026, 1, 10), date(2026, 1, 14)), date(2025, 12, 15)),
        (date(2026, 2, 1), Frequency.QUARTERLY, (date(2026, 2, 1), date(2026, 2, 14)), date(2025, 11, 15)),
        # on it: a whole period
        (date(2026, 1, 15), Frequency.SEMIANNUAL, (date(2026, 1, 15), date(2026, 7, 14)), date(2026, 1, 15)),
        # after it: a part of the period that began on it
        (date(2026, 1, 20), Frequency.MONTHLY, (date(2026, 1, 20), date(2026, 2, 14)), date(2026, 1, 15)),
        (date(2026, 1, 20), Frequency.ANNUAL, (date(2026, 1, 20), date(2027, 1, 14)), date(2026, 1, 15)),
    ],
)
def test_a_start_beside_the_anchor_gives_a_partial_first_period(
    start: date, frequency: Frequency, first: tuple[date, date], full: date
) -> None:
    share = BillingCalendar(frequency, anchor_day=15).periods(Period(start, date(2028, 1, 31)))[0]
    assert (share.period, share.full.start) == (Period(*first), full)


@pytest.mark.parametrize(
    ("frequency", "month", "starts"),
    [
        (Frequency.QUARTERLY, 1, [date(2026, 5, 20), date(2026, 7, 1), date(2026, 10, 1)]),
        (Frequency.QUARTERLY, 2, [date(2026, 5, 20), date(2026, 8, 1), date(2026, 11, 1)]),
        (Frequency.SEMIANNUAL, 4, [date(2026, 5, 20), date(2026, 10, 1)]),
        (Frequency.SEMIANNUAL, 12, [date(2026, 5, 20), date(2026, 6, 1), date(2026, 12, 1)]),
        (Frequency.ANNUAL, 7, [date(2026, 5, 20), date(2026, 7, 1)]),
    ],
)
def test_calendar_periods_begin_with_the_fiscal_year(frequency: Frequency, month: int, starts: list[date]) -> None:
    calendar = BillingCalendar(frequency, alignment=Alignment.CALENDAR, fiscal_year_start_month=month)
    assert starts_of(calendar, date(2026, 5, 20), date(2026, 12, 31)) == starts


@pytest.mark.parametrize(
    ("timing", "arrears_on", "dated"),
    [
        (Timing.ADVANCE, ArrearsOn.DAY_AFTER, date(2026, 1, 20)),
        (Timing.ADVANCE, ArrearsOn.PERIOD_END, date(2026, 1, 20)),
        (Timing.ARREARS, ArrearsOn.DAY_AFTER, date(2026, 2, 1)),
        (Timing.ARREARS, ArrearsOn.PERIOD_END, date(2026, 1, 31)),
    ],
)
def test_the_invoice_date_of_a_partial_period(timing: Timing, arrears_on: ArrearsOn, dated: date) -> None:
    calendar = BillingCalendar(Frequency.MONTHLY, timing, Alignment.CALENDAR, arrears_on=arrears_on)
    first = calendar.periods(Period(date(2026, 1, 20), date(2026, 3, 31)))[0]
    assert calendar.invoice_date(first.period) == dated


@thorough
@given(DAYS, FREQUENCIES, DAYS, st.integers(1, 4))
def test_the_next_date_lies_ahead_on_the_day_of_the_anchor(
    current: date, frequency: Frequency, anchor: date, unit: int
) -> None:
    following = next_anniversary(current, frequency, anchor=anchor, unit=unit)
    assert following > current
    assert following.day == anchor.day or (following + DAY).day == 1


@pytest.mark.parametrize(
    ("frequency", "unit", "following"),
    [
        (Frequency.MONTHLY, 1, date(2027, 2, 28)),
        (Frequency.QUARTERLY, 1, date(2027, 4, 30)),
        (Frequency.SEMIANNUAL, 1, date(2027, 7, 30)),
        (Frequency.ANNUAL, 1, date(2028, 6, 30)),  # billed annually, the anchor is a day of the year
        (Frequency.ANNUAL, 2, date(2029, 6, 30)),
    ],
)
def test_an_anchor_in_another_month_than_the_last_date(frequency: Frequency, unit: int, following: date) -> None:
    assert next_anniversary(date(2027, 1, 12), frequency, anchor=date(2025, 6, 30), unit=unit) == following


def test_an_annual_anchor_on_a_leap_day() -> None:
    leap_day, current = date(2028, 2, 29), date(2029, 5, 4)
    assert next_anniversary(current, Frequency.ANNUAL, anchor=leap_day) == date(2030, 2, 28)
    assert next_anniversary(current, Frequency.ANNUAL, anchor=leap_day, unit=3) == date(2032, 2, 29)


@thorough
@given(DAYS, FREQUENCIES, st.integers(1, 12))
def test_calendar_dates_follow_one_another(current: date, frequency: Frequency, month: int) -> None:
    first = next_calendar_date(current, frequency, fiscal_year_start_month=month)
    assert first > current and first.day == 1 and (first.month - month) % frequency.months == 0
    second = next_calendar_date(first, frequency, fiscal_year_start_month=month)
    assert second == next_calendar_date(current, frequency, unit=2, fiscal_year_start_month=month)


@pytest.mark.parametrize("unit", [0, -1])
def test_a_step_that_does_not_lead_ahead_is_refused(unit: int) -> None:
    with pytest.raises(ScheduleError):
        next_anniversary(date(2026, 1, 31), Frequency.MONTHLY, unit=unit)
    with pytest.raises(ScheduleError):
        next_calendar_date(date(2026, 1, 31), Frequency.MONTHLY, unit=unit)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"anchor_day": 32}, "The billing day 32 is not a day of a month; choose 1 to 31."),
        ({"anchor_day": 0}, "The billing day 0 is not a day of a month; choose 1 to 31."),
        ({"fiscal_year_start_month": 13}, "A fiscal year cannot start in month 13; choose 1 to 12."),
        (
            {"alignment": Alignment.CALENDAR, "anchor_day": 15},
            "Calendar periods start on the 1st: leave out the billing day, or bill by anniversary.",
        ),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(asked: dict[str, object], sentence: str) -> None:
    with pytest.raises(ScheduleError) as refusal:
        BillingCalendar(Frequency.MONTHLY, **asked)  # type: ignore[arg-type]
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("name", "frequency"),
    [
        ("monthly", Frequency.MONTHLY),
        (" Quarter ", Frequency.QUARTERLY),
        ("Half-yearly", Frequency.SEMIANNUAL),
        ("semi-annual", Frequency.SEMIANNUAL),
        ("HALF_YEAR", Frequency.SEMIANNUAL),
        ("Yearly", Frequency.ANNUAL),
    ],
)
def test_a_frequency_is_known_by_its_names(name: str, frequency: Frequency) -> None:
    assert convention(Frequency, name) is frequency


def test_a_convention_that_is_not_supported_is_refused_by_its_name() -> None:
    with pytest.raises(UnsupportedConvention) as refusal:
        convention(Frequency, "fortnightly")
    assert str(refusal.value) == (
        "The billing frequency “fortnightly” is not supported. Choose one of: monthly, quarterly, semiannual, annual."
    )
    with pytest.raises(UnsupportedConvention, match="The proration “actual_360” is not supported"):
        convention(Proration, "actual_360")


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end on 2026-01-31"):
        Period(date(2026, 2, 1), date(2026, 1, 31))
