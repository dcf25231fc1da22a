"""Slack's mrkdwn as safe HTML: everything is text until one of Slack's own marks says otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from bot.sandbox.pages import emoji
from bot.sandbox.pages.dates_html import date_token
from bot.sandbox.pages.html import INVISIBLE, joined, tag
from bot.sandbox.pages.links import anchor, safe_href
from bot.sandbox.pages.names import Names

HOLD, END = "\ue000", "\ue001"
HELD = re.compile(f"{HOLD}(\\d+){END}")
ANGLED = re.compile(r"<([^<>\n]*)>")
FENCE = re.compile(r"```(.+?)```\n?", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
EMOJI = re.compile(r":([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):")
BARE_URL = re.compile(rf"\bhttps?://[^\s<>{HOLD}{END}]+[^\s<>{HOLD}{END}.,;:!?)\]'\"]")
STYLES = {"*": "strong", "_": "em", "~": "s"}
STYLED = re.compile(r"(?<![\w*_~])(?P<mark>[*_~])(?=\S)(?P<inner>[^\n]{0,3000}?\S)(?P=mark)(?![\w*~])")
BROADCASTS = frozenset({"here", "channel", "everyone"})


class _Held:
    """Finished pieces of HTML, kept out of the text while the rest of it is formatted."""

    def __init__(self) -> None:
        self.pieces: list[Markup] = []

    def keep(self, piece: Markup) -> str:
        """Put a piece aside and return the mark that stands for it."""
        self.pieces.append(piece)
        return f"{HOLD}{len(self.pieces) - 1}{END}"

    def restore(self, text: str) -> Markup:
        """Return the text escaped, with the pieces back in their places."""
        parts = HELD.split(text)
        return joined(self.pieces[int(p)] if i % 2 else p for i, p in enumerate(parts))


def decode_entities(text: str) -> str:
    """Undo the three escapes that Slack asks for; no others exist in Slack's text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mrkdwn(text: str, names: Names, verbatim: bool = False) -> Markup:
    """Return Slack mrkdwn as HTML; `verbatim` leaves bare addresses unlinked, as in Slack."""
    held = _Held()
    clean = text.translate(INVISIBLE)
    clean = FENCE.sub(lambda m: held.keep(_preformatted(m[1], names)), clean)
    clean = CODE.sub(lambda m: held.keep(tag("code", _plain_angled(m[1], names))), clean)
    clean = ANGLED.sub(lambda m: _angled(m, names, held), clean)
    return _lines(decode_entities(clean), held, verbatim)


def plain(text: str, names: Names | None = None, emojis: bool = True) -> Markup:
    """Return a `plain_text` object's words: escaped, emoji short codes shown, line breaks kept."""
    del names
    shown = decode_entities(text.translate(INVISIBLE))
    return _breaks([_emojis(shown) if emojis else shown])


def _preformatted(inner: str, names: Names) -> Markup:
    return tag("pre", _plain_angled(inner.strip("\n"), names))


def _plain_angled(inner: str, names: Names) -> Markup:
    """Return code: links and mentions work inside it, marks do not."""
    held = _Held()
    return held.restore(decode_entities(ANGLED.sub(lambda m: _angled(m, names, held), inner)))


def _angled(found: re.Match[str], names: Names, held: _Held) -> str:
    """Return the mark of a `<…>`; one that means nothing to Slack stays as typed."""
    body, _, label = found[1].partition("|")
    if body.startswith(("@", "#", "!")):
        piece = _mention(body, decode_entities(label), names)
    elif safe_href(decode_entities(body)):
        shown = decode_entities(label) or decode_entities(body).removeprefix("mailto:")
        piece = anchor(decode_entities(body), _emojis(shown))
    else:
        piece = None
    return found[0] if piece is None else held.keep(piece)


def _mention(body: str, label: str, names: Names) -> Markup | None:
    """Return a person, channel, group, broadcast or date; None if Slack would not know it."""
    kind, rest = body[0], body[1:]
    if kind == "@":
        return mention_of(names.people.get(rest) or label or rest, mine=rest == names.me)
    if kind == "#":
        return tag(
            "a",
            "#" + (names.channels.get(rest) or label or rest),
            class_="mention",
            data_go_channel=rest,
            href=f"?channel={rest}",
        )
    if rest in BROADCASTS:
        return mention_of(rest, broadcast=True)
    if rest.startswith("subteam^"):
        group = rest.split("^")[1]
        return mention_of(names.groups.get(group) or label.lstrip("@") or group)
    if rest.startswith("date^"):
        _, epoch, pattern, *link = [*rest.split("^", 3), ""]
        return date_token(epoch, pattern, link[0] or None, label, names)
    return None


def mention_of(name: str, *, mine: bool = False, broadcast: bool = False) -> Markup:
    """Return an @-mention; one's own and broadcasts stand out."""
    loud = " mention-loud" if mine or broadcast else ""
    return tag("span", "@" + name, class_="mention" + loud, data_broadcast=broadcast)


def _lines(text: str, held: _Held, verbatim: bool) -> Markup:
    """Return the lines: runs of `>` lines as a quotation, the others with breaks between them."""
    out: list[Markup] = []
    run: list[Markup] = []
    quoted = False
    for line in text.split("\n"):
        is_quote = line.startswith(">")
        if is_quote != quoted:
            out.append(_quote_or_lines(run, quoted))
            run, quoted = [], is_quote
        shown = line[1:].removeprefix(" ") if is_quote else line
        run.append(_inline(shown, held, verbatim))
    return joined([*out, _quote_or_lines(run, quoted)])


def _quote_or_lines(run: list[Markup], quoted: bool) -> Markup:
    body = Markup("<br>").join(run)
    return tag("blockquote", body) if quoted and run else body


def _inline(line: str, held: _Held, verbatim: bool) -> Markup:
    """Return one line with bold, italic, strike, emoji and bare links."""
    if not verbatim:
        line = BARE_URL.sub(lambda m: held.keep(anchor(m[0], m[0])), line)
    line = EMOJI.sub(lambda m: held.keep(_emoji(m)), line)
    return _styled(line, held, depth=0)


def _styled(line: str, held: _Held, depth: int) -> Markup:
    """Return the line with its `*`, `_` and `~` pairs as elements, nested at most three deep."""
    if depth == 3:
        return held.restore(line)
    out: list[Markup] = []
    at = 0
    for found in STYLED.finditer(line):
        out.append(held.restore(line[at : found.start()]))
        out.append(tag(STYLES[found["mark"]], _styled(found["inner"], held, depth + 1)))
        at = found.end()
    return joined([*out, held.restore(line[at:])])


def _emoji(found: re.Match[str]) -> Markup:
    """Return an emoji with its name for screen readers, or the code as typed."""
    shown = emoji.character(found[1])
    if shown is None:
        return escape(found[0])
    return tag("span", shown, class_="emoji", role="img", aria_label=found[1].replace("_", " "), title=found[0])


def _emojis(text: str) -> Markup:
    return _replaced(EMOJI, text, _emoji)


def _replaced(pattern: re.Pattern[str], text: str, piece: Callable[[re.Match[str]], Markup]) -> Markup:
    out: list[str | Markup] = []
    at = 0
    for found in pattern.finditer(text):
        out += [text[at : found.start()], piece(found)]
        at = found.end()
    return joined([*out, text[at:]])


def _breaks(parts: list[str | Markup]) -> Markup:
    return joined(Markup("<br>").join(escape(part).split("\n")) for part in parts)
