"""The Homes of a workspace are kept up to date at a pace that Slack takes, and hold up nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from flows import posting
from flows.blockkit import section
from flows.posting.rules import HOMES_AT_ONCE, HOMES_PER_SECOND
from flows.posting.workflow import NOTHING_LEFT, deliver_next
from flows.values.card import Card
from storage.tables import HomeTab, SlackPost
from tests.faults.small_house import TEAM, SmallHouse

PEOPLE = [f"U0{number:02}" for number in range(2 * HOMES_AT_ONCE + 1)]


def opened(small: SmallHouse) -> None:
    """Have everybody's Home opened, and something change that is shown there."""
    small.screens.home_shows = "1 invoice waits"
    with small.change() as session:
        session.add_all([HomeTab(team_id=TEAM, user_id=one, opened_at=small.clock.now()) for one in PEOPLE])
        posting.home(session)


def lanes(small: SmallHouse) -> list[str]:
    table = "workflow_status" if small.database.is_sqlite else "dbos.workflow_status"
    with small.database.begin(None) as session:
        asked = text(f"SELECT queue_partition_key FROM {table} ORDER BY created_at")
        return [str(one) for one in session.connection().execute(asked).scalars()]


def test_however_many_homes_are_open_they_take_one_place_among_what_is_sent_at_once(small: SmallHouse) -> None:
    opened(small)
    with small.change() as session:
        posting.direct(session, user_id="U0DANA", card=Card("hello", (section("hello"),)))
    assert sorted(lanes(small)) == sorted([f"{TEAM}:home"] * len(PEOPLE) + [f"{TEAM}:U0DANA"])


def test_the_first_homes_go_at_once_and_the_others_as_fast_as_slack_takes_them(small: SmallHouse) -> None:
    opened(small)
    waits = [wait for one in PEOPLE for wait in small.deliver(f"home:{one}")]
    rest = HOMES_AT_ONCE / HOMES_PER_SECOND  # for as many at once: the clock stands still while they are sent
    assert waits == pytest.approx([rest, rest])
    assert {one: len(shown) for one, shown in small.slack.homes.items()} == dict.fromkeys(PEOPLE, 1)


def test_changes_while_a_home_waits_are_drawn_with_it_and_once(small: SmallHouse) -> None:
    opened(small)
    for one in PEOPLE[:HOMES_AT_ONCE]:
        small.deliver(f"home:{one}")
    last = PEOPLE[-1]
    wait = deliver_next(TEAM, f"home:{last}", 1)
    assert wait > 0 and last not in small.slack.homes
    for count in range(2, 5):
        small.screens.home_shows = f"{count} invoices wait"
        with small.change() as session:
            posting.home(session)
    small.clock.pass_by(wait)
    assert deliver_next(TEAM, f"home:{last}", 1) == NOTHING_LEFT
    assert small.slack.homes[last] == ["4 invoices wait"]
    assert small.rows(select(SlackPost.state).where(SlackPost.address == f"home:{last}")) == ["sent"]  # type: ignore[call-overload]


def test_homes_that_wait_keep_no_message_waiting(small: SmallHouse) -> None:
    opened(small)
    for one in PEOPLE[:HOMES_AT_ONCE]:
        small.deliver(f"home:{one}")
    with small.change() as session:
        posting.direct(session, user_id="U0DANA", card=Card("hello", (section("hello"),)))
    assert small.deliver("U0DANA") == [] and small.slack.texts() == ["hello"]
