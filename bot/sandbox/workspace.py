"""The demo workspace itself: who and what is in it. Web API, demo API and pages all act on this one object."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox.changes import Changes
from bot.sandbox.config import SandboxConfig
from bot.sandbox.errors import DemoRefused, SlackRefused
from bot.sandbox.faults import Faults
from bot.sandbox.files import Files
from bot.sandbox.journal import Journal
from bot.sandbox.manifest import read_manifest
from bot.sandbox.messages import Messages
from bot.sandbox.modals import Modals
from bot.sandbox.people import BOT_USER, PEOPLE, Person, called, first_channels
from bot.sandbox.picture import picture
from bot.sandbox.rates import PostingRate
from bot.sandbox.stamps import Stamps
from bot.sandbox.store import Store
from bot.sandbox.tokens import Tokens
from bot.sandbox.triggers import Monotonic, Permissions
from flows.values.clock import ShiftedClock

Json = dict[str, Any]
KEPT_REFUSALS = 200


class Workspace:
    """The state of one demo workspace; everything in it survives a restart but permissions and faults."""

    def __init__(self, config: SandboxConfig, monotonic: Monotonic = time.monotonic) -> None:
        self.config = config
        self.clock = ShiftedClock(config.clock_file)
        self.changes = Changes()
        note = self.changes.note
        self.store = Store(config.data / "slack.sqlite3")
        self.stamps = Stamps(self.store, self.clock)
        self.manifest = read_manifest(config.manifest)
        self.people: dict[str, Person] = {person.id: person for person in PEOPLE}
        self.channels: dict[str, Json] = self._read_channels()
        self.messages = Messages(self.store, self.stamps, note)
        self.modals = Modals(self.store, self.stamps, note)
        self.files = Files(self.store, self.stamps, config.base_url)
        self.journal = Journal(self.store, note)
        self.faults = Faults(note)
        self.permissions = Permissions(monotonic, config.trigger_seconds)
        self.rate = PostingRate(monotonic, config.posts_per_second, config.post_burst)
        self.tokens = Tokens(self.store, config, self.clock)
        self.unknown_methods: list[str] = []
        self.refusals: list[Json] = []
        self.in_flight = 0

    def _read_channels(self) -> dict[str, Json]:
        kept = dict(self.store.all("channel"))
        if not kept:
            kept = {channel["id"]: channel for channel in first_channels()}
            for id_, channel in kept.items():
                self.store.put("channel", id_, channel)
        return kept

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return self.changes.version

    async def wait_change(self, since: int) -> int:
        """Return the version once it is not `since`, or after 25 seconds."""
        return await self.changes.wait(since)

    def state(self, as_user: str | None = None) -> Json:
        """Return all that is in the workspace, or what one person sees of it."""
        return picture(self, self.person(as_user) if as_user else None)

    def person(self, name: str) -> Person:
        """Return a person by handle, id, name or title; DemoRefused when there is none."""
        found = called(name)
        if found is None:
            there = ", ".join(f"{one.handle} ({one.title})" for one in PEOPLE)
            raise DemoRefused(f"There is nobody called {name!r} here; there are {there}.")
        return found

    def room(self, name: str, viewer: Person | None = None) -> Json:
        """Return a channel by "#name", name or id; "dm" is the viewer's own with the bot. Otherwise DemoRefused."""
        said = name.lower().lstrip("#")
        if viewer and said in ("dm", "@dunwell", "dunwell"):
            said = viewer.im.lower()
        for channel in self.channels.values():
            if said == channel["id"].lower() or (channel["kind"] == "channel" and said == channel["name"]):
                return channel
        names = ", ".join(f"#{c['name']}" for c in self.channels.values() if c["kind"] == "channel")
        raise DemoRefused(f"There is no channel {name!r}; there are {names}.")

    def channel(self, id_: str) -> Json:
        """Return a channel by its id; SlackRefused("channel_not_found") when there is none."""
        if id_ not in self.channels:
            raise SlackRefused("channel_not_found")
        return self.channels[id_]

    def member(self, id_: str) -> Person:
        """Return a person by id; SlackRefused("user_not_found") when there is none."""
        if id_ not in self.people:
            raise SlackRefused("user_not_found")
        return self.people[id_]

    def bot_is_in(self, channel: Json) -> bool:
        """Whether the bot is a member of the channel."""
        return BOT_USER in channel["members"]

    def change_channel(self, channel: Json, **news: Any) -> None:
        """Change a channel: its members, whether it is archived, its topic."""
        channel.update(news)
        self.store.put("channel", channel["id"], channel)
        self.changes.note()

    def refuse(self, method: str, refused: SlackRefused) -> None:
        """Note a refused call, for tests and for the page's log."""
        noted = {"method": method, "error": refused.code, "messages": list(refused.messages), **refused.more}
        self.refusals = [*self.refusals[-KEPT_REFUSALS:], noted]
        self.changes.note()
