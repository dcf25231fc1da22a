"""A part of a period costs a part of its price, and never more than the whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.schedule import (
    BillingCalendar,
    Frequency,
    Period,
    PeriodShare,
    Proration,
    ScheduleError,
    UnsupportedConvention,
    credit_cap,
    days_360,
    fixed30,
    fraction_of,
    fraction_words,
    local_days,
    prorate,
    proration_change,
)
from tests.flows.schedule.strategies import DAYS, calendars, terms_of_service

PRICES = st.decimals("0", "10000000", places=4)
JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))


@given(calendars(), terms_of_service(), st.sampled_from(Proration), PRICES)
def test_a_part_of_a_period_never_costs_more_than_the_whole(
    calendar: BillingCalendar, term: Period, proration: Proration, price: Decimal
) -> None:
    for share in calendar.periods(term):
        assert 0 <= fraction_of(share, calendar.months, proration).of(price) <= price


@given(calendars(), terms_of_service(), st.data())
def test_two_parts_of_a_period_cost_what_the_period_does(
    calendar: BillingCalendar, term: Period, data: st.DataObject
) -> None:
    full = calendar.periods(term)[0].full
    cut = data.draw(st.dates(full.start, full.end - timedelta(days=1)))
    parts = Period(full.start, cut), Period(cut + timedelta(days=1), full.end)
    shares = [fraction_of(PeriodShare(part, full), calendar.months, Proration.ACTUAL_DAYS) for part in parts]
    assert {share.whole for share in shares} == {full.days}
    assert sum(share.part for share in shares) == full.days


@given(DAYS, DAYS, DAYS)
def test_days_of_30_360_add_up(first: date, second: date, third: date) -> None:
    assert days_360(first, second) + days_360(second, third) == days_360(first, third)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 1, 1), date(2026, 2, 1), 30),
        (date(2026, 1, 31), date(2026, 2, 1), 1),  # the 31st counts as the 30th
        (date(2026, 1, 30), date(2026, 1, 31), 0),
        (date(2026, 2, 15), date(2026, 3, 1), 16),  # February has 30 days too
        (date(2028, 2, 29), date(2028, 3, 1), 2),
        (date(2026, 1, 1), date(2027, 1, 1), 360),
    ],
)
def test_days_360(start: date, end: date, days: int) -> None:
    assert days_360(start, end) == days


@pytest.mark.parametrize(
    ("start", "end", "months", "days", "fraction"),
    [
        (date(2026, 1, 31), date(2026, 2, 15), 1, 15, "0.500000000"),
        (date(2026, 1, 10), date(2026, 3, 31), 3, 80, "0.888888889"),
        (date(2026, 1, 1), date(2026, 4, 1), 12, 90, "0.250000000"),
    ],
)
def test_fixed30(start: date, end: date, months: int, days: int, fraction: str) -> None:
    span = fixed30(start, end, months)
    assert (span.days, str(span.fraction)) == (days, fraction)


def test_fixed30_needs_a_month() -> None:
    with pytest.raises(ScheduleError, match="0 months"):
        fixed30(date(2026, 1, 1), date(2026, 2, 1), 0)


@pytest.mark.parametrize(
    ("period", "full", "months", "proration", "part", "words"),
    [
        ((15, 31), JANUARY, 1, Proration.ACTUAL_DAYS, "1700", "17 of 31 days"),
        ((15, 31), JANUARY, 1, Proration.THIRTY_360, "1653.33", "16 of 30 days (30/360)"),
        ((15, 31), JANUARY, 1, Proration.DAILY_365, "1732.60", "a year's price for 17 of 365 days"),
        ((15, 31), JANUARY, 1, Proration.NONE, "3100", ""),
        ((1, 31), JANUARY, 1, Proration.THIRTY_360, "3100", ""),
    ],
)
def test_what_a_part_of_january_costs_of_3100(
    period: tuple[int, int], full: Period, months: int, proration: Proration, part: str, words: str
) -> None:
    share = PeriodShare(Period(*(date(2026, 1, day) for day in period)), full)
    cost = fraction_of(share, months, proration).of(Decimal(3100))
    assert round(cost, 2) == Decimal(part)
    assert fraction_words(share, months, proration) == words


def test_a_convention_that_counts_more_days_than_it_gives_charges_the_whole() -> None:
    half_year = Period(date(2026, 7, 1), date(2026, 12, 31))
    share = PeriodShare(Period(date(2026, 7, 2), date(2026, 12, 31)), half_year)  # 183 days, and half of 365 is less
    assert fraction_of(share, 6, Proration.DAILY_365).of(Decimal(600)) == 600
    from_february = PeriodShare(
        Period(date(2026, 2, 28), date(2026, 3, 29)), Period(date(2026, 2, 28), date(2026, 3, 30))
    )
    assert fraction_of(from_february, 1, Proration.THIRTY_360).of(Decimal(600)) == 600


@given(terms_of_service(), st.data(), PRICES, st.sampled_from(["USD", "JPY", "KWD"]))
def test_days_cost_at_most_the_period(full: Period, data: st.DataObject, price: Decimal, currency: str) -> None:
    start = data.draw(st.dates(full.start, full.end))
    service = Period(start, data.draw(st.dates(start, full.end)))
    part = prorate(price, currency, service, full)
    assert 0 <= part.exact <= price
    assert (part.service_days, part.period_days) == (service.days, full.days)
    assert part.exact == price or service != full


def test_no_service_costs_nothing() -> None:
    part = prorate(Decimal("49.90"), "KWD", None, JANUARY)
    assert str(part.amount.amount) == "0.000" and part.exact == 0
    assert (part.service_days, part.period_days) == (0, 31)


def test_a_service_outside_its_period_is_refused() -> None:
    with pytest.raises(ScheduleError) as refusal:
        prorate(Decimal(100), "USD", Period(date(2026, 1, 20), date(2026, 2, 1)), JANUARY)
    assert str(refusal.value) == (
        "The service 20 Jan 2026 to 1 Feb 2026 does not lie in the period 1 Jan 2026 to 31 Jan 2026."
    )


@given(terms_of_service(), st.data(), PRICES, PRICES)
def test_a_change_credits_no_more_than_the_old_price(
    period: Period, data: st.DataObject, old: Decimal, new: Decimal
) -> None:
    change = proration_change(period, data.draw(st.dates(period.start, period.end)), old, new, "USD")
    assert 0 <= -change.credit.amount <= round(old, 2) + Decimal("0.01")
    assert change.net == change.credit + change.charge


def test_a_change_on_the_first_day_changes_the_whole_period() -> None:
    change = proration_change(JANUARY, JANUARY.start, Decimal(100), Decimal(250), "USD")
    assert (str(change.credit), str(change.charge), str(change.net)) == ("USD -100.00", "USD 250.00", "USD 150.00")


def test_a_change_outside_the_period_is_refused() -> None:
    with pytest.raises(ScheduleError, match="The change on 1 Feb 2026 does not lie in the period"):
        proration_change(JANUARY, date(2026, 2, 1), Decimal(1), Decimal(2), "USD")


@given(PRICES, PRICES, PRICES)
def test_credits_never_exceed_what_was_billed(potential: Decimal, original: Decimal, before: Decimal) -> None:
    credit = credit_cap(potential, original, before)
    assert 0 <= credit <= potential
    assert credit + before <= max(original, before)


@pytest.mark.parametrize(
    ("start", "end", "zone", "days"),
    [
        # 23 hours: the clocks in New York went forward on 8 March 2026
        (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC), "America/New_York", 1),
        # 25 hours: they went back on 1 November 2026
        (datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC), "America/New_York", 1),
        # one instant later it is another date in Tokyo, and still the same in UTC
        (datetime(2026, 1, 1, 14, 59, tzinfo=UTC), datetime(2026, 1, 1, 15, tzinfo=UTC), "Asia/Tokyo", 1),
        (datetime(2026, 1, 1, 14, 59, tzinfo=UTC), datetime(2026, 1, 1, 15, tzinfo=UTC), "UTC", 0),
        (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), "UTC", -1),
    ],
)
def test_days_in_a_time_zone(start: datetime, end: datetime, zone: str, days: int) -> None:
    assert local_days(start, end, zone) == days


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused_by_its_name(zone: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(UnsupportedConvention, match="is not supported") as refusal:
        local_days(now, now, zone)
    assert refusal.value.named == zone


def test_frequencies_have_their_months() -> None:
    assert [frequency.months for frequency in Frequency] == [1, 3, 6, 12]
