"""Slack's composition objects: text, confirmation dialogs, options, filters."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks.fields import Check, array, at_least_one, boolean, by_type, complain, one_of, record, string

TYPE = string()
URL = string(3000, pattern=r"(https?|mailto|slack)://?\S+|mailto:\S+")
ACTION_ID = string(255)


def _plain(most: int) -> Check:
    return record({"type": TYPE, "text": string(most)}, {"emoji": boolean})


def _mrkdwn(most: int) -> Check:
    return record({"type": TYPE, "text": string(most)}, {"verbatim": boolean})


def plain_text(most: int) -> Check:
    """A plain_text object of at most `most` characters."""
    return by_type({"plain_text": _plain(most)})


def any_text(most: int) -> Check:
    """A plain_text or mrkdwn object of at most `most` characters."""
    return by_type({"plain_text": _plain(most), "mrkdwn": _mrkdwn(most)})


CONFIRM = record(
    {"title": plain_text(100), "text": any_text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = record({"text": plain_text(75), "value": string(150)}, {"description": plain_text(75)})
RICH_OPTION = record({"text": any_text(75), "value": string(150)}, {"description": any_text(75)})
OVERFLOW_OPTION = record({"text": plain_text(75), "value": string(150)}, {"description": plain_text(75), "url": URL})
GROUP = record({"label": plain_text(75), "options": array(OPTION, 100)})
FILTER = record(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
DISPATCH = record(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)},
)
SLACK_FILE = record({}, {"id": string(), "url": URL}, at_least_one("id", "url"))


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the options of a menu, those in groups too."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def options_agree(element: Any, path: str, problems: list[str]) -> None:
    """No value stands twice among the options, and what is chosen at first is one of them."""
    options = options_of(element)
    values = [option["value"] for option in options]
    for value in sorted({value for value in values if values.count(value) > 1}):
        complain(problems, path, f"duplicate option value: {value}")
    chosen = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    if any(one not in options for one in chosen):
        field = "initial_option" if "initial_option" in element else "initial_options"
        complain(problems, f"{path}/{field}", "must match an option in options or option_groups")
