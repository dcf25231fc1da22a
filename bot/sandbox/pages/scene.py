"""What one visitor looks at: the workspace's state seen as one person, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.sandbox.pages.blocks_html import blocks_html
from bot.sandbox.pages.lines import Author, Line, lines_of
from bot.sandbox.pages.mrkdwn_html import mrkdwn
from bot.sandbox.pages.names import Names, bot_name
from bot.sandbox.pages.surface import Json, Surface
from bot.sandbox.pages.text_html import words_of
from bot.sandbox.people import called

DEFAULT_PERSON = "dana"
DEFAULT_CHANNEL = "invoice-approvals"
SHOWN_MESSAGES = 100
PANELS = ("auto", "none", "world", "log", "thread")


@dataclass(frozen=True)
class Place:
    """What the address asks for; anything unknown falls back to what everybody may see."""

    as_: str = DEFAULT_PERSON
    channel: str = ""
    thread: str = ""
    tab: str = "channel"
    panel: str = "auto"
    zone: str = "UTC"
    shown: int = SHOWN_MESSAGES

    @classmethod
    def of(cls, query: Mapping[str, str], zone: str = "UTC") -> Place:
        """Read a place from the address's query; `thread` implies its panel."""
        thread = query.get("thread", "")
        panel = query.get("panel", "thread" if thread else "auto")
        return cls(
            as_=person.handle if (person := called(query.get("as", ""))) else DEFAULT_PERSON,
            channel=query.get("channel", ""),
            thread=thread if thread.replace(".", "", 1).isdigit() else "",
            tab="home" if query.get("tab") == "home" else "channel",
            panel=panel if panel in PANELS else "auto",
            zone=query.get("tz") or zone,
            shown=max(SHOWN_MESSAGES, int(shown))
            if (shown := query.get("shown", ""))[:6].isdigit()
            else SHOWN_MESSAGES,
        )


@dataclass(frozen=True)
class Room:
    """A channel or direct message in the sidebar."""

    id: str
    name: str
    kind: str
    topic: str
    shared: bool
    members: int
    bot_is_member: bool
    latest: str
    current: bool


@dataclass(frozen=True)
class Modal:
    """A view that is open for the person, `top` if it is the one they see."""

    id: str
    title: str
    submit: str | None
    close: str
    body: Markup
    depth: int
    top: bool
    error: str | None


class Scene:
    """The parts of the page as values; templates do no more than lay them out."""

    def __init__(self, state: Mapping[str, Any], place: Place, base_url: str) -> None:
        self.state, self.place = state, place
        self.people = [_noted(p) for p in state["people"]]
        self.me = _person_named(self.people, place.as_)
        self.names = Names.of(state, self.me["id"], place.zone, base_url)
        self.authors = _authors(state)
        self.mine = [c for c in state["channels"] if self.me["id"] in c["members"] and not c.get("archived")]
        self.channel = _channel_named(self.mine, place.channel)
        self.version = int(state["version"])

    def rooms(self, kind: str) -> list[Room]:
        """Return the channels (`channel`) or direct messages (`im`) of the person."""
        return [self._room(c) for c in self.mine if c["kind"] == kind]

    def _room(self, channel: Json) -> Room:
        seen = [m for m in channel["messages"] if m.get("ephemeral_for") in (None, "", self.me["id"])]
        stamps = [str(m["ts"]) for m in seen] + [str(r["ts"]) for m in seen for r in m.get("replies") or []]
        name = str(channel["name"])
        if channel["kind"] == "im":
            others = [m for m in channel["members"] if m != self.me["id"]]
            name = self.names.people.get(others[0], others[0]) if others else self.me["name"]
        return Room(
            id=channel["id"],
            name=name,
            kind=channel["kind"],
            topic=channel.get("topic") or "",
            shared=bool(channel.get("shared")),
            members=len(channel["members"]),
            bot_is_member=bool(channel.get("bot_is_member")),
            latest=max(stamps, default="0", key=float),
            current=self.channel is not None and channel["id"] == self.channel["id"] and self.place.tab == "channel",
        )

    @property
    def room(self) -> Room | None:
        """The channel that is looked at."""
        return self._room(self.channel) if self.channel else None

    @property
    def lines(self) -> list[Line]:
        """The newest messages of the channel, oldest first."""
        messages = self.channel["messages"] if self.channel else []
        return lines_of(messages[-self.place.shown :], self.names, self.authors)

    @property
    def older(self) -> int:
        """How many messages of the channel are not shown."""
        return max(0, len(self.channel["messages"]) - self.place.shown) if self.channel else 0

    @property
    def thread(self) -> list[Line]:
        """The thread that is open: its parent and its replies, or nothing."""
        parent = next((m for m in (self.channel or {}).get("messages", []) if str(m["ts"]) == self.place.thread), None)
        if parent is None:
            return []
        return lines_of([parent, *(parent.get("replies") or [])], self.names, self.authors, replies_open=True)

    @property
    def home(self) -> Markup | None:
        """The person's App Home as the app published it last, or None."""
        view = (self.state.get("homes") or {}).get(self.me["id"])
        return blocks_html(view.get("blocks") or [], _surface_of(view, self.names, "home")) if view else None

    @property
    def home_id(self) -> str:
        """The view id of the person's App Home."""
        view = (self.state.get("homes") or {}).get(self.me["id"]) or {}
        return str(view.get("id", ""))

    @property
    def modals(self) -> list[Modal]:
        """The views open for the person, the lowest first."""
        views = [
            v
            for v in self.state.get("views") or []
            if v.get("user") == self.me["id"] and v.get("type", "modal") == "modal"
        ]
        views.sort(key=lambda v: int(v.get("depth") or 0))
        return [self._modal(v, top=v is views[-1]) for v in views]

    def _modal(self, view: Json, top: bool) -> Modal:
        errors = view.get("errors") or {}
        blocks = {b.get("block_id") for b in view.get("blocks") or []}
        loose = [str(words) for block, words in errors.items() if block not in blocks]
        return Modal(
            id=view["id"],
            title=words_of(view.get("title")),
            submit=words_of(view.get("submit")) or None,
            close=words_of(view.get("close")) or "Cancel",
            depth=int(view.get("depth") or 1),
            top=top,
            body=blocks_html(view.get("blocks") or [], _surface_of(view, self.names, "modal")),
            error=" ".join(loose) or None,
        )

    @property
    def shortcuts(self) -> list[Json]:
        """The app's shortcuts for messages."""
        return [s for s in self.state.get("shortcuts") or [] if s.get("type") == "message"]

    @property
    def topic(self) -> Markup:
        """The channel's topic."""
        return mrkdwn(self.room.topic, self.names) if self.room else Markup("")

    def message(self, ts: str) -> Json | None:
        """Return a message of the channel or one of its threads by its time stamp, as stored."""
        for parent in (self.channel or {}).get("messages", []):
            for message in (parent, *(parent.get("replies") or [])):
                if str(message["ts"]) == ts and message.get("ephemeral_for") in (None, "", self.me["id"]):
                    return dict(message)
        return None


def _surface_of(view: Json, names: Names, kind: str) -> Surface:
    state: Any = view.get("state") or {}
    return Surface(
        names, owner=str(view["id"]), kind=kind, values=state.get("values", state), errors=view.get("errors") or {}
    )


def _noted(person: Json) -> dict[str, Any]:
    """Return the person with the sentence that a guest or an outsider needs."""
    note = ""
    if person.get("outsider"):
        note = "Works for another company and sees only the shared channel. May approve nothing."
    elif person.get("guest"):
        note = "A single-channel guest: sees #invoice-approvals only. May approve nothing."
    return {**person, "note": note}


def _person_named(people: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """Return the person by handle or id; an unknown one gives the first."""
    return next((p for p in people if wanted in (p["handle"], p["id"])), people[0])


def _channel_named(channels: list[dict[str, Any]], wanted: str) -> dict[str, Any] | None:
    """Return a channel by id or name, else the approvals channel, else the first; None if there is none at all."""
    for name in (wanted.lstrip("#"), DEFAULT_CHANNEL):
        if found := next((c for c in channels if name in (c["id"], c["name"])), None):
            return found
    return channels[0] if channels else None


def _authors(state: Mapping[str, Any]) -> dict[str, Author]:
    """Return everybody who can write, by user id; the bot also by its bot id."""
    people = {
        p["id"]: Author(p["id"], p["name"], p["initials"], p["colour"], outsider=bool(p.get("outsider")))
        for p in state["people"]
    }
    bots = {id_: Author(id_, name, "D", "#0b6e4f", app=True) for id_, name in bot_name(state).items()}
    bot = next(iter(bots.values()))
    return people | bots | {"B0DUNWELL": bot, "USLACKBOT": Author("USLACKBOT", "Slackbot", "SB", "#616061", app=True)}
