"""The app is killed while a contract is being amended; it is amended once, and what that comes to is drafted once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from flows.values.periods import add_months
from storage.tables import AuditEvent, Contract, Invoice, RatedLineRow
from tests.daybreak import BEGINS
from tests.faults.kills import Point, cases
from tests.faults.rig import House, Json, buttons_of
from tests.faults.story import APPROVE

AMEND = "contract.amend"
STEPS = (
    "billing.amending_workflow.read_decider",
    "billing.amending_workflow.apply_decision",
    "inbox:contract.amend",
)
POINTS = [f"{step}:{when}" for step in STEPS for when in ("before", "after")]
SEATS = {"product": "SEAT-M", "quantity": "10", "unit_price": "365.00", "billing": "per_unit", "frequency": "annual"}


def with_button(house: House, action_id: str) -> list[Json]:
    """Return the cards that have that button."""
    return [card for card in house.cards() if action_id in buttons_of(card)]


def amend(house: House, effective: str) -> None:
    """Amend the contract as the CFO, as long as its card asks."""
    for card in with_button(house, AMEND):
        view = house.press("dana", AMEND, card)["view"]
        house.do("submit", as_="dana", view_id=view, values={"effective": effective, "charge": "now"})
        house.settle()


@pytest.mark.parametrize(("database_url", "point"), cases(POINTS, ()), indirect=["database_url"])
def test_a_contract_is_amended_once_wherever_the_app_is_killed(house: House, point: str) -> None:
    today = BEGINS.date()
    end = add_months(today, 12) - timedelta(days=1)
    house.start(Point(point))
    deal_id = house.close_deal("per_unit", lines=[SEATS], start=today.isoformat(), end=end.isoformat())
    house.settle()
    (asked,) = with_button(house, APPROVE)
    house.press("dana", APPROVE, asked)
    house.settle()
    house.do("deal/change", id=deal_id, quantity=14)
    house.settle()
    amend(house, today.isoformat())
    amend(house, today.isoformat())  # whoever sent the form while the app was dead sends it again
    assert house.deaths == 1
    with house.database.read(None) as session:
        invoices = session.execute(select(Invoice).order_by(col(Invoice.id))).scalars().all()
        assert [(one.state, one.total_minor) for one in invoices] == [
            ("issued", 365_000),
            ("awaiting approval", 146_000),  # four seats for the whole year
        ]
        assert session.execute(select(col(Contract.version))).scalar_one() == 3
        paths = session.execute(select(col(RatedLineRow.terms_path)).order_by(col(RatedLineRow.seq))).scalars().all()
        assert sorted(set(paths)) == ["amendments[v3][1]", "amendments[v3][2]", "lines[1]"]
        done = session.execute(select(col(AuditEvent.action))).scalars().all()
    assert done.count("contract.amended") == 1
    assert with_button(house, AMEND) == []
