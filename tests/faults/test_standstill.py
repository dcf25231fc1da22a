"""A worker that stood still past its takeover, and then goes on: what it held stays as its heir has left it."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from storage.tables import EffectRow, WorkerBeat
from tests.faults.children import Child
from tests.faults.kills import Point
from tests.faults.rig import House
from tests.faults.story import approve, is_told_once, the_card

pytestmark = [pytest.mark.parametrize("database_url", ["postgresql"], indirect=True), pytest.mark.postgres]


def by_night(moment: str) -> Any:
    return pytest.param(moment, marks=pytest.mark.nightly)


BEFORE_THE_CARD = ["contracts.workflow.take_in:before", "post:card:claimed", by_night("post:card:sent")]
AFTER_THE_CLICK = [
    "effect:processor.draft:begun",
    by_night("effect:processor.draft:done"),
    "effect:processor.finalize:begun",
    by_night("effect:processor.send:done"),
    by_night("invoicing.workflow.take_number:after"),
    by_night("effect:crm.note:begun"),
    "post:reply:claimed",
    "post:file:claimed",
]


def slow_worker(house: House, moment: str) -> Child:
    """Start a worker that stands still at that moment; Stripe forgets idempotency keys, so none can help it."""
    assert house.do("fault", where="stripe", kind="ignore_idempotency", count=0)["ok"]
    house.divide()
    return house.add_worker("slow", Point(moment, by=signal.SIGSTOP))


def goes_on_alone(house: House, slow: Child, heir: Child) -> None:
    """Let the slow worker go on, first beside its heir and then without it, and wait for all that it does."""
    slow.go_on()
    house.settle()
    heir.end()
    house.do("open_home", as_="dana")  # its own work from now on: whatever it held it has left behind by then
    house.settle()
    with house.database.read(None) as session:
        assert "slow" in session.execute(select(col(WorkerBeat.worker_id))).scalars().all()


def each_effect_was_tried_under_one_key(house: House) -> None:
    with house.database.read(None) as session:
        assert set(session.execute(select(col(EffectRow.attempt))).scalars()) == {1}


@pytest.mark.parametrize("moment", AFTER_THE_CLICK)
def test_a_worker_that_comes_to_issues_nothing_again(house: House, moment: str) -> None:
    slow = slow_worker(house, moment)
    deal_id = house.close_deal("flat")
    house.settle()
    house.press("dana", "approval.approve", the_card(house))
    assert slow.stands_still_within(60)
    heir = house.add_worker("heir")
    house.settle()
    goes_on_alone(house, slow, heir)
    is_told_once(house, deal_id)
    each_effect_was_tried_under_one_key(house)


@pytest.mark.parametrize("moment", BEFORE_THE_CARD)
def test_a_worker_that_comes_to_posts_no_second_card(house: House, moment: str) -> None:
    slow = slow_worker(house, moment)
    deal_id = house.close_deal("flat")
    assert slow.stands_still_within(60)
    heir = house.add_worker("heir")
    house.settle()
    goes_on_alone(house, slow, heir)
    approve(house)
    is_told_once(house, deal_id)
