"""Salesforce is away while deals close, tells twice, or not at all: every closed deal is billed once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from flows.inbox import CROWD
from storage.tables import DealRow, InboxRow, Invoice
from tests.faults.kills import Point
from tests.faults.rig import House
from tests.faults.story import approve, close_and_approve, is_told_once, the_card

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OFTEN = {"SALESFORCE_POLL_SECONDS": "1"}


def break_crm(house: House, kind: str, count: int = 1) -> None:
    assert house.do("fault", where="salesforce", kind=kind, count=count)["ok"]


def drafted(house: House) -> int:
    with house.database.read(None) as session:
        return len(session.execute(select(Invoice)).all())


def until_drafted(house: House, count: int) -> None:
    """Wait for the poll, which comes by itself, to have found so many deals."""
    for _ in range(1000):
        if drafted(house) >= count:
            break
        assert not house.app.ended_within(0.05)
    assert drafted(house) == count
    house.settle()


@pytest.mark.parametrize("kind", ["5xx", "429", "drop_before", "drop_after"])
def test_a_crm_that_is_away_for_some_calls_is_asked_again(house: House, kind: str) -> None:
    house.start()
    break_crm(house, kind, count=3)
    is_told_once(house, close_and_approve(house))


def test_a_crm_that_stays_away_ends_with_a_person_and_nothing_is_lost(house: House) -> None:
    house.start()
    break_crm(house, "5xx", count=0)
    house.close_deal("flat")
    house.settle()
    assert drafted(house) == 0
    from tests.faults.story import try_again, what_needs_attention

    assert "could not be read" in what_needs_attention(house)["text"]
    break_crm(house, "off")
    try_again(house)
    approve(house)
    assert "INV-000001 is issued" in the_card(house)["text"]


def test_a_note_that_cannot_be_written_keeps_the_invoice_and_asks_a_person(house: House) -> None:
    house.start()
    house.close_deal("flat")
    house.settle()
    break_crm(house, "5xx", count=0)
    approve(house)
    assert "INV-000001 is issued" in the_card(house)["text"]
    break_crm(house, "off")
    from tests.faults.story import try_again

    try_again(house)
    assert house.left() == []


def test_both_notices_at_once_and_twice_are_one_deal(house: House) -> None:
    house.start()
    break_crm(house, "duplicate", count=4)
    house.close_deal("flat", notify="both")
    house.settle()
    approve(house)
    with house.database.read(None) as session:
        assert len(session.execute(select(DealRow)).all()) == 1
    assert "INV-000001 is issued" in the_card(house)["text"]


class TestPollAlone:
    """No notice ever comes."""

    @pytest.fixture
    def polled(self, house: House) -> House:
        """The house with a poll every second."""
        house.app.environment.update(OFTEN)
        house.start()
        return house

    def test_it_finds_every_deal_once(self, polled: House) -> None:
        polled.close_deal("flat", notify="none")
        until_drafted(polled, 1)
        polled.close_deal("one_time", notify="none")
        polled.close_deal("flat", notify="none")
        until_drafted(polled, 3)
        assert len(polled.cards()) == 3

    def test_it_finds_a_deal_that_was_committed_late_with_an_older_stamp(self, polled: House) -> None:
        polled.close_deal("flat", notify="none")
        until_drafted(polled, 1)
        polled.close_deal("one_time", notify="none", late_seconds=300)
        until_drafted(polled, 2)

    def test_it_goes_on_after_the_crm_was_away_and_after_a_kill(self, polled: House) -> None:
        break_crm(polled, "5xx", count=4)
        polled.close_deal("flat", notify="none")
        polled.app.end()
        polled.close_deal("one_time", notify="none")
        polled.revive()
        until_drafted(polled, 2)
        with polled.database.read(None) as session:
            keys = session.execute(select(InboxRow.natural_key).where(InboxRow.kind == "deal.notice")).all()  # type: ignore[call-overload]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crowd_of_deals_is_handed_out_once_although_the_app_dies(house: House, moment: str) -> None:
    house.app.environment.update(OFTEN)
    for _ in range(CROWD):
        house.close_deal("flat", notify="none")
    house.start(Point(f"inbox.queue_work:{moment}"))
    assert house.app.ended_within(60)
    house.revive()
    until_drafted(house, CROWD)
    assert house.deaths == 1
    assert len(house.cards()) == CROWD
