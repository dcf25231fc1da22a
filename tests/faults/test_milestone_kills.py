"""The app is killed while a milestone is reported; it is noted once, and billed once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.demo import CATALOGUE
from storage.tables import AuditEvent, Contract, InboxRow, Invoice
from tests.faults.kills import Point, cases
from tests.faults.rig import House, Json

STEPS = (
    "billing.milestone_workflow.read_reporter",
    "billing.milestone_workflow.apply_reached",
    "inbox:milestone.reached",
)
POINTS = [f"{step}:{when}" for step in STEPS for when in ("before", "after")]
ON_POSTGRESQL = "billing.milestone_workflow.apply_reached:after"  # the others at night


@pytest.fixture
def house(tmp_path: Path, migrated_url: str) -> Iterator[House]:
    """A house that knows the demo company's products."""
    made = House(tmp_path, migrated_url, DUNWELL_CATALOGUE=str(CATALOGUE))
    yield made
    made.close()


def first_button(house: House) -> tuple[Json, Json] | None:
    """Return the card of the milestones with its first button, while one waits."""
    for card in house.messages("#invoice-approvals"):
        for block in card["blocks"]:
            if "go-live" in str(block.get("accessory", {}).get("value")):
                return card, block["accessory"]
    return None


def report(house: House) -> None:
    """Say as Rita that the project is live, as long as the card asks for it."""
    if found := first_button(house):
        card, button = found
        view = house.press("rita", button["action_id"], card)["view"]
        day = house.workspace.clock.now().date().isoformat()
        house.do("submit", as_="rita", view_id=view, values={"day": day})
        house.settle()


@pytest.mark.parametrize(("database_url", "point"), cases(POINTS, [ON_POSTGRESQL]), indirect=["database_url"])
def test_a_milestone_is_noted_and_billed_once_wherever_the_app_is_killed(house: House, point: str) -> None:
    house.start(Point(point))
    house.close_deal("milestones")
    house.settle()
    report(house)
    report(house)  # whoever sent the form while the app was dead sends it again
    assert house.deaths == 1
    with house.database.read(None) as session:
        totals = session.execute(select(col(Invoice.total_minor)).order_by(col(Invoice.total_minor))).scalars().all()
        assert totals == [1_200_000, 2_000_000]
        assert set(session.execute(select(col(Invoice.state))).scalars()) == {"awaiting approval"}
        (reached,) = session.execute(select(col(Contract.reached))).scalars()
        assert len(reached) == 1
        done = session.execute(select(col(AuditEvent.action))).scalars().all()
        assert session.execute(select(InboxRow).where(col(InboxRow.handled_at).is_(None))).first() is None
    assert done.count("milestone.reached") == 1 and done.count("milestone.refused") == 0
    assert house.left() == []
