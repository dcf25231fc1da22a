"""Every limit of Slack's is found out before Slack finds it, by the block's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.blockkit import (
    LimitExceeded,
    actions,
    button,
    check,
    choice,
    confirm,
    context,
    divider,
    entry,
    fields,
    header,
    home,
    modal,
    overflow,
    section,
    table,
    typed,
)
from flows.values.card import Block, Card, View


def card(*blocks: Block) -> Card:
    """Return a card of the blocks."""
    return Card("What it says.", blocks)


def press(number: int = 0, **changes: Any) -> Block:
    """Return a button with its own action id."""
    return button("Go", f"go.{number}", "value") | changes


def form(*blocks: Block, **changes: Any) -> View:
    """Return a modal with a submit button."""
    made = modal("Title", blocks, callback_id="x", submit="Send")
    return View(made.payload | changes)


WITHIN: dict[str, Callable[[], Card | View]] = {
    "50 blocks": lambda: card(*[divider()] * 50),
    "3,000 characters": lambda: card(section("x" * 3000)),
    "10 fields of 1,000": lambda: card(fields({f"{n}": "x" * 1000 for n in range(10)})),
    "25 buttons": lambda: card(actions(*[press(n) for n in range(25)])),
    "value of 2,000": lambda: card(actions(press(value="x" * 2000))),
    "heading of 150": lambda: card(header("x" * 200)),
    "100 rows": lambda: card(table([["x"]] * 100)),
    "an empty cell": lambda: card(table([["a", ""]])),
    "100 blocks in a view": lambda: form(*[divider()] * 100),
    "metadata of 3,000": lambda: form(divider(), private_metadata="x" * 3000),
    "an input": lambda: form(entry("Name", "b", typed("a"))),
    "five entries": lambda: card(actions(overflow("o", {f"{n}": f"{n}" for n in range(5)}))),
    "a home": lambda: home([divider()], callback_id="home"),
}


@pytest.mark.parametrize("name", WITHIN)
def test_what_slack_takes_passes(name: str) -> None:
    check(WITHIN[name]())


BEYOND: dict[str, tuple[Callable[[], Card | View], str]] = {
    "no text": (lambda: Card(" ", (divider(),)), "text: a message needs 1 to 4,000 characters of text, but it is 0."),
    "text of 4,001": (lambda: Card("x" * 4001), "text: a message needs 1 to 4,000 characters of text, but it is 4001."),
    "51 blocks": (lambda: card(*[divider()] * 51), "blocks: a message takes at most 50 blocks, but it is 51."),
    "101 blocks in a view": (lambda: form(*[divider()] * 101), "blocks: a view takes 1 to 100 blocks, but it is 101."),
    "an empty view": (form, "blocks: a view takes 1 to 100 blocks, but it is 0."),
    "3,001 characters": (
        lambda: card(divider(), section("x" * 3001)),
        "blocks[1] (section): text takes 1 to 3,000 characters, but it is 3001.",
    ),
    "1,501 emoji": (
        lambda: card(section("😀" * 1501)),
        "blocks[0] (section): text takes 1 to 3,000 characters, but it is 3002.",
    ),
    "an empty section": (lambda: card({"type": "section"}), "blocks[0] (section): a section needs text or fields"),
    "11 fields": (
        lambda: card(fields({f"{n}": "x" for n in range(11)})),
        "blocks[0] (section): at most 10 fields, but it is 11.",
    ),
    "a long field": (
        lambda: card(fields({"a": "x" * 2000})),
        "blocks[0] (section).fields[0]: 1 to 2,000 characters, but it is 2004.",
    ),
    "a long heading": (
        lambda: card({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}),
        "blocks[0] (header): text takes 1 to 150 characters, but it is 151.",
    ),
    "an empty context": (
        lambda: card(context()),
        "blocks[0] (context).elements[0]: 1 to 3,000 characters, but it is 0.",
    ),
    "26 buttons": (
        lambda: card(actions(*[press(n) for n in range(26)])),
        "blocks[0] (actions): 1 to 25 elements, but it is 26.",
    ),
    "a long button": (
        lambda: card(actions(button("x" * 76, "go", "v"))),
        "blocks[0] (actions).go: text takes 1 to 75 characters, but it is 76.",
    ),
    "a long value": (
        lambda: card(actions(press(value="x" * 2001))),
        "blocks[0] (actions).go.0: a value takes at most 2,000 characters, but it is 2001.",
    ),
    "two of one action id": (
        lambda: card(actions(press()), actions(press())),
        "action_id: no action_id stands twice, but it is 'go.0', 2 times.",
    ),
    "two of one block id": (
        lambda: card(section("a", block_id="b"), section("a", block_id="b")),
        "block_id: no block_id stands twice, but it is 'b', 2 times.",
    ),
    "a long question": (
        lambda: card(actions(press(confirm=confirm("Sure?", "x" * 301, yes="Yes")))),
        "blocks[0] (actions).go.0.confirm.text: 1 to 300 characters, but it is 301.",
    ),
    "six entries": (
        lambda: card(actions(overflow("o", {f"{n}": f"{n}" for n in range(6)}))),
        "blocks[0] (actions).o: 1 to 5 options, but it is 6.",
    ),
    "an entry's long value": (
        lambda: card(actions(overflow("o", {"a": "x" * 151}))),
        "blocks[0] (actions).o: an option's value takes 1 to 150 characters, but it is 151.",
    ),
    "101 rows": (lambda: card(table([["x"]] * 101)), "blocks[0] (table): 1 to 100 rows, but it is 101."),
    "a short row": (
        lambda: card(table([["a", "b"], ["a"]])),
        "blocks[0] (table).rows[1]: as many cells as the first row, but it is 1.",
    ),
    "two tables": (
        lambda: card(table([["a"]]), table([["b"]])),
        "blocks: a message takes at most one table, but it is 2.",
    ),
    "a table in a view": (
        lambda: form(table([["a"]])),
        "blocks[0]: tables stand only in messages, but it is in a view.",
    ),
    "a table of 10,001": (
        lambda: card(table([["x" * 10_001]])),
        "blocks[0] (table): at most 10,000 characters in a table, but it is 10001.",
    ),
    "13,001 characters": (
        lambda: card(*[section("x" * 2999)] * 4, section("x" * 1005)),
        "blocks: a message takes at most 13,000 characters, but it is 13001.",
    ),
    "a long title": (
        lambda: View(form(divider()).payload | {"title": {"type": "plain_text", "text": "x" * 25}}),
        "title: 1 to 24 characters, but it is 25.",
    ),
    "long metadata": (
        lambda: form(divider(), private_metadata="x" * 3001),
        "private_metadata: at most 3,000 characters, but it is 3001.",
    ),
    "an input without submit": (
        lambda: modal("T", [entry("Name", "b", typed("a"))], callback_id="x"),
        "submit: a modal with inputs needs a submit button, but it is missing.",
    ),
    "11 radio buttons": (
        lambda: form(entry("Why", "b", choice("a", {f"{n}": "x" for n in range(11)}))),
        "blocks[0] (input).a: 1 to 10 options, but it is 11.",
    ),
    "an unknown block": (lambda: card({"type": "video"}), "blocks[0] (video): only the kinds of blocks that we know"),
    "a view of 250,001 bytes": (
        lambda: form(*[section("x" * 2990)] * 85),
        "view: at most 250,000 bytes, but it is",
    ),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_slack_would_refuse_is_named(name: str) -> None:
    make, sentence = BEYOND[name]
    with pytest.raises(LimitExceeded) as refused:
        check(make())
    assert str(refused.value).startswith(sentence)
