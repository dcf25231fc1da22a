"""What people choose and fill in: what an element holds at first, what it holds then, and what Slack itself refuses."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from bot.sandbox.blocks import elements_of
from bot.sandbox.blocks.objects import options_of
from bot.sandbox.errors import DemoRefused

Json = dict[str, Any]
HOLDS = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
    "overflow": ("selected_option", "initial_option"),
}
STATELESS = ("button", "overflow")
REQUIRED = "Please complete this required field."


def first_values(blocks: list[Json]) -> dict[str, dict[str, Json]]:
    """Return `state.values` of blocks that nobody has touched."""
    values: dict[str, dict[str, Json]] = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] not in STATELESS:
                values.setdefault(block["block_id"], {})[element["action_id"]] = _first_value(element)
    return values


def _first_value(element: Json) -> Json:
    field, initial = HOLDS[element["type"]]
    empty: Any = [] if field.endswith("s") else None
    return {"type": element["type"], field: element.get(initial, empty)}


def filled(element: Json, given: Any) -> Json:
    """Return what an element holds when a person gives `given`: a word, a list of words, or Slack's own value object.

    Raises DemoRefused when an option is not among the element's.
    """
    kind = element["type"]
    field, _ = HOLDS[kind]
    if isinstance(given, dict) and field in given:
        given = given[field]
    if field == "selected_option":
        return {"type": kind, field: None if given is None else _option(element, given)}
    if field == "selected_options":
        chosen = given if isinstance(given, list) else [given]
        return {"type": kind, field: [_option(element, one) for one in chosen if one is not None]}
    if field.endswith("s") and not isinstance(given, list):
        given = [] if given is None else [given]
    if field == "value" and given is not None:
        given = str(given) or None
    return {"type": kind, field: given}


def _option(element: Json, given: Any) -> Json:
    wanted = str(given.get("value") if isinstance(given, dict) else given)
    if element["type"].endswith("external_select"):
        text = given.get("text") if isinstance(given, dict) else None
        return {"text": text or {"type": "plain_text", "text": wanted}, "value": wanted}
    for option in options_of(element):
        if wanted in (option["value"], option["text"]["text"]):
            return option
    names = ", ".join(option["value"] for option in options_of(element))
    raise DemoRefused(f"{wanted!r} is not among the choices of {element['action_id']}: {names}.")


def complaint(block: Json, value: Json) -> str | None:
    """Return the sentence that Slack's own client shows at an input it does not accept, or None."""
    element = block["element"]
    held = value[HOLDS[element["type"]][0]]
    if held in (None, "", []):
        return None if block.get("optional") else REQUIRED
    if element["type"] == "plain_text_input":
        return _length_complaint(element, held)
    if element["type"] == "number_input":
        return _number_complaint(element, held)
    if element["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", held):
        return "Enter a valid email."
    if element["type"] == "url_text_input" and not re.fullmatch(r"https?://\S+", held):
        return "Enter a valid URL."
    most = element.get("max_selected_items")
    if most and isinstance(held, list) and len(held) > most:
        return f"Select up to {most} items."
    return None


def _length_complaint(element: Json, held: str) -> str | None:
    if len(held) < element.get("min_length", 0):
        return f"Enter at least {element['min_length']} characters."
    most = element.get("max_length", 3000)
    return f"Enter no more than {most} characters." if len(held) > most else None


def _number_complaint(element: Json, held: str) -> str | None:
    shape = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(shape, held):
        return "Enter a valid number." if element["is_decimal_allowed"] else "Enter a whole number."
    if "min_value" in element and Decimal(held) < Decimal(element["min_value"]):
        return f"Enter a number of at least {element['min_value']}."
    if "max_value" in element and Decimal(held) > Decimal(element["max_value"]):
        return f"Enter a number of at most {element['max_value']}."
    return None
