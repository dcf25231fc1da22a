"""Modals, their inputs, and App Home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from flows.blockkit.blocks import plain_text
from flows.blockkit.text import plain
from flows.values.card import Block, View

IN_A_SELECT: Final = 100  # options; of more, those that fit what is typed are given by a listener
_OPTION: Final = 75  # characters


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    submit: str | None = None,
    close: str = "Close",
    metadata: str = "",
) -> View:
    """Return a modal. Title and buttons are at most 24 characters; `metadata` comes back when it is submitted."""
    payload: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title),
        "close": plain_text(close),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
    if submit:
        payload["submit"] = plain_text(submit)
    return View(payload)


def home(blocks: Sequence[Block], *, callback_id: str) -> View:
    """Return an App Home."""
    return View({"type": "home", "callback_id": callback_id, "blocks": list(blocks)})


def entry(label: str, block_id: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """Return an input block: the label, the field or the choices, and a hint below."""
    block: Block = {"type": "input", "block_id": block_id, "label": plain_text(label), "element": element}
    if hint:
        block["hint"] = plain_text(plain(hint, 500))
    if optional:
        block["optional"] = True
    return block


def typed(action_id: str, *, example: str = "", initial: str = "", lines: bool = False, most: int = 3000) -> Block:
    """Return a field for text; `example` stands in it greyed, `lines` gives it several lines."""
    element: Block = {"type": "plain_text_input", "action_id": action_id, "max_length": most}
    element |= {"multiline": True} if lines else {}
    return element | _prompt(example) | ({"initial_value": initial} if initial else {})


def email(action_id: str, *, example: str = "", initial: str = "") -> Block:
    """Return a field for an e-mail address; phones show the right keyboard."""
    element: Block = {"type": "email_text_input", "action_id": action_id}
    return element | _prompt(example) | ({"initial_value": initial} if initial else {})


def date_picker(action_id: str, *, initial: date | None = None) -> Block:
    """Return a calendar."""
    element: Block = {"type": "datepicker", "action_id": action_id}
    return element | ({"initial_date": initial.isoformat()} if initial else {})


def choice(action_id: str, choices: Mapping[str, str], *, chosen: str | None = None) -> Block:
    """Return radio buttons, one tap each on a phone: value -> label; `chosen` is the value that is set at first."""
    options = [{"text": plain_text(words), "value": value} for value, words in choices.items()]
    first = [option for option in options if option["value"] == chosen]
    element: Block = {"type": "radio_buttons", "action_id": action_id, "options": options}
    return element | ({"initial_option": first[0]} if first else {})


def picked(action_id: str, options: Sequence[Block], chosen: Block | None = None) -> Block:
    """Return a menu of at most 100 option objects; `chosen` is set at first."""
    element: Block = {"type": "static_select", "action_id": action_id, "options": list(options)}
    return element | ({"initial_option": chosen} if chosen else {})


def options(offered: Mapping[str, str], query: str = "") -> list[Block]:
    """Return the option objects (value -> label) whose value or label contains what was typed, a hundred at most."""
    sought = query.strip().casefold()
    fitting = [(value, label) for value, label in offered.items() if sought in f"{value} {label}".casefold()]
    return [
        {"text": plain_text(plain(label, _OPTION) or plain(value, _OPTION) or "?"), "value": value}
        for value, label in fitting[:IN_A_SELECT]
    ]


def searched(action_id: str, chosen: Block | None = None) -> Block:
    """Return a menu whose options a listener gives for what is typed, for more than 100; it opens without typing."""
    element: Block = {"type": "external_select", "action_id": action_id, "min_query_length": 0}
    return element | _prompt("Type to search") | ({"initial_option": chosen} if chosen else {})


def searched_many(action_id: str, *, most: int) -> Block:
    """Return a menu of which up to `most` options are chosen; a listener gives those that fit what is typed."""
    element: Block = {"type": "multi_external_select", "action_id": action_id, "min_query_length": 0}
    return element | _prompt("Type to search") | {"max_selected_items": most}


def _prompt(example: str) -> Block:
    return {"placeholder": plain_text(plain(example, 150))} if example else {}
