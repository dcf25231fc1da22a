"""Text from outside made safe to show, and the few tokens of Slack's own that we write.

Two kinds of place take text. `mrkdwn` (sections, context, a message's `text`) reads `&`, `<`, `>`, asterisks and the
like, so text from outside goes through `escape`. `plain_text` and table cells read nothing, so `plain` only cleans and
cuts. Both make one line of it, drop invisible direction overrides, isolate right-to-left text and cut what is too long
with "…". Amounts never go through either: nothing here may cut a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

SYSTEMS: Final = {"salesforce": "Salesforce"}  # the outside systems as people call them
NOTHING: Final = "–"  # what stands where a text is empty
_ISOLATE, _END = "\u2068", "\u2069"  # first strong isolate, pop directional isolate
_OVERRIDES = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST = 4_000
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_USER = re.compile(r"[UW][A-Z0-9]{3,}")
_GROUP = re.compile(r"S[A-Z0-9]{3,}")
_URL = re.compile(r"https?://[^\s<>|\"]+")
_LONGEST_URL = 600  # escaped; a longer one would push out what the card is about
_LOOKALIKES = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def one_line(text: str | None) -> str:
    """Return text from outside as one clean line: no control characters, no direction overrides, single spaces.

    What comes after the first 4,000 characters is shown nowhere, and is left away with "…".
    """
    raw = text or ""
    known = _SURROGATE.sub("\ufffd", raw[:_LONGEST]).translate(_OVERRIDES)
    line = _SPACES.sub(" ", _CONTROLS.sub(" ", known)).strip()
    return line if len(raw) <= _LONGEST else f"{line}…"


def escape(text: str | None, most: int = 120) -> str:
    """Return text from outside for mrkdwn, as one line of at most `most` UTF-16 units, escapes included.

    `<!channel>` stays visible as it was written and calls nobody; asterisks make nothing bold. Empty is "–".
    """
    return _isolated(_cut([_escaped(part) for part in _marked(one_line(text))], most)) or NOTHING


def plain(text: str | None, most: int = 120) -> str:
    """Return text from outside for plain_text or a table cell, as one line of at most `most` units. Empty is "–"."""
    return _isolated(_cut(list(one_line(text)), most)) or NOTHING


def quote(text: str | None, most: int = 600) -> str:
    """Return what a person wrote, in quotation marks, for mrkdwn."""
    return f"“{escape(text, most)}”"


def mention(user: str | None) -> str:
    """Return a mention of the person with that Slack id; anything else is a name and is escaped."""
    return f"<@{user}>" if user and _USER.fullmatch(user) else escape(user, 80)


def group_mention(group: str) -> str:
    """Return a mention of the user group with that Slack id; anything else is a handle and is escaped."""
    return f"<!subteam^{group}>" if _GROUP.fullmatch(group) else f"@{escape(group.removeprefix('@'), 80)}"


def link(url: str | None, label: str) -> str:
    """Return a link with a label that is mrkdwn already; the label alone when `url` is no usual web address."""
    target = _escaped(url or "")
    return f"<{target}|{label}>" if _URL.fullmatch(url or "") and units(target) <= _LONGEST_URL else label


def day(value: date | None) -> str:
    """Write a calendar date as people do: 23 Dec 2026."""
    return NOTHING if value is None else f"{value.day} {_MONTHS[value.month - 1]} {value.year:04}"


def instant(at: datetime) -> str:
    """Return a date token that shows the instant in each reader's own zone, with UTC for old clients."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{when(at)}>"


def source_words(source: str) -> str:
    """Return where something comes from with its system as people call it: "Salesforce OpportunityLineItem 00k…"."""
    system, space, rest = source.partition(" ")
    return f"{SYSTEMS.get(system, system)}{space}{rest}"


def ago(at: datetime) -> str:
    """Return a date token that shows how long ago the instant is whenever the card is looked at."""
    return f"<!date^{int(at.timestamp())}^{{ago}}|{when(at)}>"


def when(at: datetime) -> str:
    """Write an instant for places that know no tokens: 23 Dec 2026 14:05 UTC."""
    utc = at.astimezone(UTC)
    return f"{day(utc.date())} {utc:%H:%M} UTC"


def join_lines(lines: Iterable[str | None]) -> str:
    """Put the lines that are there under each other."""
    return "\n".join(line for line in lines if line)


def units(text: str) -> int:
    """Return the length as Slack's servers may count it: UTF-16 units, so that most emoji count twice."""
    return len(text) + sum(char > "\uffff" for char in text)


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(char, char) for char in text)


def _marked(text: str) -> list[str]:
    """Give the characters, with look-alikes for those that Slack could take for bold and the like.

    Slack has no escape for them. Inside a word (first_last) it takes them as they are, and so do we.
    """
    return [_LOOKALIKES.get(char, char) if not _inside_word(text, at) else char for at, char in enumerate(text)]


def _inside_word(text: str, at: int) -> bool:
    return text[max(at - 1, 0) : at].isalnum() and text[at + 1 : at + 2].isalnum()


def _cut(pieces: list[str], most: int) -> str:
    """Join the pieces, or as many as leave room for "…"; an escape is never cut in half, nor an accent from its letter.

    Two units are kept for the marks that isolate right-to-left text.
    """
    room = most - 2
    if sum(map(units, pieces)) <= room:
        return "".join(pieces)
    kept: list[str] = []
    used = 1
    for piece in pieces:
        used += units(piece)
        if used > room:
            break
        kept.append(piece)
    while kept and (unicodedata.combining(pieces[len(kept)][0]) or kept[-1] in ("\u200d", " ")):
        kept.pop()
    return "".join(kept) + "…"


def _isolated(text: str) -> str:
    """Keep right-to-left text from turning the sentence around it."""
    if any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text):
        return f"{_ISOLATE}{text}{_END}"
    return text
