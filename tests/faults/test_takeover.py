"""Several workers on PostgreSQL: what a dead one had begun another finishes, once, in order, after an upgrade too."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from storage.tables import EffectRow, SlackPost, WorkerBeat
from tests.faults.children import Child
from tests.faults.kills import KILLED, Point
from tests.faults.rig import House, buttons_of
from tests.faults.story import APPROVE, close_and_approve, is_told_once, the_card

pytestmark = [pytest.mark.parametrize("database_url", ["postgresql"], indirect=True), pytest.mark.postgres]


MOST_DEALS = 20


def died(worker: Child) -> None:
    assert worker.ended_within(60) and worker.exit_code == KILLED


def begun_by(house: House) -> set[str]:
    """Return the workers that hold work which is begun and not done."""
    return _workers_of(house, "PENDING")


def finished_by(house: House) -> set[str]:
    """Return the workers that have finished work."""
    return _workers_of(house, "SUCCESS")


def _workers_of(house: House, status: str) -> set[str]:
    statement = text("SELECT DISTINCT executor_id FROM dbos.workflow_status WHERE status = :status")
    with house.database.begin(None) as session:
        return {str(one) for one in session.connection().execute(statement, {"status": status}).scalars()}


@pytest.mark.parametrize("moment", ["effect:processor.draft:done", "effect:processor.send:done"])
def test_another_worker_finishes_an_effect_that_a_dead_one_had_begun(house: House, moment: str) -> None:
    house.divide()
    doomed = house.add_worker("doomed", Point(moment))
    deal_id = house.close_deal("flat")
    house.settle()
    house.press("dana", "approval.approve", the_card(house))
    died(doomed)
    assert begun_by(house) == {"doomed"}
    house.add_worker("heir")
    house.settle()
    is_told_once(house, deal_id)
    with house.database.read(None) as session:
        assert [row.worker_id for row in session.execute(select(WorkerBeat)).scalars()] == ["heir"]
        assert max(session.execute(select(EffectRow.attempt)).scalars()) == 1  # type: ignore[call-overload]


def test_a_worker_killed_in_its_first_moments_leaves_its_work_to_the_living(house: House) -> None:
    house.divide()
    house.close_deal("flat")
    doomed = house.add_worker("doomed", Point("contracts.workflow.take_in:before"), beats_every=3600)
    died(doomed)  # before its second beat: the one with which it began is all that anybody knows of it
    assert begun_by(house) == {"doomed"}
    house.add_worker("heir")
    house.settle()
    assert "please approve" in the_card(house)["text"]
    assert finished_by(house) == {"heir"}


def test_a_worker_that_comes_back_under_its_name_goes_on_by_itself(house: House) -> None:
    house.divide()
    doomed = house.add_worker("stable", Point("effect:processor.finalize:begun"), dead_after=10_000)
    deal_id = house.close_deal("flat")
    house.settle()
    house.press("dana", "approval.approve", the_card(house))
    died(doomed)
    house.add_worker("stable", dead_after=10_000)
    house.settle()
    is_told_once(house, deal_id)


def test_two_workers_keep_the_order_of_a_channel_across_the_death_of_one(house: House) -> None:
    house.divide()
    doomed = house.add_worker("doomed", Point("post:card:sent"))
    house.close_deal("flat")
    died(doomed)  # with the channel's first card posted and not noted, and the lane in its hands
    for _ in range(3):
        house.close_deal("flat")
    house.add_worker("one")
    house.add_worker("two")
    for _ in range(4):
        house.close_deal("flat")
    house.settle()
    cards = house.cards()
    assert len(cards) == 8
    with house.database.read(None) as session:
        statement = select(SlackPost.ts).where(SlackPost.kind == "card").order_by(SlackPost.seq)  # type: ignore[call-overload]
        in_our_order = list(session.execute(statement).scalars())
    assert in_our_order == sorted(in_our_order) == sorted(card["ts"] for card in cards)


def test_two_workers_share_the_work_and_each_effect_happens_once(house: House) -> None:
    house.divide()
    house.add_worker("one")
    house.add_worker("two")
    is_told_once(house, close_and_approve(house))
    deals = 1
    while finished_by(house) < {"one", "two"} and deals < MOST_DEALS:
        house.close_deal("flat")
        house.settle()
        deals += 1
    assert finished_by(house) == {"one", "two"}, "each has done some of the work"
    for card in house.cards():
        if APPROVE in buttons_of(card):
            house.press("dana", APPROVE, card)
    house.settle()
    issued = [card["text"] for card in house.cards() if "is issued" in card["text"]]
    assert len(issued) == len(house.cards()) == deals
    happened = [event["type"] for event in house.vendors.stripe.store.all("event")]
    for once in ("invoice.created", "invoice.finalized", "invoice.sent"):
        assert happened.count(once) == deals
    with house.database.read(None) as session:
        assert set(session.execute(select(EffectRow.state)).scalars()) == {"done"}  # type: ignore[call-overload]


def test_work_that_an_older_release_began_is_finished_by_a_newer_one(house: House) -> None:
    house.divide()
    older = house.add_worker("worker", Point("effect:processor.lines:done"))
    deal_id = house.close_deal("flat")
    house.settle()
    house.press("dana", "approval.approve", the_card(house))
    died(older)
    house.add_worker("worker", release="newer")
    house.settle()
    is_told_once(house, deal_id)
