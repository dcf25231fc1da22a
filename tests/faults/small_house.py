"""The flows in the test's own process: a real database, a clock that is moved, and a Slack that fails as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.demo import POLICY
from flows.durable import Engine
from flows.policy.load import load_policy
from flows.ports import ChannelState, SlackWorkspace
from flows.posting.workflow import NOTHING_LEFT, deliver_next
from flows.runtime import Pace, Runtime, install
from flows.values.card import Card, View
from storage.database import Database
from storage.tables import Attention, CardCopy, SlackPost

TEAM: Final = "T0TEST"
NOON: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return where it stands."""
        return self.at

    def pass_by(self, seconds: float) -> None:
        """Move it."""
        self.at += timedelta(seconds=seconds)


@dataclass(slots=True)
class Message:
    """One message that stands in Slack."""

    channel: str
    ts: str
    text: str
    key: str
    thread_ts: str | None


@dataclass(slots=True)
class UnreliableSlack:
    """Keeps what is visible. `before` and `after` hold, by method, what is raised without or after having done it."""

    clock: ManualClock
    visible: list[Message] = field(default_factory=list)
    homes: dict[str, list[str]] = field(default_factory=dict)
    before: dict[str, list[Exception]] = field(default_factory=dict)
    after: dict[str, list[Exception]] = field(default_factory=dict)

    def _fail(self, method: str, script: dict[str, list[Exception]]) -> None:
        if script.get(method):
            raise script[method].pop(0)

    def post(self, channel: str, card: Card, *, key: str, thread_ts: str | None = None) -> str:
        self._fail("post", self.before)
        ts = f"{self.clock.at.timestamp():.0f}.{len(self.visible):06d}"
        self.visible.append(Message(channel, ts, card.text, key, thread_ts))
        self._fail("post", self.after)
        return ts

    def find_post(self, channel: str, *, key: str, since: datetime, thread_ts: str | None = None) -> str | None:
        del since
        self._fail("find_post", self.before)
        return next((m.ts for m in self.visible if (m.channel, m.key, m.thread_ts) == (channel, key, thread_ts)), None)

    def update(self, channel: str, ts: str, card: Card, *, key: str) -> None:
        del key
        self._fail("update", self.before)
        next(m for m in self.visible if (m.channel, m.ts) == (channel, ts)).text = card.text

    def publish_home(self, user_id: str, view: View) -> None:
        self.homes.setdefault(user_id, []).append(str(view.payload["shows"]))

    def permalink(self, channel: str, ts: str) -> str:
        self._fail("permalink", self.before)
        return f"https://slack.example/{channel}/{ts}"

    def channel(self, name_or_id: str) -> ChannelState | None:
        self._fail("channel", self.before)
        name = name_or_id.lstrip("#")
        return ChannelState(f"C{name.upper()}", name, True, False)

    def open_dm(self, user_id: str) -> str:
        return f"D{user_id}"

    def texts(self) -> list[str]:
        """Return what stands in Slack, in the order in which it came."""
        return [message.text for message in self.visible]


@dataclass(slots=True)
class DrawnReasons:
    """Draws the card of an attention row as its reason; `away` is how often the database fails it first.

    A Home shows `home`; a defect keeps it from being drawn while that is None.
    """

    database: Database
    away: int = 0
    home_shows: str | None = None

    def card(self, team_id: str, kind: str, subject_id: str) -> Card:
        del kind
        if self.away:
            self.away -= 1
            raise OperationalError("SELECT 1", {}, ConnectionError("the database is away"))
        with self.database.read(team_id) as session:
            return Card(session.get_one(Attention, subject_id).reason, ())

    def home(self, team_id: str, user_id: str) -> View:
        if self.home_shows is None:
            raise NotImplementedError(f"{team_id} {user_id}")
        return View({"type": "home", "shows": self.home_shows})

    def document(self, team_id: str, subject_id: str) -> bytes:
        raise NotImplementedError(f"{team_id} {subject_id}")


class SmallHouse:
    """The flows on a migrated database, nothing running by itself."""

    def __init__(self, url: str) -> None:
        self.clock = ManualClock()
        self.wall = ManualClock()
        self.database = Database(url)
        self.engine = Engine(self.database)
        self.slack = UnreliableSlack(self.clock)
        self.screens = DrawnReasons(self.database)
        self.runtime = Runtime(
            database=self.database,
            engine=self.engine,
            clock=self.clock,
            wall=self.wall,
            policy=load_policy(POLICY),
            slack=lambda _team: cast("SlackWorkspace", self.slack),
            crm_team=lambda: TEAM,
            screens=self.screens,
            pace=Pace(100.0, 100),
        )
        install(self.runtime)

    def close(self) -> None:
        """Close the database."""
        self.engine.stop()
        self.database.dispose()

    @contextmanager
    def change(self) -> Iterator[Any]:
        """Open a transaction of the team."""
        with self.database.begin(TEAM) as session:
            yield session

    def rows(self, statement: Any) -> list[Any]:
        """Return what a query finds for the team."""
        with self.database.read(TEAM) as session:
            return list(session.execute(statement).scalars())

    def posts(self, address: str) -> list[SlackPost]:
        """Return what was queued for an address, in its order."""
        return self.rows(select(SlackPost).where(SlackPost.address == address).order_by(SlackPost.seq))  # type: ignore[arg-type]

    def deliver(self, address: str, *, tries: int = 100) -> list[float]:
        """Deliver everything queued for an address as its workflow does; return the waits, which pass by at once."""
        waits = []
        for _ in range(tries):
            wait = deliver_next(TEAM, address, 10_000)
            if wait == NOTHING_LEFT:
                break
            if wait:
                waits.append(wait)
                self.clock.pass_by(wait)
        return waits

    def card_of(self, subject_id: str) -> CardCopy:
        """Return the posted copy of a subject's card."""
        (copy,) = self.rows(select(CardCopy).where(CardCopy.subject_id == subject_id))  # type: ignore[arg-type]
        assert isinstance(copy, CardCopy)
        return copy
