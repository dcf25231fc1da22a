"""Which allowances and commitments are watched, and who is told that usage came.

Whoever keeps the contracts says so: `watch_with(source)` once at import, where `source(session, came)` gives a
`Watched` for each allowance or commitment of the contracts to which that usage was sent. The workflow
`check_usage` asks after each import and each batch of the API. `check_thresholds` alone does for a contract whose
figures are at hand.

Whoever has to know that usage came, late or not, says so with `when_usage_comes`; `check_usage` tells them, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from flows.usage.rules import ALERT_AT
from flows.values.periods import Period


@dataclass(frozen=True, slots=True)
class Watched:
    """How much of an allowance or commitment (more than 0) of a contract's line is used in a period.

    `line_id` is the id of the line, allowance or commitment; `unit` what is counted, or the currency of a commitment;
    `account_manager` a Slack user id or a name.
    """

    contract_id: str
    line_id: str
    customer: str
    what: str
    unit: str
    allowance: Decimal
    used: Decimal
    period: Period
    account_manager: str | None = None
    at_pct: tuple[Decimal, ...] = ALERT_AT


@dataclass(frozen=True, slots=True)
class Came:
    """Usage that has come: whose and of which meters, and between which instants the events lie, both included.

    What an event corrects counts as well, also when that was of another customer or meter.
    """

    subjects: Collection[str]
    meters: Collection[str]
    first: datetime
    last: datetime


Watching = Callable[[Session, Came], Iterable[Watched]]
_watching: list[Watching] = []


def watch_with(source: Watching) -> Watching:
    """Ask `source` from now on what is watched. Usable as a decorator; asking twice is harmless."""
    if source not in _watching:
        _watching.append(source)
    return source


def watched_by(session: Session, came: Came) -> Iterable[Watched]:
    """Give what is watched of the customers, contracts and meters of which usage has come."""
    for source in _watching:
        yield from source(session, came)


Noticing = Callable[[Session, Came], None]
_noticing: list[Noticing] = []


def when_usage_comes(notice: Noticing) -> Noticing:
    """Tell `notice` from now on of usage that has come. Usable as a decorator; asking twice is harmless."""
    if notice not in _noticing:
        _noticing.append(notice)
    return notice


def tell_of(session: Session, came: Came) -> None:
    """Tell everybody who asked that usage has come."""
    for notice in _noticing:
        notice(session, came)
