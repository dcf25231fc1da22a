"""What the durable steps need of the process that they run in: the database, the clock, the policy and the ports.

Workflows are plain functions that the engine calls by name after a restart, so they cannot be handed these things;
`bot.wiring` puts them here once, before anything is started.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from flows.policy.model import Policy
from flows.ports import Crm, Processor, SlackWorkspace
from flows.values.card import Card, View
from flows.values.clock import Clock
from storage.database import Database

if TYPE_CHECKING:
    from flows.contracts.catalogue import Catalogue
    from flows.dimensions.in_force import DimensionsFile
    from flows.dimensions.model import DimensionConfig
    from flows.durable import Engine


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """How long to wait, in seconds, before each further try of an effect; after the last one a person is asked."""

    waits: tuple[float, ...] = (1, 2, 5, 15, 60, 300, 900)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast we post to one channel: a steady rate, and how many may go at once after a pause."""

    per_second: float = 1.0
    burst: int = 5


class Screens(Protocol):
    """What is drawn at the moment it is sent, from the rows as they are then."""

    def card(self, team_id: str, kind: str, subject_id: str) -> Card:
        """Return the card of that kind for a subject (an invoice, a deal, an attention row)."""
        ...

    def home(self, team_id: str, user_id: str) -> View:
        """Return a person's App Home."""
        ...

    def document(self, team_id: str, subject_id: str) -> bytes:
        """Return the PDF of an issued invoice, or of an issued credit memo."""
        ...


@dataclass(slots=True)
class Runtime:
    """Everything outside the rules. `slack` gives a team's workspace; `crm_team` owns the CRM and the processor.

    Without `dimensions` a line's account and dimensions are taken as the policy gives them, unchecked; with a
    `dimensions_file` they are read again when it is changed. Without a `catalogue` of products every line of a deal is
    billed as the deal says.
    """

    database: Database
    engine: Engine
    clock: Clock
    wall: Clock
    policy: Policy
    slack: Callable[[str], SlackWorkspace]
    crm_team: Callable[[], str]
    screens: Screens
    crm: Crm | None = None
    processor: Processor | None = None
    dimensions: DimensionConfig | None = None
    dimensions_file: DimensionsFile | None = None
    catalogue: Catalogue | None = None
    retry: RetryPlan = field(default_factory=RetryPlan)
    pace: Pace = field(default_factory=Pace)
    on_defect: Callable[[str, str, str, str], None] = field(default=lambda *_: None)


_current: list[Runtime] = []


def install(value: Runtime) -> None:
    """Make `value` what `runtime()` returns in this process."""
    _current[:] = [value]


def runtime() -> Runtime:
    """Return what `install` was given. Raises LookupError when nothing has been installed: a defect in the wiring."""
    if not _current:
        raise LookupError("flows.runtime.install has not been called")
    return _current[0]
