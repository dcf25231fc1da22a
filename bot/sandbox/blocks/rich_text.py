"""The rich_text block and what stands in it."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks.fields import Check, array, boolean, by_type, integer, one_of, record, string
from bot.sandbox.blocks.objects import TYPE, URL

_STYLE = record({}, {"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean, "underline": boolean,
                     "highlight": boolean, "client_highlight": boolean, "unlink": boolean})  # fmt: skip


def _part(needed: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return record({"type": TYPE, **needed}, {"style": _STYLE, **(optional or {})})


PARTS = by_type(
    {
        "text": _part({"text": string()}),
        "link": _part({"url": URL}, {"text": string(), "unsafe": boolean}),
        "user": _part({"user_id": string()}),
        "channel": _part({"channel_id": string()}),
        "usergroup": _part({"usergroup_id": string()}),
        "team": _part({"team_id": string()}),
        "emoji": _part({"name": string()}, {"unicode": string(), "skin_tone": integer(1, 6)}),
        "date": _part({"timestamp": integer(0), "format": string()}, {"url": URL, "fallback": string()}),
        "broadcast": _part({"range": one_of("here", "channel", "everyone")}),
        "color": _part({"value": string(7, pattern="#[0-9A-Fa-f]{6}")}),
    }
)
_SECTION = record({"type": TYPE, "elements": array(PARTS, least=0)})
_BORDER: dict[str, Check] = {"border": integer(0, 1)}
ELEMENTS = by_type(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": record(
            {
                "type": TYPE,
                "elements": array(by_type({"rich_text_section": _SECTION})),
                "style": one_of("bullet", "ordered"),
            },
            {"indent": integer(0, 8), "offset": integer(0), **_BORDER},
        ),
        "rich_text_preformatted": record({"type": TYPE, "elements": array(PARTS)}, {"language": string(), **_BORDER}),
        "rich_text_quote": record({"type": TYPE, "elements": array(PARTS)}, _BORDER),
    }
)
RICH_TEXT = record({"type": TYPE, "elements": array(ELEMENTS)}, {"block_id": string(255)})


def written(value: Any) -> int:
    """Return how many characters of text stand anywhere in a block, as Slack counts a message's length."""
    if isinstance(value, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else written(v) for k, v in value.items())
    if isinstance(value, list):
        return sum(written(one) for one in value)
    return 0
