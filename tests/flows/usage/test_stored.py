"""Events in storage, on SQLite and PostgreSQL: once each, corrected once, and added up as the pure rule does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import Session

from flows.usage import Metered, UsageEvent, usage_total
from flows.usage.closing import BilledLine, close_period, late_usage, reopen, settle_closings
from flows.usage.intake import take
from flows.usage.rules import AGGREGATIONS, Aggregation
from flows.usage.totals import usage_totals
from flows.values.periods import Period
from storage.database import Database
from storage.tables import UsageClosing, UsageImport
from storage.tables import UsageEvent as Stored
from tests.flows.usage.events import event, event_lists

NOW = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
QUARTER = Period(date(2026, 10, 1), date(2026, 12, 31))
LINE = BilledLine("con_1", "calls", ("001ACME",), "sum", "UTC")
CALLS = Metered("api_calls", "sum", (NOVEMBER,))


def outcomes(session: Session, *events: UsageEvent, batch: str = "ubt_1", at: datetime = NOW) -> list[tuple[str, str]]:
    return [(answer.outcome, answer.code) for answer in take(session, events, batch_id=batch, at=at)]


def november(session: Session, metered: Metered = CALLS) -> Decimal:
    (total,) = usage_totals(session, metered, subjects=("001ACME",), zone="UTC")
    return total.quantity


def test_an_event_counts_once_however_often_it_comes(database: Database) -> None:
    with database.begin("T1") as session:
        assert outcomes(session, event("a", "5"), event("a", "5")) == [("accepted", ""), ("duplicate", "")]
    with database.begin("T1") as session:
        assert outcomes(session, event("a", "5.0"), batch="ubt_2") == [("duplicate", "")]
        assert november(session) == 5


def test_the_same_key_with_other_content_is_refused_and_changes_nothing(database: Database) -> None:
    with database.begin("T1") as session:
        take(session, [event("a", "5")], batch_id="ubt_1", at=NOW)
        for other in (
            event("a", "6"),
            event("a", "5", "2026-11-05T12:00:01Z"),
            event("a", "5", meter="seats"),
            event("a", "5", subject="001OTHER"),
            event("a", "5", value="ann"),
            event("a", "5", corrects="b"),
            event("a", "5", properties={"region": "eu"}),
        ):
            assert outcomes(session, other, batch="ubt_2") == [("refused", "usage.conflict")]
        assert november(session) == 5


def test_another_team_may_use_the_same_key(database: Database) -> None:
    with database.begin("T1") as session:
        take(session, [event("a", "5")], batch_id="ubt_1", at=NOW)
    with database.begin("T2") as session:
        assert outcomes(session, event("a", "7"), batch="ubt_2") == [("accepted", "")]
        assert november(session) == 7
    with database.begin("T1") as session:
        assert november(session) == 5


@pytest.mark.parametrize("correction_first", [False, True])
def test_a_correction_counts_whichever_came_first(database: Database, correction_first: bool) -> None:
    both = [event("a", "5"), event("b", "7", corrects="a")]
    with database.begin("T1") as session:
        for one in reversed(both) if correction_first else both:
            assert outcomes(session, one) == [("accepted", "")]
        assert november(session) == 7
        assert outcomes(session, event("c", "0", corrects="b", is_void=True)) == [("accepted", "")]
        assert november(session) == 0


def test_an_event_is_corrected_once_and_never_in_a_circle(database: Database) -> None:
    with database.begin("T1") as session:
        take(session, [event("a", "5"), event("b", "7", corrects="a")], batch_id="ubt_1", at=NOW)
        (second,) = take(session, [event("c", "9", corrects="a")], batch_id="ubt_2", at=NOW)
        assert second.code == "usage.corrected_before" and "corrected by “b” already" in second.reason
        assert outcomes(session, event("x", "1", corrects="z")) == [("accepted", "")]
        assert outcomes(session, event("y", "1", corrects="x")) == [("accepted", "")]
        assert outcomes(session, event("z", "1", corrects="y")) == [("refused", "usage.circle")]
        assert november(session) == 8


def test_every_figure_can_be_followed_to_its_lines(database: Database) -> None:
    with database.begin("T1") as session:
        session.add(
            UsageImport(
                id="uim_1",
                team_id="T1",
                content_hash="h",
                filename="nov.csv",
                state="taken",
                started_by="x",
                started_at=NOW,
            )
        )
        take(session, [event("a", line=2), event("b", "1.5", line=9), event("c", line=5)], batch_id="uim_1", at=NOW)
        take(session, [event("d", "4")], batch_id="ubt_1", at=NOW)
        (total,) = usage_totals(session, CALLS, subjects=("001ACME", "800CONTRACT"), zone="UTC")
    assert (total.quantity, total.events) == (Decimal("7.5"), 4)
    assert [str(one) for one in total.sources] == [
        "request ubt_1, line 1 (1 event)",
        "nov.csv, lines 2 to 9 (3 events)",
    ]


def test_a_sum_that_no_integer_of_the_database_could_hold(database: Database) -> None:
    with database.begin("T1") as session:
        take(session, [event(f"k{n}", "9" * 18) for n in range(20)], batch_id="ubt_1", at=NOW)
        assert november(session) == Decimal("9" * 18) * 20


def test_a_file_that_is_taken_as_a_whole_counts_from_its_end_on(database: Database) -> None:
    with database.begin("T1") as session:
        file = UsageImport(
            id="uim_1", team_id="T1", content_hash="h", filename="f", state="staging", started_by="x", started_at=NOW
        )
        session.add(file)
        session.flush()
        take(session, [event("a", "5"), event("b", "7", corrects="z")], batch_id="uim_1", at=NOW)
        assert outcomes(session, event("z", "1")) == [("accepted", "")]
        assert outcomes(session, event("a", "5")) == [("refused", "usage.being_imported")]
        assert november(session) == 1
        file.state = "taken"
        session.flush()
        assert november(session) == 12


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(events=event_lists(), random=st.randoms(use_true_random=False), sizes=st.lists(st.integers(1, 6), min_size=1))
def test_any_order_and_any_split_into_batches_gives_the_same_totals(
    database: Database, zone: str, events: list[UsageEvent], random: object, sizes: list[int]
) -> None:
    arriving = [*events, *events[::2]]
    random.shuffle(arriving)  # type: ignore[attr-defined]
    ways = [Metered("api_calls", way, (NOVEMBER, QUARTER), each=way == "sum") for way in AGGREGATIONS]
    with Session(database.engine) as session:  # rolled back at the end
        session.info["team_id"] = "T1"
        number = 0
        while arriving:
            size = sizes[number % len(sizes)]
            take(session, arriving[:size], batch_id=f"ubt_{number}", at=NOW)
            arriving, number = arriving[size:], number + 1
        stored = [total for one in ways for total in usage_totals(session, one, subjects=("001ACME",), zone=zone)]
    pure = [total for one in ways for total in usage_total(events, one, zone=zone)]
    assert [(t.quantity, t.events, t.amounts) for t in stored] == [(t.quantity, t.events, t.amounts) for t in pure]


def billed(session: Session, reference: str = "inv_1", at: datetime = NOW) -> None:
    (total,) = usage_totals(session, CALLS, subjects=LINE.subjects, zone="UTC")
    close_period(session, total, LINE, reference=reference, at=at)


def test_what_comes_for_a_billed_period_is_kept_said_and_put_on_the_next_invoice(database: Database) -> None:
    with database.begin("T1") as session:
        take(session, [event("a", "5"), event("b", "3")], batch_id="ubt_1", at=NOW)
        billed(session)
        assert late_usage(session, "con_1") == ()
        (late,) = take(session, [event("c", "2", line=4)], batch_id="ubt_2", at=NOW + timedelta(days=1))
        assert late.outcome == "accepted"
        assert late.late == "1 Nov 2026 to 30 Nov 2026 was billed with inv_1; the difference goes on the next invoice"
        (found,) = late_usage(session, "con_1")
        assert (found.period, found.reference, found.billed, found.difference) == (
            NOVEMBER,
            "inv_1",
            Decimal(8),
            Decimal(2),
        )
        assert [str(one) for one in found.since] == ["request ubt_2, line 4 (1 event)"]
        billed(session, "inv_2", NOW + timedelta(days=2))
        assert late_usage(session, "con_1") == ()


def test_a_correction_elsewhere_of_a_billed_event_takes_it_back(database: Database) -> None:
    with database.begin("T1") as session:
        take(session, [event("a", "5"), event("b", "3")], batch_id="ubt_1", at=NOW)
        billed(session)
        settle_closings(session, "con_1", NOW + timedelta(hours=2))
        other = event("c", "5", "2026-12-01T00:00:00Z", corrects="a", subject="001OTHER")
        (answer,) = take(session, [other], batch_id="ubt_2", at=NOW)
        assert "was billed with inv_1" in answer.late
        (found,) = late_usage(session, "con_1")
        assert found.difference == -5


@pytest.mark.parametrize(
    "elsewhere",
    [
        event("c", "2", "2026-12-01T00:00:00Z"),
        event("c", "2", "2026-10-31T23:59:59Z"),
        event("c", "2", meter="seats"),
        event("c", "2", subject="001OTHER"),
    ],
    ids=["after", "before", "meter", "customer"],
)
def test_usage_of_another_period_is_not_late(database: Database, elsewhere: UsageEvent) -> None:
    with database.begin("T1") as session:
        take(session, [event("a", "5")], batch_id="ubt_1", at=NOW)
        billed(session)
        assert [answer.late for answer in take(session, [elsewhere], batch_id="ubt_2", at=NOW)] == [""]
        assert late_usage(session, "con_1") == ()


def test_an_event_committed_while_the_period_was_being_closed_is_found_too(database: Database) -> None:
    with database.begin("T1") as session:
        billed(session)
        session.add(  # as another transaction would leave it that did not see the closing
            Stored(
                team_id="T1",
                key="a",
                subject="001ACME",
                meter="api_calls",
                units=5,
                decimals=0,
                batch_id="ubt_1",
                line=1,
                occurred_at=datetime(2026, 11, 5, tzinfo=UTC),
                received_at=NOW,
            )
        )
        session.flush()
        settle_closings(session, "con_1", NOW + timedelta(hours=2))
        assert [late.difference for late in late_usage(session, "con_1")] == [5]


def test_periods_that_are_right_are_not_added_up_again_until_something_comes(database: Database) -> None:
    def states(session: Session) -> list[str]:
        session.flush()
        return [closing.state for closing in session.execute(select(UsageClosing)).scalars()]

    with database.begin("T1") as session:
        billed(session)
        settle_closings(session, "con_1", NOW + timedelta(minutes=59))
        assert states(session) == ["fresh"]
        settle_closings(session, "con_1", NOW + timedelta(minutes=61))
        assert states(session) == ["settled"]
        take(session, [event("a", "5")], batch_id="ubt_1", at=NOW)
        assert states(session) == ["stirred"]


def test_a_voided_invoice_opens_its_periods_again(database: Database) -> None:
    with database.begin("T1") as session:
        take(session, [event("a", "5")], batch_id="ubt_1", at=NOW)
        billed(session)
        take(session, [event("b", "3")], batch_id="ubt_2", at=NOW)
        billed(session, "inv_2")
        assert reopen(session, "inv_2") == 1
        assert [(late.reference, late.difference) for late in late_usage(session, "con_1")] == [("inv_1", Decimal(3))]
        assert reopen(session, "inv_1") == 1
        assert late_usage(session, "con_1") == ()
        billed(session, "inv_3")
        assert late_usage(session, "con_1") == ()


def test_aggregations_are_those_of_the_terms() -> None:
    from typing import get_args

    from flows.terms.lines import Aggregation as OfTheTerms

    assert get_args(Aggregation) == get_args(OfTheTerms) == AGGREGATIONS
