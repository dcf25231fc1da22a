"""The `rich_text` block: sections, lists, quotations and code, element by element."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from bot.sandbox.pages import emoji
from bot.sandbox.pages.dates_html import date_token
from bot.sandbox.pages.html import joined, tag
from bot.sandbox.pages.links import anchor
from bot.sandbox.pages.mrkdwn_html import mention_of
from bot.sandbox.pages.names import Names
from bot.sandbox.pages.surface import Json

MARKS = {"code": "code", "bold": "strong", "italic": "em", "strike": "s", "underline": "u"}


def rich_text(block: Json, names: Names) -> Markup:
    """Return a whole `rich_text` block."""
    parts = block.get("elements") or []
    out = [_list(p, names) if p.get("type") == "rich_text_list" else _part(p, names) for p in parts]
    return tag("div", *out, class_="rich-text")


def _part(part: Json, names: Names) -> Markup:
    """Return a section, quotation or block of code."""
    body = rich_elements(part.get("elements") or [], names)
    match part.get("type"):
        case "rich_text_quote":
            return tag("blockquote", body)
        case "rich_text_preformatted":
            return tag("pre", body)
        case _:
            return tag("p", body)


def _list(part: Json, names: Names) -> Markup:
    """Return a bulleted or numbered list at its depth, counting on from its offset."""
    items = [tag("li", rich_elements(item.get("elements") or [], names)) for item in part.get("elements") or []]
    css = f"rich-list indent-{min(int(part.get('indent') or 0), 8)}"
    if part.get("style") == "ordered":
        return tag("ol", *items, class_=css, start=int(part.get("offset") or 0) + 1)
    return tag("ul", *items, class_=css)


def rich_elements(elements: Iterable[Json], names: Names) -> Markup:
    """Return the elements of a section, each with its style."""
    return joined(_styled(_element(e, names), e.get("style") or {}) for e in elements)


def _styled(piece: Markup, style: Json) -> Markup:
    for mark, name in MARKS.items():
        if style.get(mark):
            piece = tag(name, piece)
    return piece


def _element(element: Json, names: Names) -> Markup:
    """Return one element of a section."""
    match element.get("type"):
        case "text":
            return Markup("<br>").join(Markup.escape(element.get("text", "")).split("\n"))
        case "link":
            url = str(element.get("url", ""))
            return anchor(url, str(element.get("text") or url))
        case "user":
            user = str(element.get("user_id", ""))
            return mention_of(names.people.get(user, user), mine=user == names.me)
        case "usergroup":
            group = str(element.get("usergroup_id", ""))
            return mention_of(names.groups.get(group, group))
        case "broadcast":
            return mention_of(str(element.get("range", "")), broadcast=True)
        case "channel":
            channel = str(element.get("channel_id", ""))
            return tag("span", "#" + names.channels.get(channel, channel), class_="mention")
        case "emoji":
            name = str(element.get("name", ""))
            return tag(
                "span",
                emoji.character(name) or f":{name}:",
                class_="emoji",
                role="img",
                aria_label=name.replace("_", " "),
            )
        case "date":
            stamp = str(element.get("timestamp", ""))
            return date_token(
                stamp, str(element.get("format", "")), element.get("url"), str(element.get("fallback", stamp)), names
            )
        case "color":
            return tag("code", str(element.get("value", "")))
        case other:
            return tag("span", f"[{other}]", class_="unknown-block")
