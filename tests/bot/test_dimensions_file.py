"""The dimensions file of a program that runs: it is followed, and somebody looks at it each minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import wiring
from bot.serve import jobs
from bot.settings import Settings
from bot.wiring import House
from flows.dimensions.in_force import in_force
from scheduler.jobs import last_due
from tests.flows.dimensions.test_load import LISTS, written
from tests.places import REPO_ROOT

TEAM = "T0DEMO"
Built = Callable[[Path | None], House]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Built]:
    """What wires the program with that dimensions file, or without one."""
    houses: list[House] = []

    def build(dimensions: Path | None) -> House:
        given = {
            "DUNWELL_DATABASE_URL": f"sqlite:///{tmp_path / 'dunwell.sqlite3'}",
            "DUNWELL_POLICY": str(REPO_ROOT / "bot" / "sandbox" / "policy.toml"),
            "DUNWELL_DATA": str(tmp_path),
            "DUNWELL_DIMENSIONS": str(dimensions or ""),
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        houses.append(wiring.build(Settings(_env_file=None)))
        return houses[-1]

    yield build
    for house in houses:
        house.close()


def version(house: House) -> str | None:
    """Return what a transaction would be held against now."""
    with house.runtime.database.read(TEAM) as session:
        config = in_force(session)
    return config.version if config else None


def test_a_changed_file_comes_into_force_and_is_looked_at_each_minute(built: Built, tmp_path: Path) -> None:
    house = built(written(tmp_path, LISTS))
    before = version(house)
    (tmp_path / "usual.csv").write_text("customer,value\nACME,ENG\nOTHER,SALES\n", encoding="utf-8")
    assert before and version(house) not in {before, None}
    (look,) = [job for job in jobs(house) if job.name == "look_at_dimensions"]
    now = house.runtime.clock.now()
    assert last_due(look.trigger, now - timedelta(seconds=60), now) is not None


def test_without_a_file_nothing_is_looked_at(built: Built) -> None:
    house = built(None)
    assert version(house) is None
    assert "look_at_dimensions" not in {job.name for job in jobs(house)}
