"""The Block Kit validator: refuses what Slack would refuse, and what Slack only tolerates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from bot.sandbox.blocks.fields import array, boolean, complain, record, string
from bot.sandbox.blocks.kinds import IN_HOME, IN_MESSAGE, IN_MODAL
from bot.sandbox.blocks.objects import TYPE, plain_text
from bot.sandbox.blocks.rich_text import written
from bot.sandbox.errors import SlackRefused

MESSAGE_BLOCKS, VIEW_BLOCKS, MESSAGE_TEXT, VIEW_BYTES = 50, 100, 13_200, 250_000
Json = dict[str, Any]

_COMMON = {"private_metadata": string(3000, 0), "callback_id": string(255, 0), "external_id": string(255, 0)}
_MODAL = record(
    {"type": TYPE, "title": plain_text(24), "blocks": array(IN_MODAL, VIEW_BLOCKS)},
    {**_COMMON, "submit": plain_text(24), "close": plain_text(24), "clear_on_close": boolean,
     "notify_on_close": boolean, "submit_disabled": boolean},
)  # fmt: skip
_HOME = record({"type": TYPE, "blocks": array(IN_HOME, VIEW_BLOCKS, 0)}, _COMMON)


def elements_of(block: Json) -> Iterator[Json]:
    """Return the interactive elements of one block: its actions, its accessory, its input."""
    for element in (*block.get("elements", []), block.get("accessory"), block.get("element")):
        holds = isinstance(element, dict) and block.get("type") in ("actions", "section", "input")
        if holds and element["type"] != "image":
            yield element


def message_problems(blocks: Any) -> list[str]:
    """Return what is wrong with the blocks of a message, in Slack's words; nothing when they may be posted."""
    problems: list[str] = []
    array(IN_MESSAGE, MESSAGE_BLOCKS, 0)(blocks, "/blocks", problems)
    return problems or _unique(blocks, "/blocks")


def check_message(blocks: Any) -> None:
    """Refuse the blocks of a message that Slack would not post: SlackRefused with Slack's error name."""
    if problems := message_problems(blocks):
        raise SlackRefused("invalid_blocks", *problems)
    if sum(block["type"] == "table" for block in blocks) > 1:
        raise SlackRefused("invalid_attachments", "only_one_table_allowed")
    if written(blocks) > MESSAGE_TEXT:
        raise SlackRefused("msg_blocks_too_long", f"{written(blocks)} characters of text; {MESSAGE_TEXT} are allowed")


def view_problems(view: Any, surface: str) -> list[str]:
    """Return what is wrong with a modal or a home view."""
    problems: list[str] = []
    if not isinstance(view, dict) or view.get("type") != surface:
        complain(problems, "/view/type", f"must be {surface}")
        return problems
    (_MODAL if surface == "modal" else _HOME)(view, "/view", problems)
    if problems:
        return problems
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    if surface == "modal" and inputs and "submit" not in view:
        complain(problems, "/view", "`submit` is required when an `input` block is within `blocks`")
    focused = [element for block in view["blocks"] for element in elements_of(block) if element.get("focus_on_load")]
    if len(focused) > 1:
        complain(problems, "/view/blocks", "only one element may have focus_on_load")
    return problems or _unique(view["blocks"], "/view/blocks")


def check_view(view: Any, surface: str) -> None:
    """Refuse a view that Slack would not show."""
    if problems := view_problems(view, surface):
        raise SlackRefused("invalid_arguments", *problems)
    if len(str(view)) > VIEW_BYTES:
        raise SlackRefused("view_too_large")


def _unique(blocks: list[Json], path: str) -> list[str]:
    """Complain of block ids and action ids that stand twice anywhere (Slack looks at action ids block by block)."""
    problems: list[str] = []
    seen_blocks: set[str] = set()
    seen_actions: set[str] = set()
    for index, block in enumerate(blocks):
        if (block_id := block.get("block_id")) in seen_blocks:
            complain(problems, f"{path}/{index}/block_id", f"block_id already exists: {block_id}")
        elif block_id:
            seen_blocks.add(block_id)
        for element in elements_of(block):
            if (action_id := element.get("action_id")) in seen_actions:
                complain(problems, f"{path}/{index}", f"action_id already exists: {action_id}")
            elif action_id:
                seen_actions.add(action_id)
    return problems


def with_ids(blocks: list[Json], seed: str) -> list[Json]:
    """Return the blocks with the block ids and action ids that Slack makes up where the app gave none."""
    return [_with_ids(block, f"{seed}/{index}") for index, block in enumerate(blocks)]


def _with_ids(block: Json, seed: str) -> Json:
    whole = {**block, "block_id": block.get("block_id") or _made_up(seed)}
    if block["type"] == "actions":
        whole["elements"] = [_named(one, f"{seed}/{n}") for n, one in enumerate(block["elements"])]
    for field in ("accessory", "element"):
        if field in block:
            whole[field] = _named(block[field], f"{seed}/{field}")
    return whole


def _named(element: Json, seed: str) -> Json:
    if element["type"] == "image" or "action_id" in element:
        return element
    return {**element, "action_id": _made_up(seed)}


def _made_up(seed: str) -> str:
    return hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()[:5]
