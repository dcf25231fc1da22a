"""Reading a card as a person or as Slack would: its words, and what in it could call people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flows.blockkit.text import one_line
from flows.values.card import Block, Card, View

OUR_TOKENS = re.compile(r"<!date\^\d+\^[^|<>]*\|[^<>]*>|<!subteam\^S[A-Z0-9]+>|<@[UW][A-Z0-9]+>|<https?://[^|<>\s]+\|")
INVISIBLE = dict.fromkeys([0x2060, 0x2068, 0x2069])


def texts(value: Any, kind: str = "mrkdwn") -> Iterator[str]:
    """Give every text of that kind in blocks, in their order."""
    if isinstance(value, dict):
        if value.get("type") == kind and isinstance(value.get("text"), str):
            yield value["text"]
        for inner in value.values():
            yield from texts(inner, kind)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner, kind)


def blocks_of(shown: Card | View) -> list[Block]:
    """Return the blocks of a card or a view."""
    return list(shown.blocks) if isinstance(shown, Card) else list(shown.payload["blocks"])


def words(shown: Card | View) -> str:
    """Return everything that can be read on it, without escapes and invisible marks."""
    found = [*texts(blocks_of(shown)), *texts(blocks_of(shown), "raw_text"), *texts(blocks_of(shown), "text")]
    found += texts(blocks_of(shown), "plain_text")
    joined = "\n".join(found).translate(INVISIBLE)
    return joined.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def foreign_markup(shown: Card | View) -> list[str]:
    """Return what is left of `<…` in texts that Slack parses, once the tokens that we write are taken out."""
    parsed = [*texts(blocks_of(shown)), *([shown.text] if isinstance(shown, Card) else [])]
    return [text for text in parsed if "<" in OUR_TOKENS.sub("", text)]


def elements(shown: Card | View) -> list[Block]:
    """Return everything that can be pressed or filled in."""
    found = [element for block in blocks_of(shown) for element in block.get("elements", []) if "action_id" in element]
    for name in ("accessory", "element"):
        found += [block[name] for block in blocks_of(shown) if name in block]
    return found


def clean(text: str) -> str:
    """Return text from outside as one clean line, for comparing."""
    return one_line(text)
