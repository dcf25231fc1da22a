"""Files of usage into storage: the same totals however they are cut, nothing twice, all or nothing when asked."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from flows.usage import FileRefused, Metered, UsageEvent, close_period, importing, usage_total, usage_totals
from flows.usage.closing import BilledLine, late_usage
from flows.usage.importing import FileImport, FileOrder, ImportReport
from flows.usage.intake import take
from flows.usage.rules import AGGREGATIONS
from flows.values.periods import Period
from storage.audit import SYSTEM
from storage.tables import AuditEvent, InboxRow, UsageImport
from storage.tables import UsageEvent as Stored
from tests.faults.small_house import NOON, TEAM, SmallHouse
from tests.flows.usage.events import as_csv, event, event_lists, written

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
CALLS = Metered("api_calls", "sum", (NOVEMBER,))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 3)


def imported(house: SmallHouse, path: Path, **more: object) -> ImportReport:
    order = FileOrder(path, refused_to=path.with_suffix(".refused"), **more)  # type: ignore[arg-type]
    job = FileImport(house.database, house.engine, house.clock, order, team_id=TEAM, by=SYSTEM("test"))
    return job.run()


def used(house: SmallHouse) -> Decimal:
    with house.database.read(TEAM) as session:
        (total,) = usage_totals(session, CALLS, subjects=("001ACME",), zone="UTC")
    return total.quantity


def counts(report: ImportReport) -> tuple[str, int, int, int, int]:
    return report.state, report.rows, report.accepted, report.duplicates, report.refused


GOOD = [event(f"k{n}", str(n)) for n in range(1, 11)]


def test_a_file_is_taken_once(small: SmallHouse, tmp_path: Path) -> None:
    path = written(tmp_path / "nov.csv", as_csv(GOOD))
    assert counts(imported(small, path)) == ("taken", 10, 10, 0, 0)
    again = imported(small, written(tmp_path / "copy.csv", as_csv(GOOD)))
    assert (again.state, again.rows, again.taken_at) == ("known", 10, NOON)
    assert used(small) == 55
    assert [row.payload["batch_id"] for row in small.rows(select(InboxRow))] == [again.import_id]
    events = small.rows(select(AuditEvent).where(AuditEvent.object_id == again.import_id))  # type: ignore[arg-type]
    assert [one.action for one in events] == ["usage.imported"]


def test_the_same_rows_in_another_file_are_duplicates(small: SmallHouse, tmp_path: Path) -> None:
    imported(small, written(tmp_path / "a.csv", as_csv(GOOD)))
    report = imported(small, written(tmp_path / "b.csv", as_csv([*reversed(GOOD), event("k11", "100")])))
    assert counts(report) == ("taken", 11, 1, 10, 0)
    assert used(small) == 155


def test_bad_rows_are_kept_out_reported_and_can_be_mended(small: SmallHouse, tmp_path: Path) -> None:
    text = as_csv(GOOD).replace("k3,001ACME,api_calls,3,", "k3,001ACME,api_calls,-3,") + "k4,001ACME,api_calls,9,"
    path = written(tmp_path / "nov.csv", text + "2026-11-05T12:00:00Z,,,\r\nk5\r\n")
    report = imported(small, path)
    assert counts(report) == ("taken", 12, 9, 0, 3)
    assert [(one.line, one.code) for one in sorted(report.problems, key=lambda one: one.line)] == [
        (4, "usage.bad_quantity"),
        (12, "usage.conflict"),
        (13, "usage.bad_row"),
    ]
    refused = path.with_suffix(".refused")
    lines = sorted(csv.reader(refused.read_text().splitlines()), key=lambda row: row[-2].rjust(9))
    assert [row[0] for row in lines] == ["k3", "k4", "k5", "key"]
    assert "is negative" in lines[0][-1]
    mended = written(tmp_path / "mended.csv", refused.read_text().replace(",-3,", ",3,").replace("k4,", "k40,"))
    assert counts(imported(small, mended)) == ("taken", 3, 2, 0, 1)
    assert used(small) == 55 + 9


def test_a_file_with_refused_rows_can_be_imported_again_and_counts_once(small: SmallHouse, tmp_path: Path) -> None:
    late = event("k99", "5", (NOON + timedelta(days=2)).isoformat())  # not yet
    path = written(tmp_path / "nov.csv", as_csv([*GOOD, late]))
    assert counts(imported(small, path)) == ("taken", 11, 10, 0, 1)
    small.clock.at += timedelta(days=3)
    assert counts(imported(small, path)) == ("taken", 11, 11, 0, 0)
    assert used(small) == 60


@pytest.mark.parametrize("last", [event("k1", "999"), event("k11", "1", corrects="k1")], ids=["conflict", "corrected"])
def test_all_or_nothing_takes_nothing_when_a_row_cannot_be_taken(
    small: SmallHouse, tmp_path: Path, last: UsageEvent
) -> None:
    first = [*GOOD, event("k12", "1", corrects="k1")]
    report = imported(small, written(tmp_path / "nov.csv", as_csv([*first, last])), atomic=True)
    assert counts(report) == ("refused", 12, 0, 0, 1)
    assert small.rows(select(Stored)) == [] and small.rows(select(InboxRow)) == []
    assert [row.state for row in small.rows(select(UsageImport))] == ["refused"]
    assert counts(imported(small, written(tmp_path / "mended.csv", as_csv(first)), atomic=True)) == (
        "taken",
        11,
        11,
        0,
        0,
    )
    assert used(small) == 55


def test_all_or_nothing_sees_what_is_stored(small: SmallHouse, tmp_path: Path) -> None:
    imported(small, written(tmp_path / "a.csv", as_csv(GOOD[:2])))
    other = written(tmp_path / "b.csv", as_csv([event("new", "1"), event("k1", "999")]))
    assert counts(imported(small, other, atomic=True)) == ("refused", 2, 0, 0, 1)
    same = written(tmp_path / "c.csv", as_csv([event("new", "1"), GOOD[0]]))
    assert counts(imported(small, same, atomic=True)) == ("taken", 2, 1, 1, 0)


def test_all_or_nothing_undoes_when_another_was_faster(
    small: SmallHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "nov.csv", as_csv(GOOD))
    store = FileImport._store

    def after_another(job: FileImport) -> None:
        with small.database.begin(TEAM) as session:
            take(session, [event("k10", "777")], batch_id="ubt_1", at=NOON)
        store(job)

    monkeypatch.setattr(FileImport, "_store", after_another)
    assert imported(small, path, atomic=True).state == "refused"
    assert [row.key for row in small.rows(select(Stored))] == ["k10"] and used(small) == 777


def test_an_import_whose_events_were_removed_meanwhile_is_not_taken(
    small: SmallHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "nov.csv", as_csv(GOOD))
    store = FileImport._store

    def and_removed(job: FileImport) -> None:
        store(job)
        with small.database.begin(TEAM) as session:
            session.execute(delete(Stored).where(Stored.key == "k1"))  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(FileImport, "_store", and_removed)
        with pytest.raises(FileRefused, match="imported by somebody else as well"):
            imported(small, path, atomic=True)
    assert used(small) == 0
    assert counts(imported(small, path, atomic=True)) == ("taken", 10, 10, 0, 0)
    assert used(small) == 55


@pytest.mark.parametrize("atomic", [False, True])
def test_an_import_that_was_broken_off_is_finished_by_the_next(
    small: SmallHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, atomic: bool
) -> None:
    path = written(tmp_path / "nov.csv", as_csv([*GOOD, GOOD[0]]))
    real, calls = take, []

    def dies(*args: object, **more: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(importing, "take", dies)
        with pytest.raises(KeyboardInterrupt):
            imported(small, path, atomic=atomic)
    assert used(small) == (0 if atomic else 1 + 2 + 3 + 4 + 5 + 6)
    assert counts(imported(small, path, atomic=atomic)) == ("taken", 11, 10, 1, 0)
    assert used(small) == 55


def test_a_file_that_cannot_be_read_leaves_no_trace(small: SmallHouse, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no column key"):
        imported(small, written(tmp_path / "nov.csv", "a,b\n1,2\n"))
    assert small.rows(select(UsageImport)) == []


def test_refused_rows_that_cannot_be_written_are_said(small: SmallHouse, tmp_path: Path) -> None:
    path = written(tmp_path / "nov.csv", as_csv(GOOD) + "bad\n")
    order = FileOrder(path, refused_to=tmp_path / "no" / "such" / "folder.csv")
    job = FileImport(small.database, small.engine, small.clock, order, team_id=TEAM, by=SYSTEM("test"))
    with pytest.raises(FileRefused, match="name another file"):
        job.run()


def test_who_is_not_known_and_what_is_late_is_said(small: SmallHouse, tmp_path: Path) -> None:
    line = BilledLine("con_1", "calls", ("001ACME",), "sum", "UTC")
    with small.change() as session:
        (total,) = usage_totals(session, CALLS, subjects=line.subjects, zone="UTC")
        close_period(session, total, line, reference="INV-1", at=NOON)
    report = imported(small, written(tmp_path / "nov.csv", as_csv(GOOD).replace("void", "colour")), atomic=True)
    assert report.unassigned == ("001ACME",) and report.ignored_columns == ("colour",)
    assert report.late == {
        "1 Nov 2026 to 30 Nov 2026 was billed with INV-1; the difference goes on the next invoice": 10
    }
    with small.database.read(TEAM) as session:
        assert [late.difference for late in late_usage(session, "con_1")] == [55]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(
    events=event_lists(most=15), random=st.randoms(use_true_random=False), cuts=st.lists(st.integers(1, 15), max_size=3)
)
def test_any_split_into_files_gives_the_same_totals(
    small: SmallHouse, tmp_path: Path, events: list[UsageEvent], random: object, cuts: list[int]
) -> None:
    with small.change() as session:
        for table in (Stored, UsageImport):
            session.execute(delete(table))
    small.clock.at = NOON + timedelta(days=60)
    rows = [*events, *events[::3]]
    random.shuffle(rows)  # type: ignore[attr-defined]
    borders = [0, *sorted(cuts), len(rows)]
    for number, (first, last) in enumerate(pairwise(borders)):
        report = imported(small, written(tmp_path / f"{number}.csv", as_csv(rows[first:last])), atomic=number % 2 == 1)
        assert report.refused == 0
    for way in AGGREGATIONS:
        wanted = Metered("api_calls", way, (NOVEMBER,))
        with small.database.read(TEAM) as session:
            (stored,) = usage_totals(session, wanted, subjects=("001ACME",), zone="Europe/Berlin")
        (pure,) = usage_total(events, wanted, zone="Europe/Berlin")
        assert (stored.quantity, stored.events) == (pure.quantity, pure.events)
