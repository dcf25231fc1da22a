"""What usage adds up to: the same in any order, however often it came, and cut at the days of the contract's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.usage import FileRefused, Metered, ReadingRules, UsageEvent, read_usage_file, usage_total
from flows.usage.rules import AGGREGATIONS, Aggregation, instants, shares_reached
from flows.usage.seen import seen_keys
from flows.values.periods import Period
from tests.flows.usage.events import as_csv, event, event_lists, written

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31))
ODD = Period(date(2026, 10, 25), date(2026, 11, 4))
PERIODS = (OCTOBER, NOVEMBER, QUARTER, ODD)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")


def wanted(aggregation: Aggregation, meter: str = "api_calls", *, each: bool = False) -> Metered:
    return Metered(meter, aggregation, PERIODS, each)


def figures(events: list[UsageEvent], aggregation: Aggregation, zone: str) -> list[tuple[Decimal, int]]:
    return [(one.quantity, one.events) for one in usage_total(events, wanted(aggregation), zone=zone)]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # the clocks go from 0:00 to 1:00: there is no midnight
        ("America/Havana", date(2026, 11, 1), 25),  # 0:00 to 1:00 comes twice
        ("Australia/Lord_Howe", date(2026, 10, 4), Decimal("23.5")),
        ("Asia/Kathmandu", date(2026, 6, 1), 24),
    ],
)
def test_a_day_has_the_hours_of_its_zone(zone: str, day: date, hours: int | Decimal) -> None:
    start, end = instants(Period(day, day), zone)
    assert Decimal(int((end - start).total_seconds())) / 3600 == hours
    assert instants(Period(date(2026, 1, 1), day), zone)[1] == end


def test_the_border_of_a_period_is_midnight_there() -> None:
    events = [event("a", "1", "2026-10-31T22:59:59Z"), event("b", "10", "2026-10-31T23:00:00Z")]
    assert [total.quantity for total in usage_total(events, wanted("sum"), zone="Europe/Berlin")][:2] == [1, 10]
    assert [total.quantity for total in usage_total(events, wanted("sum"), zone="UTC")][:2] == [11, 0]


@pytest.mark.parametrize(
    ("aggregation", "quantity"), [("sum", "13.75"), ("max", "10"), ("last", "1.25"), ("unique_count", "2")]
)
def test_each_way_of_counting(aggregation: Aggregation, quantity: str) -> None:
    events = [
        event("a", "10", "2026-11-05T12:00:00Z", value="ann"),
        event("b", "2.5", "2026-11-06T12:00:00Z", value="bob"),
        event("c", "1.25", "2026-11-06T12:00:00Z", value="ann"),  # at the same instant as b: the greater key is last
        event("d", "99", "2026-11-05T12:00:00Z", meter="seats"),
    ]
    (total,) = usage_total(events, Metered("api_calls", aggregation, (NOVEMBER,)), zone="UTC", source="u.csv")
    assert (total.quantity, total.events) == (Decimal(quantity), 3)


def test_a_correction_stands_in_place_of_what_it_corrects_and_a_void_in_place_of_nothing() -> None:
    events = [
        event("a", "10", "2026-11-05T12:00:00Z"),
        event("b", "7", "2026-11-05T12:00:00Z"),
        event("c", "3", "2026-12-05T12:00:00Z", corrects="a"),  # it was in another month
        event("d", "4", "2026-12-05T12:00:00Z", corrects="c"),  # and that was corrected again
        event("e", "0", "2026-11-05T12:00:00Z", corrects="b", is_void=True),
    ]
    assert figures(events, "sum", "UTC") == [(Decimal(0), 0), (Decimal(0), 0), (Decimal(4), 1), (Decimal(0), 0)]


def test_sums_are_exact_beyond_the_digits_of_any_context() -> None:
    events = [event("a", "999999999999999999"), event("b", "0.000000000001"), event("c", "123456")]
    assert figures(events, "sum", "UTC")[1][0] == Decimal("1000000000000123455.000000000001")


@given(event_lists(), st.randoms(use_true_random=False), st.sampled_from(AGGREGATIONS), st.sampled_from(ZONES))
def test_neither_order_nor_repetition_matters(
    events: list[UsageEvent], random: object, way: Aggregation, zone: str
) -> None:
    again = [*events, *events[: len(events) // 2]]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert figures(again, way, zone) == figures(events, way, zone)


@given(event_lists(), st.sampled_from(AGGREGATIONS), st.sampled_from(ZONES), st.booleans())
def test_a_file_adds_up_to_what_its_events_do(
    tmp_path_factory: pytest.TempPathFactory, events: list[UsageEvent], way: Aggregation, zone: str, each: bool
) -> None:
    path = written(tmp_path_factory.getbasetemp() / "usage.csv", as_csv([*events, *events[:3]]))
    meters = [wanted(way, each=each), wanted("sum", "seats")]
    reading = read_usage_file(path, meters, zone=zone)
    expected = [total for one in meters for total in usage_total(events, one, zone=zone, source=path.name)]
    assert list(reading.totals.values()) == expected
    assert (reading.rows, reading.duplicates, reading.refused_count) == (
        len(events) + len(events[:3]),
        len(events[:3]),
        0,
    )


def test_a_reading_says_what_did_not_go_into_it(tmp_path: Path) -> None:
    events = [
        event("a", "1"),
        event("a", "2"),
        event("b", "3", "2027-05-01T00:00:00Z"),
        event("c", "4", meter="teapots"),
        event("d", "5", subject="001OTHER"),
    ]
    path = written(tmp_path / "usage.csv", as_csv(events).replace("void", "colour"))
    reading = read_usage_file(path, [wanted("sum")], zone="UTC", subject="001ACME")
    (total,) = (one for one in reading.totals.values() if one.period == NOVEMBER)
    assert total.quantity == 1 and str(total.sources[0]) == "usage.csv, line 2 (1 event)"
    assert (reading.outside, reading.of_others, dict(reading.unpriced)) == (1, 1, {"teapots": 1})
    assert [(row.line, row.code) for row in reading.refused] == [(3, "usage.conflict")]
    assert reading.ignored_columns == ("colour",)


def test_a_file_about_several_customers_needs_one_named(tmp_path: Path) -> None:
    path = written(tmp_path / "usage.csv", as_csv([event("a"), event("b", subject="001OTHER")]))
    with pytest.raises(FileRefused, match=r"usage of 2 customers, such as “001ACME” \(line 2\), “001OTHER” \(line 3\)"):
        read_usage_file(path, [wanted("sum")], zone="UTC")


def test_a_forecast_may_lie_in_the_future_and_use_local_times(tmp_path: Path) -> None:
    path = written(tmp_path / "usage.csv", "key,customer,meter,quantity,date\na,001ACME,api_calls,5,2026-11-01\n")
    found = read_usage_file(path, [wanted("sum")], zone="Asia/Kathmandu").totals["api_calls", NOVEMBER]
    assert found.quantity == 5
    rules = ReadingRules.at(datetime(2026, 10, 1, tzinfo=UTC), "Asia/Kathmandu")
    refused = read_usage_file(path, [wanted("sum")], zone="Asia/Kathmandu", rules=rules).refused
    assert [row.code for row in refused] == ["usage.future"]


def test_a_period_of_single_payments_gives_each_by_time(tmp_path: Path) -> None:
    events = [event("b", "7.50", "2026-11-06T12:00:00Z"), event("a", "3", "2026-11-05T12:00:00Z")]
    path = written(tmp_path / "usage.csv", as_csv(events))
    reading = read_usage_file(path, [wanted("sum", each=True)], zone="UTC")
    assert reading.totals["api_calls", NOVEMBER].amounts == (Decimal(3), Decimal("7.5"))


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 2)), max_size=40), st.integers(1, 12))
def test_keys_that_went_to_disk_are_known_as_well(seen_ones: list[tuple[str, int]], most: int) -> None:
    with seen_keys() as in_memory, seen_keys(most_characters=most) as on_disk:
        assert [on_disk.see(*one) for one in seen_ones] == [in_memory.see(*one) for one in seen_ones]


@pytest.mark.parametrize(
    ("used", "told", "reached"),
    [
        ("49.99", (), ()),
        ("50", (), (50,)),
        ("100", (), (50, 80, 100)),
        ("85", (50,), (80,)),
        ("200", (50, 80, 100), ()),
    ],
)
def test_a_share_is_reached_exactly_once(used: str, told: tuple[int, ...], reached: tuple[int, ...]) -> None:
    assert shares_reached(Decimal(used), Decimal(100), [Decimal(one) for one in told]) == reached


@given(st.lists(st.decimals(0, 300, places=3), max_size=8), st.decimals("0.001", 100, places=3))
def test_however_usage_grows_each_share_is_told_once(steps: list[Decimal], allowance: Decimal) -> None:
    told: list[Decimal] = []
    for used in sorted(steps):
        told += shares_reached(used, allowance, told)
    assert told == list(shares_reached(max(steps, default=Decimal(0)), allowance, []))


def test_the_first_instant_of_a_period_is_not_counted_with_the_event_before_it(tmp_path: Path) -> None:
    events = [event("a", "1", "2026-10-31T23:59:59Z"), event("b", "10", "2026-11-01T00:00:00Z")]
    path = written(tmp_path / "usage.csv", as_csv(events))
    reading = read_usage_file(path, [Metered("api_calls", "sum", (OCTOBER, NOVEMBER))], zone="UTC")
    assert [total.quantity for total in reading.totals.values()] == [1, 10]
