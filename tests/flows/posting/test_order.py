"""The order of a channel with two workers on PostgreSQL, and the change that must not be missed by a card."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, text

from flows import attention, posting
from flows.blockkit import section
from flows.posting.workflow import NOTHING_LEFT, deliver_next
from flows.values.card import Card
from storage.database import Database
from storage.tables import SlackPost
from tests.faults.small_house import TEAM, SmallHouse

OPS = "#dunwell-ops"
on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def test_numbers_follow_the_commits_so_nothing_passes_what_was_said_before(small: SmallHouse) -> None:
    errors: list[BaseException] = []

    def talk(name: str) -> None:
        try:
            for number in range(10):
                with small.change() as session:
                    card = Card(f"{name}{number}", (section(name),))
                    posting.direct(session, user_id="U0DANA", card=card)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=talk, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [post.seq for post in small.posts("U0DANA")] == list(range(1, 41))
    small.deliver("U0DANA")
    for name in "abcd":
        assert [said for said in small.slack.texts() if said[0] == name] == [f"{name}{n}" for n in range(10)]


def test_what_is_rolled_back_takes_no_number_and_queues_nothing(small: SmallHouse) -> None:
    def fails() -> None:
        with small.change() as session:
            posting.direct(session, user_id="U0DANA", card=Card("never", (section("x"),)))
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    with small.change() as session:
        posting.direct(session, user_id="U0DANA", card=Card("said", (section("x"),)))
    assert [(post.seq, post.payload["text"]) for post in small.posts("U0DANA")] == [(1, "said")]
    assert queued(small.database) == 1


def queued(database: Database) -> int:
    table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
    with database.begin(None) as session:
        return int(session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@on_postgresql
def test_a_card_that_is_about_to_be_drawn_waits_for_the_change_that_relies_on_it(small: SmallHouse) -> None:
    with small.change() as session:
        attention.open_attention(session, subject_id="inv_1", kind="issue", title="t", reason="old", code="x")
    delivered = threading.Event()

    def deliver() -> None:
        while deliver_next(TEAM, OPS, 100) != NOTHING_LEFT:
            pass
        delivered.set()

    worker = threading.Thread(target=deliver)
    with small.change() as session:
        attention.open_attention(session, subject_id="inv_1", kind="issue", title="t", reason="new", code="x")
        session.flush()  # the change relies on the post that is queued, and is not committed
        worker.start()
        assert not delivered.wait(0.5)
    worker.join(30)
    assert small.slack.texts() == ["new"]
    assert small.rows(select(SlackPost.state)) == ["sent"]  # type: ignore[call-overload]


def test_deliveries_that_start_in_any_order_keep_the_order_of_the_channel(small: SmallHouse) -> None:
    with small.change() as session:
        for number in range(10):
            posting.direct(session, user_id="U0DANA", card=Card(str(number), (section("x"),)))
    assert deliver_next(TEAM, "U0DANA", 3) == 0.0
    for upto in (10, 4, 3):  # whoever comes sends what is before it
        while deliver_next(TEAM, "U0DANA", upto) != NOTHING_LEFT:
            pass
    assert small.slack.texts() == [str(number) for number in range(10)]
