"""Far sides for the connectors' tests: one that does as it is told, and the strict simulators of the demo workspace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.vendors import RunningVendors, VendorSettings, running
from flows.values.clock import FixedClock
from tests.connectors.far_side import FarSide
from tests.contracts.stripe_spec import SPEC, check_log
from tests.places import REPO_ROOT
from tests.sandbox.slack.rig import Rig

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def far_side() -> Iterator[FarSide]:
    """Return a far side without any plan yet."""
    with FarSide().serving() as served:
        yield served


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Return a demo workspace without an app behind it, with the scopes of the project's own manifest."""
    begun = Rig(tmp_path / "slack", manifest=REPO_ROOT / "manifest.yml").begin()
    yield begun
    begun.end()


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands at noon of 2026-11-23."""
    return FixedClock(NOON)


@pytest.fixture
def vendors(tmp_path: Path, clock: FixedClock) -> Iterator[RunningVendors]:
    """Return fresh Stripe and Salesforce simulators that go by `clock`; pages of Salesforce queries hold 2 records.

    Afterwards every exchange with Stripe is held against Stripe's own description, where that is at hand.
    """
    with running(tmp_path / "vendors", clock=clock, settings=VendorSettings(page_size=2)) as served:
        yield served
        if SPEC.exists():
            check_log(served.stripe.requests())
