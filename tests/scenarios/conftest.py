"""Fixtures: houses, each started once a worker process for the stories that do not disturb each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.places import REPO_ROOT
from tests.postgres import Cluster
from tests.scenarios.house import House, Mode
from tests.scenarios.visitor import WIDE, Visitor


class Street:
    """The houses of one worker process, each started when the first story needs it and ended with the last."""

    def __init__(self, folder: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
        self._folders, self._request = folder, request
        self._houses: dict[tuple[Mode, str], House] = {}
        self._ending = ExitStack()

    def house(self, mode: Mode, database: str) -> House:
        """Return the house for this mode and database."""
        if (mode, database) not in self._houses:
            self._houses[mode, database] = self.new_house(mode, database)
            self._ending.callback(self._houses[mode, database].end)
        return self._houses[mode, database]

    def new_house(self, mode: Mode, database: str) -> House:
        """Return a house of the caller's own, who ends it."""
        name = f"{mode}-{database}"
        return House(name, self._folders.mktemp(name), mode, self._database_url(database))

    def end(self) -> None:
        """End every house."""
        self._ending.close()

    def _database_url(self, database: str) -> str:
        if database == "sqlite":
            return f"sqlite:///{self._folders.mktemp('sqlite') / 'dunwell.sqlite3'}"
        cluster: Cluster = self._request.getfixturevalue("postgres_server")
        name = cluster.create()  # empty: the demo makes its tables itself
        self._ending.callback(cluster.drop, name)
        return cluster.url(name)


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Street]:
    """The houses of this worker process."""
    street = Street(tmp_path_factory, request)
    yield street
    street.end()


POSTGRESQL_AT_NIGHT = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.nightly])]
"""For long stories whose statements other stories try on PostgreSQL by day."""

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def house(street: Street, request: pytest.FixtureRequest) -> Iterator[House]:
    """A running house over HTTP that other stories live in too; what Slack refused fails the story."""
    found = street.house("http", request.param)
    yield found
    found.mend_everything()
    found.check_order()


@pytest.fixture(params=POSTGRESQL_AT_NIGHT)
def own_house(street: Street, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house that one story has to itself, since days pass in it; it is ended whatever the story finds."""
    found = street.new_house("http", request.param)
    try:
        yield found
        found.check_order()
    finally:
        found.end()


@pytest.fixture
def visitor(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody of finance with a browser, at the approvals; pictures are kept under the name of the story's file."""
    story = str(request.module.__name__).rpartition("test_")[2].replace("_", "-")
    folder = REPO_ROOT / os.environ.get("DUNWELL_SHOTS", "build/shots") / f"{story}-{house.name}"
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport=WIDE, locale="en-US", timezone_id="UTC")
    somebody = Visitor(context.new_page(), house, folder)
    somebody.open_channel("invoice-approvals")
    somebody.page.locator("[data-guide-hide]").click()
    yield somebody
    somebody.leave()
    context.close()
