"""One message as the templates draw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.sandbox.pages import emoji
from bot.sandbox.pages.blocks_html import blocks_html
from bot.sandbox.pages.dates_html import day_heading, long_moment, moment_of
from bot.sandbox.pages.html import joined, tag
from bot.sandbox.pages.mrkdwn_html import mrkdwn
from bot.sandbox.pages.names import Names
from bot.sandbox.pages.surface import Json, Surface
from bot.sandbox.pages.text_html import text_object

SAME_BREATH_SECONDS = 300


@dataclass(frozen=True)
class Author:
    """Who a message is from, as its avatar and name line show it."""

    id: str
    name: str
    initials: str
    colour: str
    app: bool = False
    outsider: bool = False


@dataclass(frozen=True)
class FileTile:
    """A file under a message."""

    id: str
    title: str
    kind: str
    size: str
    href: str
    picture: bool


@dataclass(frozen=True)
class Reaction:
    """An emoji under a message with how many people chose it."""

    shown: str
    name: str
    count: int
    mine: bool
    who: str


@dataclass(frozen=True)
class Line:
    """A message; `continues` hides the author when the one before is theirs too, `day` starts a new day."""

    ts: str
    author: Author
    time: str
    full_time: str
    body: Markup
    edited: bool
    ephemeral: bool
    continues: bool
    day: str | None
    files: tuple[FileTile, ...]
    reactions: tuple[Reaction, ...]
    replies: int
    repliers: tuple[Author, ...]
    last_reply: str


def lines_of(
    messages: Sequence[Json], names: Names, authors: Mapping[str, Author], replies_open: bool = False
) -> list[Line]:
    """Return the messages of a channel or thread that `names.me` may see, oldest first."""
    out: list[Line] = []
    before: Line | None = None
    for message in sorted(messages, key=lambda m: float(m["ts"])):
        if message.get("ephemeral_for") in (None, "", names.me):
            alone = replies_open and len(out) == 1  # the first reply stands under a line of its own
            before = _line(message, names, authors, None if alone else before, replies_open)
            out.append(before)
    return out


def _line(message: Json, names: Names, authors: Mapping[str, Author], before: Line | None, in_thread: bool) -> Line:
    ts = str(message["ts"])
    moment = moment_of(ts, names)
    author = author_of(message, authors)
    heading = day_heading(moment, names)
    new_day = not in_thread and (before is None or _day(before.ts, names) != heading)
    ephemeral = bool(message.get("ephemeral_for"))
    replies = [r for r in message.get("replies") or [] if r.get("ephemeral_for") in (None, "", names.me)]
    return Line(
        ts=ts,
        author=author,
        time=f"{moment:%H:%M}",
        full_time=long_moment(moment),
        body=message_body(message, names),
        edited=bool(message.get("edited")),
        ephemeral=ephemeral,
        continues=bool(before and not new_day and _one_breath(before, author, ts) and not ephemeral),
        day=heading if new_day else None,
        files=tuple(_tile(f) for f in message.get("files") or []),
        reactions=tuple(_reaction(r, names) for r in _reactions(message)),
        replies=0 if in_thread else len(replies),
        repliers=tuple({r.id: r for r in (author_of(m, authors) for m in replies)}.values())[:4],
        last_reply=_last(replies, names),
    )


def _day(ts: str, names: Names) -> str:
    return day_heading(moment_of(ts, names), names)


def _last(replies: Sequence[Json], names: Names) -> str:
    if not replies:
        return ""
    moment = moment_of(str(replies[-1]["ts"]), names)
    return f"{day_heading(moment, names)} at {moment:%H:%M}"


def _one_breath(before: Line, author: Author, ts: str) -> bool:
    near = float(ts) - float(before.ts) < SAME_BREATH_SECONDS
    return near and before.author.id == author.id and not before.ephemeral


def author_of(message: Json, authors: Mapping[str, Author]) -> Author:
    """Return the author; one that nobody knows is shown by their id."""
    key = str(message.get("user") or message.get("bot_id") or "")
    found = authors.get(key)
    if found is not None:
        return found
    app = bool(message.get("bot") or message.get("bot_id"))
    name = str(message.get("username") or key or "Unknown")
    return Author(key, name, name[:2].upper(), "#616061", app=app)


def message_body(message: Json, names: Names) -> Markup:
    """Return blocks where there are any, else the text; then attachments."""
    surface = Surface(names, owner=str(message["ts"]), values=_values(message))
    blocks = message.get("blocks") or []
    text = str(message.get("text") or "")
    first = (
        blocks_html(blocks, surface)
        if blocks
        else tag("div", mrkdwn(text, names), class_="message-text")
        if text
        else Markup("")
    )
    return joined([first, *(_attachment(a, surface) for a in message.get("attachments") or [])])


def _values(message: Json) -> Mapping[str, Mapping[str, Json]]:
    state: Any = message.get("state") or {}
    return state.get("values", state) if isinstance(state, dict) else {}


def _attachment(attachment: Json, surface: Surface) -> Markup:
    """Return an old-style attachment: a coloured bar beside blocks or a title and text."""
    names = surface.names
    colour = str(attachment.get("color") or "#dddddd").lstrip("#")
    inner = [
        tag("div", text_object(attachment.get("pretext"), names), class_="attachment-pretext")
        if attachment.get("pretext")
        else None,
        tag("div", text_object(attachment.get("title"), names), class_="attachment-title")
        if attachment.get("title")
        else None,
        tag("div", text_object(attachment.get("text"), names)) if attachment.get("text") else None,
        *(
            tag(
                "div",
                tag("b", text_object(f.get("title"), names)),
                tag("div", text_object(f.get("value"), names)),
                class_="attachment-field",
            )
            for f in attachment.get("fields") or []
        ),
        blocks_html(attachment.get("blocks") or [], surface),
    ]
    safe = colour if colour.isalnum() and len(colour) in (3, 6) else "dddddd"
    return tag("div", *inner, class_="attachment", style=f"border-left-color:#{safe}")


def _tile(file: Json) -> FileTile:
    name = str(file.get("title") or file.get("name") or "file")
    mime = str(file.get("mimetype") or "")
    ending = str(file.get("filetype") or str(file.get("name", "")).rpartition(".")[2])[:4]
    size = int(file.get("size") or 0)
    words = (
        f"{size / 1_048_576:.1f} MB"
        if size >= 1_048_576
        else f"{max(size, 0) / 1024:.0f} kB"
        if size >= 1024
        else f"{size} B"
    )
    return FileTile(
        id=str(file.get("id", "")),
        title=name,
        kind=ending.upper(),
        size=words if size else "",
        href=f"/_demo/api/files/{file.get('id', '')}",
        picture=mime.startswith("image/") and "svg" not in mime,
    )


def _reactions(message: Json) -> list[Json]:
    """Return reactions as a list, whichever way they were kept."""
    kept: Any = message.get("reactions") or []
    if isinstance(kept, dict):
        return [{"name": name, "users": users, "count": len(users)} for name, users in kept.items()]
    return list(kept)


def _reaction(reaction: Json, names: Names) -> Reaction:
    users = [str(u) for u in reaction.get("users") or []]
    name = str(reaction["name"])
    who = ", ".join(names.people.get(u, u) for u in users)
    return Reaction(
        emoji.character(name) or f":{name}:", name, int(reaction.get("count") or len(users)), names.me in users, who
    )
