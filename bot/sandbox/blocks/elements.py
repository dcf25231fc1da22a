"""Block Kit's elements: what people press, choose and fill in, and which blocks may hold which."""

from __future__ import annotations

from bot.sandbox.blocks.fields import Check, array, boolean, by_type, exactly_one, integer, one_of, record, string
from bot.sandbox.blocks.objects import (
    ACTION_ID,
    CONFIRM,
    DISPATCH,
    FILTER,
    GROUP,
    OPTION,
    OVERFLOW_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    TYPE,
    URL,
    any_text,
    options_agree,
    plain_text,
)  # fmt: skip

DATE = string(pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = string(pattern=r"([01]\d|2[0-3]):[0-5]\d")
ID = string(pattern=r"[A-Z0-9]+")
NUMBER = string(pattern=r"-?\d+(\.\d+)?")
SELECTED = integer(1)


def _input(own: dict[str, Check], needed: dict[str, Check] | None = None, *also: Check) -> Check:
    common = {"action_id": ACTION_ID, "focus_on_load": boolean, "placeholder": plain_text(150)}
    return record({"type": TYPE, **(needed or {})}, {**common, **own}, *also)


def _menu(own: dict[str, Check], needed: dict[str, Check] | None = None, *also: Check) -> Check:
    return _input({"confirm": CONFIRM, **own}, needed, *also)


_CHOICES: dict[str, Check] = {"options": array(OPTION, 100), "option_groups": array(GROUP, 100)}
_ONE_LIST = exactly_one("options", "option_groups")
_URL_TARGET = {"response_url_enabled": boolean}
_HERE = {"default_to_current_conversation": boolean, "filter": FILTER}

BUTTON = record(
    {"type": TYPE, "text": plain_text(75)},
    {"action_id": ACTION_ID, "url": URL, "value": string(2000), "style": one_of("primary", "danger"),
     "confirm": CONFIRM, "accessibility_label": string(75)},
)  # fmt: skip
OVERFLOW = record(
    {"type": TYPE, "options": array(OVERFLOW_OPTION, 5)}, {"action_id": ACTION_ID, "confirm": CONFIRM}, options_agree
)
IMAGE = record(
    {"type": TYPE, "alt_text": string(2000)},
    {"image_url": URL, "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)

SELECTS: dict[str, Check] = {
    "static_select": _menu({**_CHOICES, "initial_option": OPTION}, None, _ONE_LIST, options_agree),
    "external_select": _menu({"initial_option": OPTION, "min_query_length": integer(0)}),
    "users_select": _menu({"initial_user": ID}),
    "conversations_select": _menu({"initial_conversation": ID, **_HERE, **_URL_TARGET}),
    "channels_select": _menu({"initial_channel": ID, **_URL_TARGET}),
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": _menu(
        {**_CHOICES, "initial_options": array(OPTION, 100), "max_selected_items": SELECTED},
        None,
        _ONE_LIST,
        options_agree,
    ),
    "multi_external_select": _menu(
        {"initial_options": array(OPTION, 100), "min_query_length": integer(0), "max_selected_items": SELECTED}
    ),
    "multi_users_select": _menu({"initial_users": array(ID), "max_selected_items": SELECTED}),
    "multi_conversations_select": _menu({"initial_conversations": array(ID), **_HERE, "max_selected_items": SELECTED}),
    "multi_channels_select": _menu({"initial_channels": array(ID), "max_selected_items": SELECTED}),
}
PICKERS: dict[str, Check] = {
    "datepicker": _menu({"initial_date": DATE}),
    "timepicker": _menu({"initial_time": TIME, "timezone": string()}),
}
DATETIME = record(
    {"type": TYPE},
    {
        "action_id": ACTION_ID,
        "focus_on_load": boolean,
        "confirm": CONFIRM,
        "initial_date_time": integer(1000000000, 9999999999),
    },
)


def _ticks(initial: str, initial_check: Check) -> Check:
    own = {"action_id": ACTION_ID, "focus_on_load": boolean, "confirm": CONFIRM, initial: initial_check}
    return record({"type": TYPE, "options": array(RICH_OPTION, 10)}, own, options_agree)


TICKS: dict[str, Check] = {
    "radio_buttons": _ticks("initial_option", RICH_OPTION),
    "checkboxes": _ticks("initial_options", array(RICH_OPTION, 10)),
}
_LENGTHS: dict[str, Check] = {"min_length": integer(0, 3000), "max_length": integer(1, 3000)}
TYPED: dict[str, Check] = {
    "plain_text_input": _input(
        {"initial_value": string(3000, 0), "multiline": boolean, **_LENGTHS, "dispatch_action_config": DISPATCH}
    ),
    "number_input": _input(
        {"initial_value": NUMBER, "min_value": NUMBER, "max_value": NUMBER, "dispatch_action_config": DISPATCH},
        {"is_decimal_allowed": boolean},
    ),
    "email_text_input": _input({"initial_value": string(), "dispatch_action_config": DISPATCH}),
    "url_text_input": _input({"initial_value": URL, "dispatch_action_config": DISPATCH}),
}
FILE_INPUT = record({"type": TYPE}, {"action_id": ACTION_ID, "filetypes": array(string()), "max_files": integer(1, 10)})

IN_ACTIONS = by_type(
    {"button": BUTTON, "overflow": OVERFLOW, "datetimepicker": DATETIME, **SELECTS, **PICKERS, **TICKS}
)
AS_ACCESSORY = by_type(
    {"button": BUTTON, "overflow": OVERFLOW, "image": IMAGE, **SELECTS, **MULTI_SELECTS, **PICKERS, **TICKS}
)
IN_INPUT = by_type({"datetimepicker": DATETIME, **SELECTS, **MULTI_SELECTS, **PICKERS, **TICKS, **TYPED})
IN_MODAL_INPUT = by_type(
    {"datetimepicker": DATETIME, "file_input": FILE_INPUT, **SELECTS, **MULTI_SELECTS, **PICKERS, **TICKS, **TYPED}
)
IN_CONTEXT = by_type(
    {
        "image": IMAGE,
        "plain_text": any_text(3000),
        "mrkdwn": any_text(3000),
    }
)
