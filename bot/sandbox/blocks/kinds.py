"""Block Kit's blocks and the surfaces that allow them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks.elements import AS_ACCESSORY, IN_ACTIONS, IN_CONTEXT, IN_INPUT, IN_MODAL_INPUT
from bot.sandbox.blocks.fields import (
    Check,
    array,
    at_least_one,
    boolean,
    by_type,
    complain,
    exactly_one,
    one_of,
    record,
    string,
)  # fmt: skip
from bot.sandbox.blocks.objects import SLACK_FILE, TYPE, URL, any_text, plain_text
from bot.sandbox.blocks.rich_text import RICH_TEXT, written

TABLE_ROWS, TABLE_COLUMNS, TABLE_TEXT = 100, 20, 10_000


def _block(needed: dict[str, Check], optional: dict[str, Check] | None = None, *also: Check) -> Check:
    return record({"type": TYPE, **needed}, {"block_id": string(255), **(optional or {})}, *also)


def _or_nothing(check: Check) -> Check:
    def inner(value: Any, path: str, problems: list[str]) -> None:
        if value is not None:
            check(value, path, problems)

    return inner


def _table_agrees(table: Any, path: str, problems: list[str]) -> None:
    """Every row has as many cells as the first, and the whole is not longer than Slack allows."""
    width = len(table["rows"][0])
    for index, row in enumerate(table["rows"]):
        if len(row) != width:
            complain(problems, f"{path}/rows/{index}", f"must have {width} cells like the first row")
    if written(table) > TABLE_TEXT:
        complain(problems, path, f"must have less than {TABLE_TEXT + 1} characters in all its cells")


def _number_cell(value: Any, path: str, problems: list[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        complain(problems, path, "must provide a number")


_CELL = by_type(
    {
        "raw_text": record({"type": TYPE, "text": string()}),
        "raw_number": record({"type": TYPE, "value": _number_cell, "text": string()}),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN = record({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})

EVERYWHERE: dict[str, Check] = {
    "section": _block(
        {},
        {"text": any_text(3000), "fields": array(any_text(2000), 10), "accessory": AS_ACCESSORY, "expand": boolean},
        at_least_one("text", "fields"),
    ),
    "header": _block({"text": plain_text(150)}),
    "divider": _block({}),
    "context": _block({"elements": array(IN_CONTEXT, 10)}),
    "actions": _block({"elements": array(IN_ACTIONS, 25)}),
    "image": _block(
        {"alt_text": string(2000)},
        {"title": plain_text(2000), "image_url": URL, "slack_file": SLACK_FILE},
        exactly_one("image_url", "slack_file"),
    ),
    "rich_text": RICH_TEXT,
}


def _input(element: Check) -> Check:
    more = {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean}
    return _block({"label": plain_text(2000), "element": element}, more)


IN_MESSAGE = by_type(
    {
        **EVERYWHERE,
        "input": _input(IN_INPUT),
        "markdown": _block({"text": string(12_000)}),
        "table": _block(
            {"rows": array(array(_CELL, TABLE_COLUMNS), TABLE_ROWS)},
            {"column_settings": array(_or_nothing(_COLUMN), TABLE_COLUMNS)},
            _table_agrees,
        ),
    }
)
IN_MODAL = by_type({**EVERYWHERE, "input": _input(IN_MODAL_INPUT)})
IN_HOME = by_type({**EVERYWHERE, "input": _input(IN_INPUT)})
