"""The blocks of messages. Text given to `section`, `fields` and `context` is mrkdwn made by flows.blockkit.text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from flows.blockkit.text import join_lines, plain
from flows.values.card import Block

Style = Literal["primary", "danger"]


def section(*lines: str | None, accessory: Block | None = None, block_id: str | None = None) -> Block:
    """Return a section of the lines that are there."""
    return _block("section", block_id, text=mrkdwn(join_lines(lines)), accessory=accessory)


def fields(pairs: Mapping[str, str]) -> Block:
    """Return a section of labels with their values below; Slack shows two beside each other."""
    return {"type": "section", "fields": [mrkdwn(f"*{label}*\n{value}") for label, value in pairs.items()]}


def context(*parts: str | None) -> Block:
    """Return one small line of the parts that are there, with dots between them."""
    return {"type": "context", "elements": [mrkdwn(" · ".join(part for part in parts if part))]}


def header(text: str) -> Block:
    """Return a large heading; plain text, cut at 150 characters."""
    return {"type": "header", "text": plain_text(plain(text, 150))}


def divider() -> Block:
    """Return a thin line."""
    return {"type": "divider"}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """Return a row of buttons and menus."""
    return _block("actions", block_id, elements=list(elements))


def button(
    label: str, action_id: str, value: str, *, style: Style | None = None, ask: Block | None = None, spoken: str = ""
) -> Block:
    """Return a button. `ask` is a confirm object; `spoken` is what a screen reader says instead of the label."""
    element: dict[str, Any] = {
        "type": "button",
        "text": plain_text(label),
        "action_id": action_id,
        "value": value,
        "style": style,
        "confirm": ask,
        "accessibility_label": plain(spoken, 75) if spoken else None,
    }
    return {name: part for name, part in element.items() if part is not None}


def confirm(title: str, text: str, *, yes: str, no: str = "Not yet") -> Block:
    """Return a confirmation dialog; `text` is mrkdwn of at most 300 characters."""
    return {"title": plain_text(title), "text": mrkdwn(text), "confirm": plain_text(yes), "deny": plain_text(no)}


def overflow(action_id: str, options: Mapping[str, str]) -> Block:
    """Return the menu behind the three dots: label -> value, at most five."""
    choices = [{"text": plain_text(label), "value": value} for label, value in options.items()]
    return {"type": "overflow", "action_id": action_id, "options": choices}


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), total: bool = False) -> Block:
    """Return a table of plain cells whose first row is the head; `right` are the columns of amounts.

    With `total` the last row is bold. An empty cell is shown empty.
    """
    cells = [[_cell(text, bold=total and number == len(rows) - 1) for text in row] for number, row in enumerate(rows)]
    columns = [{"align": "right"} if column in right else {"is_wrapped": True} for column in range(len(rows[0]))]
    return {"type": "table", "column_settings": columns, "rows": cells}


def notice(emoji: str, *lines: str | None) -> Block:
    """Return a section whose first line has an emoji before it; the words say the same without it."""
    return section(f"{emoji} {join_lines(lines)}")


def mrkdwn(text: str) -> Block:
    """Return a mrkdwn text in which Slack makes no links or mentions of its own."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str) -> Block:
    """Return a plain text in which :words: stay words."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _cell(text: str, *, bold: bool) -> Block:
    if bold and text:
        part = {"type": "text", "text": text, "style": {"bold": True}}
        return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [part]}]}
    return {"type": "raw_text", "text": text or "\u00a0"}


def _block(kind: str, block_id: str | None, **parts: Any) -> Block:
    named = {"block_id": block_id, **parts}
    return {"type": kind, **{name: part for name, part in named.items() if part is not None}}
