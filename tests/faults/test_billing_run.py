"""The billing run is killed at each of its boundaries and started again: all is drafted and asked for once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from storage.tables import Invoice, ScheduleEntry
from tests.daybreak import BEGINS
from tests.faults.kills import Point
from tests.faults.rig import House

# Each step runs once at the start, with nothing to do, except those of asking; then in the run that drafts.
STEPS = [
    *(("draft_some", 2), ("anything_to_ask", 2)),
    *(("read_people", 1), ("ask_some", 1), ("plan_on", 2)),
]
LOOKS = 1_200  # a minute
SEATS = {"product": "SEAT-M", "quantity": "40", "unit_price": "60.00", "billing": "per_unit", "frequency": "monthly"}


@pytest.mark.parametrize("when", [pytest.param("before", marks=pytest.mark.nightly), "after"])
@pytest.mark.parametrize(("step", "nth"), STEPS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_kill_inside_the_run_drafts_nothing_twice(house: House, step: str, nth: int, when: str) -> None:
    house.start(Point(f"billing.workflow.{step}:{when}", nth))
    house.close_deal("per_unit", lines=[SEATS])
    house.settle()
    assert house.deaths == 0
    house.do("advance", until=f"{second_month()}T12:00:00+00:00")
    for _ in range(LOOKS):
        if house.deaths and len(invoices(house)) == 2:
            break
        house.app.ended_within(0.05)
        house.revive()
    house.settle()
    assert house.deaths == 1
    assert sorted(one.state for one in invoices(house)) == ["awaiting approval"] * 2
    assert sorted(one.total_minor for one in invoices(house)) == [240_000, 240_000]
    assert len(house.cards()) == 2
    with house.database.begin(None) as session:
        drafted = [entry.key for entry in session.execute(select(ScheduleEntry)).scalars() if entry.invoice_id]
    assert len(drafted) == len(set(drafted)) == 2


def invoices(house: House) -> list[Invoice]:
    with house.database.begin(None) as session:
        return list(session.execute(select(Invoice)).scalars())


def second_month() -> date:
    """Return the first day of the second month of a service that begins on the first of next month."""
    first = (BEGINS.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    return (first + timedelta(days=32)).replace(day=1)
