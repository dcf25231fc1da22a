"""What came in is written once, with its work or not at all, and one bad delivery refuses no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from flows.inbox import CROWD, Delivery, InboxWriter, queue_work, record_all
from storage.tables import InboxRow
from tests.faults.small_house import TEAM, SmallHouse


@pytest.fixture
def writer(small: SmallHouse) -> Iterator[InboxWriter]:
    """The writer of the small house."""
    found = InboxWriter(small.database, small.engine, small.clock)
    yield found
    found.close()


def notice(key: str, kind: str = "deal.notice", team: str = TEAM) -> Delivery:
    return Delivery(team, kind, key, {"deal_id": key})


def queued(small: SmallHouse) -> list[str]:
    table = "workflow_status" if small.database.is_sqlite else "dbos.workflow_status"
    with small.database.begin(None) as session:
        found = session.connection().execute(text(f"SELECT workflow_uuid FROM {table}"))
        return sorted(str(one) for one in found.scalars())


def test_a_delivery_is_one_row_and_one_piece_of_work_however_often_it_comes(
    small: SmallHouse, writer: InboxWriter
) -> None:
    assert [writer.record(notice("a")) for _ in range(3)] == [True, False, False]
    (row,) = small.rows(select(InboxRow))
    assert queued(small) == [f"inbox:{row.id}"]


def test_the_same_delivery_in_many_threads_is_new_once(small: SmallHouse, writer: InboxWriter) -> None:
    with ThreadPoolExecutor(20) as listeners:
        answers = list(listeners.map(lambda _: writer.record(notice("a")), range(20)))
    assert sorted(answers) == [False] * 19 + [True]
    assert len(queued(small)) == 1


def test_teams_and_kinds_do_not_share_keys(small: SmallHouse, writer: InboxWriter) -> None:
    assert writer.record(notice("a"))
    assert writer.record(notice("a", team="T0OTHER"))
    assert writer.record(notice("a", kind="attention.retry"))
    assert len(queued(small)) == 3


def test_one_poisoned_delivery_is_refused_and_those_beside_it_are_taken(small: SmallHouse, writer: InboxWriter) -> None:
    gate = threading.Barrier(7)

    def listener(delivery: Delivery) -> bool | str:
        gate.wait(10)
        try:
            return writer.record(delivery)
        except Exception as error:  # noqa: BLE001
            return type(error).__name__

    deliveries = [notice(str(n)) for n in range(5)]
    poisoned = [notice("p", kind="no.such.kind"), Delivery(TEAM, "deal.notice", "q", {"deal_id": object()})]
    held = small.database.begin(None)  # those that come while the database is busy are written together
    with ThreadPoolExecutor(7) as listeners:
        with held as session:
            session.connection().execute(text("UPDATE audit_head SET seq = seq"))
            answers = [listeners.submit(listener, one) for one in [*deliveries, *poisoned]]
        found = [answer.result(60) for answer in answers]
    assert found[:5] == [True] * 5
    assert found[5] == "KeyError" and isinstance(found[6], str)
    rows = small.rows(select(InboxRow))
    assert len(rows) == 5
    if any(one.startswith("hand_out:") for one in queued(small)):
        queue_work([row.id for row in rows])
    assert {f"inbox:{row.id}" for row in rows} <= set(queued(small))


def test_the_work_of_a_crowd_is_handed_out_by_one_workflow_and_queued_once(small: SmallHouse) -> None:
    with small.change() as session:
        record_all(session, small.engine, small.clock, [notice(str(number)) for number in range(CROWD)])
    ids = sorted(row.id for row in small.rows(select(InboxRow)))
    (handing_out,) = queued(small)
    assert handing_out.removeprefix("hand_out:") in ids
    queue_work(ids)
    queue_work(ids)
    assert queued(small) == [handing_out, *(f"inbox:{one}" for one in ids)]


def test_a_crowd_with_a_kind_that_nobody_handles_is_refused(small: SmallHouse) -> None:
    def record() -> None:
        with small.change() as session:
            many = [notice(str(number)) for number in range(CROWD)]
            record_all(session, small.engine, small.clock, [*many, notice("p", kind="no.such.kind")])

    with pytest.raises(KeyError):
        record()
    assert small.rows(select(InboxRow)) == [] and queued(small) == []


def test_a_transaction_that_is_rolled_back_queues_nothing(small: SmallHouse) -> None:
    def fails() -> None:
        with small.change() as session:
            assert record_all(session, small.engine, small.clock, [notice("a"), notice("b")]) == [True, True]
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert small.rows(select(InboxRow)) == [] and queued(small) == []
    with small.change() as session:
        assert record_all(session, small.engine, small.clock, [notice("a")]) == [True]
    assert len(queued(small)) == 1


def test_one_transaction_that_names_a_delivery_twice_takes_it_once(small: SmallHouse) -> None:
    with small.change() as session:
        assert record_all(session, small.engine, small.clock, [notice("a"), notice("a")]) == [True, False]
    assert len(queued(small)) == 1


def test_a_writer_that_is_closed_has_written_what_waited(small: SmallHouse) -> None:
    writer = InboxWriter(small.database, small.engine, small.clock)
    with ThreadPoolExecutor(10) as listeners:
        answers = [listeners.submit(writer.record, notice(str(n))) for n in range(10)]
        assert all(answer.result(30) for answer in answers)
    writer.close()
    assert len(small.rows(select(InboxRow))) == 10
