"""The app is killed while a coding is being mended; it is mended once, and the invoice is issued once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.demo import DIMENSIONS
from storage.tables import AuditEvent, CodingMend, InvoiceVersion
from tests.faults.invariants import holds_one_issued_invoice
from tests.faults.kills import Point, cases
from tests.faults.rig import House, Json, buttons_of
from tests.faults.story import APPROVE

CODE = "coding.mend"
STEPS = ("dimensions.workflow.read_coder", "dimensions.workflow.apply_coding", "inbox:invoice.code")
POINTS = [f"{step}:{when}" for step in STEPS for when in ("before", "after")]
ON_POSTGRESQL = "dimensions.workflow.apply_coding:after"  # the others at night


@pytest.fixture
def house(tmp_path: Path, migrated_url: str) -> Iterator[House]:
    """A house that checks its lines."""
    made = House(tmp_path, migrated_url, DUNWELL_DIMENSIONS=str(DIMENSIONS))
    yield made
    made.close()


def with_button(house: House, action_id: str) -> list[Json]:
    """Return the cards that have that button."""
    return [card for card in house.cards() if action_id in buttons_of(card)]


def mend(house: House) -> None:
    """Mend the coding as Rita, as long as the card asks for it."""
    for card in with_button(house, CODE):
        view = house.press("rita", CODE, card)["view"]
        house.do("submit", as_="rita", view_id=view, values={"2.place": "HAM"})
        house.settle()


@pytest.mark.parametrize(("database_url", "point"), cases(POINTS, [ON_POSTGRESQL]), indirect=["database_url"])
def test_a_coding_is_mended_once_wherever_the_app_is_killed(house: House, point: str) -> None:
    house.start(Point(point))
    deal_id = house.close_deal("coding_error")
    house.settle()
    mend(house)
    mend(house)  # whoever sent the form while the app was dead sends it again
    assert house.deaths == 1
    (asked,) = with_button(house, APPROVE)
    house.press("dana", APPROVE, asked)
    house.settle()
    with house.database.read(None) as session:
        assert sorted(session.execute(select(col(CodingMend.field))).scalars()) == ["account", "department", "place"]
        assert sorted(session.execute(select(col(InvoiceVersion.version))).scalars()) == [1, 2]
        done = session.execute(select(col(AuditEvent.action))).scalars().all()
    assert done.count("invoice.coding_mended") == 1
    holds_one_issued_invoice(house, total_minor=1_680_000, currency="USD", deal_id=deal_id)
