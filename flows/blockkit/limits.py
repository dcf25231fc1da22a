"""What Slack refuses, checked before it is sent. Lengths are counted in UTF-16 units, the stricter way to count."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from flows.blockkit.text import units
from flows.errors import DunwellError
from flows.values.card import Block, Card, View

MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
MESSAGE_TEXT: Final = 13_000
TOP_TEXT: Final = 4_000
VIEW_BYTES: Final = 250_000


class LimitExceeded(DunwellError):
    """A card or a view that Slack would refuse; a defect of ours. `where` names the block, `limit` the rule."""

    code = "blockkit.limit_exceeded"

    def __init__(self, where: str, limit: str, found: object) -> None:
        self.where, self.limit, self.found = where, limit, found
        super().__init__(f"{where}: {limit}, but it is {found}.")


def check(shown: Card | View) -> None:
    """Raise LimitExceeded, naming the block and the limit, unless Slack's limits are kept."""
    if isinstance(shown, Card):
        _check_card(shown)
    else:
        _check_view(shown.payload)


def _check_card(card: Card) -> None:
    _between("text", "a message needs 1 to 4,000 characters of text", units(card.text.strip()), 1, TOP_TEXT)
    _between("blocks", "a message takes at most 50 blocks", len(card.blocks), 0, MESSAGE_BLOCKS)
    _check_blocks(card.blocks)
    _between("blocks", "a message takes at most 13,000 characters", written(card.blocks), 0, MESSAGE_TEXT)
    tables = sum(block["type"] == "table" for block in card.blocks)
    _between("blocks", "a message takes at most one table", tables, 0, 1)


def _check_view(view: dict[str, Any]) -> None:
    blocks = view["blocks"]
    _between("blocks", "a view takes 1 to 100 blocks", len(blocks), 1, VIEW_BLOCKS)
    _between("private_metadata", "at most 3,000 characters", units(view.get("private_metadata", "")), 0, 3000)
    for name in ("title", "submit", "close"):
        if name in view:
            _between(name, "1 to 24 characters", units(view[name]["text"]), 1, 24)
    for index, block in enumerate(blocks):
        if block["type"] == "table":
            raise LimitExceeded(f"blocks[{index}]", "tables stand only in messages", "in a view")
    if view["type"] == "modal" and any(block["type"] == "input" for block in blocks) and "submit" not in view:
        raise LimitExceeded("submit", "a modal with inputs needs a submit button", "missing")
    _check_blocks(blocks)
    _between("view", "at most 250,000 bytes", len(json.dumps(view).encode()), 0, VIEW_BYTES)


def _check_blocks(blocks: Any) -> None:
    for index, block in enumerate(blocks):
        where = f"blocks[{index}] ({block['type']})"
        _between(where, "block_id takes at most 255 characters", units(block.get("block_id", "")), 0, 255)
        kind = _KINDS.get(block["type"])
        if kind is None:
            raise LimitExceeded(where, "only the kinds of blocks that we know", block["type"])
        kind(block, where)
    _unique("block_id", [block["block_id"] for block in blocks if "block_id" in block])
    _unique("action_id", [element["action_id"] for block in blocks for element in _elements(block)])


def _section(block: Block, where: str) -> None:
    if "text" not in block and not block.get("fields"):
        raise LimitExceeded(where, "a section needs text or fields", "empty")
    if "text" in block:
        _text(block, where, 3000)
    _between(where, "at most 10 fields", len(block.get("fields", [])), 0, 10)
    for number, field in enumerate(block.get("fields", [])):
        _between(f"{where}.fields[{number}]", "1 to 2,000 characters", units(field["text"]), 1, 2000)
    _each_element(block, where)


def _header(block: Block, where: str) -> None:
    _text(block, where, 150)


def _divider(block: Block, where: str) -> None:
    _between(where, "a divider has no text", written(block), 0, 0)


def _context(block: Block, where: str) -> None:
    _between(where, "1 to 10 elements", len(block["elements"]), 1, 10)
    for number, element in enumerate(block["elements"]):
        _between(f"{where}.elements[{number}]", "1 to 3,000 characters", units(element["text"]), 1, 3000)


def _actions(block: Block, where: str) -> None:
    _between(where, "1 to 25 elements", len(block["elements"]), 1, 25)
    _each_element(block, where)


def _table(block: Block, where: str) -> None:
    rows = block["rows"]
    _between(where, "1 to 100 rows", len(rows), 1, 100)
    for number, row in enumerate(rows):
        _between(f"{where}.rows[{number}]", "1 to 20 cells", len(row), 1, 20)
        _between(f"{where}.rows[{number}]", "as many cells as the first row", len(row), len(rows[0]), len(rows[0]))
        for cell in row:
            _between(f"{where}.rows[{number}]", "no empty cell", written(cell), 1, MESSAGE_TEXT)
    _between(where, "at most 10,000 characters in a table", written(block), 0, 10_000)


def _input(block: Block, where: str) -> None:
    _between(f"{where}.label", "1 to 2,000 characters", units(block["label"]["text"]), 1, 2000)
    if "hint" in block:
        _between(f"{where}.hint", "1 to 2,000 characters", units(block["hint"]["text"]), 1, 2000)
    _each_element(block, where)


def _each_element(block: Block, where: str) -> None:
    for element in _elements(block):
        _element(element, f"{where}.{element['action_id']}")


def _element(element: Block, where: str) -> None:
    _between(where, "action_id takes 1 to 255 characters", units(element["action_id"]), 1, 255)
    if "text" in element:
        _text(element, where, 75)
    _between(where, "a value takes at most 2,000 characters", units(element.get("value", "")), 0, 2000)
    _between(where, "a label for screen readers, 75", units(element.get("accessibility_label", "")), 0, 75)
    _between(where, "an initial value takes 3,000", units(element.get("initial_value", "")), 0, 3000)
    if "placeholder" in element:
        _between(f"{where}.placeholder", "1 to 150 characters", units(element["placeholder"]["text"]), 1, 150)
    if "options" in element:
        _options(element, where)
    if "confirm" in element:
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            length = units(element["confirm"][name]["text"])
            _between(f"{where}.confirm.{name}", f"1 to {most} characters", length, 1, most)


def _options(element: Block, where: str) -> None:
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(element["type"], 100)
    _between(where, f"1 to {most} options", len(element["options"]), 1, most)
    for option in element["options"]:
        _between(where, "an option's text takes 1 to 75 characters", units(option["text"]["text"]), 1, 75)
        _between(where, "an option's value takes 1 to 150 characters", units(option["value"]), 1, 150)
    _unique(f"{where} option value", [option["value"] for option in element["options"]])


_KINDS: dict[str, Callable[[Block, str], None]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "table": _table,
    "input": _input,
}


def written(value: Any) -> int:
    """Return how many characters of text stand anywhere in blocks."""
    if isinstance(value, dict):
        return sum(units(v) if k == "text" and isinstance(v, str) else written(v) for k, v in value.items())
    return sum(map(written, value)) if isinstance(value, list | tuple) else 0


def _elements(block: Block) -> Iterator[Block]:
    if block["type"] == "actions":
        yield from block["elements"]
    for name in ("accessory", "element"):
        if name in block:
            yield block[name]


def _text(holder: Block, where: str, most: int) -> None:
    _between(where, f"text takes 1 to {most:,} characters", units(holder["text"]["text"]), 1, most)


def _between(where: str, limit: str, found: int, least: int, most: int) -> None:
    if not least <= found <= most:
        raise LimitExceeded(where, limit, found)


def _unique(name: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise LimitExceeded(name, f"no {name} stands twice", f"{value!r}, {values.count(value)} times")
