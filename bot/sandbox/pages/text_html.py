"""Slack's text objects and the pictures that stand between them."""

from __future__ import annotations

from markupsafe import Markup

from bot.sandbox.pages.html import tag
from bot.sandbox.pages.links import anchor, local_path
from bot.sandbox.pages.mrkdwn_html import mrkdwn, plain
from bot.sandbox.pages.names import Names
from bot.sandbox.pages.surface import Json


def text_object(text: Json | str | None, names: Names) -> Markup:
    """Return a `plain_text` or `mrkdwn` object (or a bare string, as in some old messages) as HTML."""
    if text is None:
        return Markup("")
    if isinstance(text, str):
        return mrkdwn(text, names)
    if text.get("type") == "mrkdwn":
        return mrkdwn(text.get("text", ""), names, verbatim=bool(text.get("verbatim")))
    return plain(text.get("text", ""), emojis=text.get("emoji", True) is not False)


def words_of(text: Json | str | None) -> str:
    """Return the bare words of a text object, for labels that cannot hold marks."""
    if text is None:
        return ""
    return text if isinstance(text, str) else str(text.get("text", ""))


def picture(image: Json, names: Names, css: str) -> Markup:
    """Return an image of our own server, or a tile with its alternative text and a link when it lies elsewhere."""
    alt = str(image.get("alt_text") or "picture")
    file = image.get("slack_file") or {}
    url = str(image.get("image_url") or file.get("url") or (f"/_demo/api/files/{file['id']}" if file.get("id") else ""))
    if (path := local_path(url, names.base_url)) is not None:
        return tag("img", src=path, alt=alt, class_=css, loading="lazy")
    return tag(
        "span", anchor(url, alt), class_=f"{css} picture-elsewhere", title="Pictures of other sites are not loaded here"
    )
