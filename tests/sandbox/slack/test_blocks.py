"""The Block Kit validator: one case for each limit, at the limit and one beyond, with Slack's words and place."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.blocks import check_message, message_problems, view_problems, with_ids
from bot.sandbox.errors import SlackRefused
from tests.sandbox.slack.rig import Json, button, buttons, md, modal, plain, section, text_input

OPTION = {"text": plain("Acme"), "value": "acme"}


def options(count: int) -> list[Json]:
    """Return so many different options."""
    return [{"text": plain(f"Option {n}"), "value": f"o{n}"} for n in range(count)]


def accessory(**element: Any) -> list[Json]:
    """Return a section with an element beside it."""
    return [{**section("x"), "accessory": {"action_id": "a", **element}}]


def table(rows: int, columns: int, cell: str = "c") -> Json:
    """Return a table of equal cells."""
    return {"type": "table", "rows": [[{"type": "raw_text", "text": cell}] * columns] * rows}


def many_buttons(count: int) -> Json:
    """Return an actions block of so many buttons."""
    return buttons(*(button("Go", f"go_{n}") for n in range(count)))


def rich(*parts: Json) -> Json:
    """Return a rich_text block of one section."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


CONFIRM = {"title": plain("Approve?"), "text": md("*EUR 1*"), "confirm": plain("Approve"), "deny": plain("Not yet")}
ALLOWED: list[tuple[str, list[Json]]] = [
    ("fifty blocks", [{"type": "divider"}] * 50),
    ("section text of 3,000", [section("x" * 3000)]),
    ("ten fields of 2,000 are too long together, of 1,000 not", [{"type": "section", "fields": [md("x" * 1000)] * 10}]),
    ("header of 150", [{"type": "header", "text": plain("x" * 150)}]),
    ("button text of 75 and value of 2,000", [buttons(button("x" * 75, "a" * 255, "v" * 2000))]),
    ("25 buttons", [many_buttons(25)]),
    ("ten in a context", [{"type": "context", "elements": [md("x")] * 10}]),
    ("confirmed button", [buttons({**button("Go", "go"), "style": "primary", "confirm": CONFIRM})]),
    ("table of 100 by 20", [table(100, 20)]),
    ("right-aligned column", [{**table(2, 2), "column_settings": [None, {"align": "right", "is_wrapped": True}]}]),
    ("100 options", accessory(type="static_select", options=options(100))),
    ("option groups", accessory(type="static_select", option_groups=[{"label": plain("G"), "options": options(3)}])),
    ("initial option", accessory(type="static_select", options=[OPTION], initial_option=OPTION)),
    ("five in an overflow", accessory(type="overflow", options=options(5))),
    ("date", accessory(type="datepicker", initial_date="2026-11-30")),
    ("image", [{"type": "image", "image_url": "https://x.example/a.png", "alt_text": "Aging: 0-30 days USD 41,000"}]),
    ("people menu", accessory(type="users_select", initial_user="U0DANA")),
    ("checkboxes", accessory(type="checkboxes", options=[{**OPTION, "text": md("*me*")}])),
    ("input in a message", [text_input("b", "a")]),
    ("markdown of 12,000", [{"type": "markdown", "text": "x" * 12_000}]),
    ("rich text",
     [rich({"type": "text", "text": "x", "style": {"bold": True}}, {"type": "user", "user_id": "U0DANA"})]),
    ("no blocks", []),
]  # fmt: skip
PLACE = "/blocks/0"
REFUSED: list[tuple[str, str, str, list[Json]]] = [
    ("51 blocks", "no more than 50 items allowed", "/blocks", [{"type": "divider"}] * 51),
    ("text of 3,001", "must be less than 3001 characters", f"{PLACE}/text/text", [section("x" * 3001)]),
    ("empty text", "must be more than 0 characters", f"{PLACE}/text/text", [section("")]),
    ("nothing in a section", "must have at least one of: text, fields", PLACE, [{"type": "section"}]),
    ("11 fields", "no more than 10 items allowed", f"{PLACE}/fields", [{"type": "section", "fields": [md("x")] * 11}]),
    ("field of 2,001", "must be less than 2001 characters", f"{PLACE}/fields/0/text",
     [{"type": "section", "fields": [md("x" * 2001)]}]),
    ("header of 151", "must be less than 151 characters", f"{PLACE}/text/text",
     [{"type": "header", "text": plain("x" * 151)}]),
    ("header in mrkdwn", "unsupported type: mrkdwn", f"{PLACE}/text/type", [{"type": "header", "text": md("x")}]),
    ("button text of 76", "must be less than 76 characters", f"{PLACE}/elements/0/text/text",
     [buttons(button("x" * 76, "a"))]),
    ("value of 2,001", "must be less than 2001 characters", f"{PLACE}/elements/0/value",
     [buttons(button("x", "a", "v" * 2001))]),
    ("action id of 256", "must be less than 256 characters", f"{PLACE}/elements/0/action_id",
     [buttons(button("x", "a" * 256))]),
    ("26 buttons", "no more than 25 items allowed", f"{PLACE}/elements", [many_buttons(26)]),
    ("no buttons", "no fewer than 1 items required", f"{PLACE}/elements", [buttons()]),
    ("the same action twice", "action_id already exists: go", f"{PLACE}",
     [buttons(button("A", "go"), button("B", "go"))]),
    ("the same action in two blocks", "action_id already exists: go", "/blocks/1",
     [buttons(button("A", "go")), {"type": "actions", "elements": [button("B", "go")]}]),
    ("the same block id twice", "block_id already exists: b", "/blocks/1/block_id",
     [{**section("x"), "block_id": "b"}] * 2),
    ("11 in a context", "no more than 10 items allowed", f"{PLACE}/elements",
     [{"type": "context", "elements": [md("x")] * 11}]),
    ("a button in a context", "unsupported type: button", f"{PLACE}/elements/0/type",
     [{"type": "context", "elements": [button("x", "a")]}]),
    ("unknown block", "unsupported type: sparkles", f"{PLACE}/type", [{"type": "sparkles"}]),
    ("video", "unsupported type: video", f"{PLACE}/type", [{"type": "video"}]),
    ("unknown field", "invalid additional property: colour", PLACE, [{**section("x"), "colour": "red"}]),
    ("no type", "missing required field: type", PLACE, [{"text": md("x")}]),
    ("not an object", "must provide an object", PLACE, ["x"]),  # type: ignore[list-item]
    ("unknown style", "must be a valid enum value: primary, danger", f"{PLACE}/elements/0/style",
     [buttons({**button("x", "a"), "style": "warning"})]),
    ("half a confirmation", "missing required field: deny", f"{PLACE}/elements/0/confirm",
     [buttons({**button("x", "a"), "confirm": {k: v for k, v in CONFIRM.items() if k != "deny"}})]),
    ("101 options", "no more than 100 items allowed", f"{PLACE}/accessory/options",
     accessory(type="static_select", options=options(101))),
    ("six in an overflow", "no more than 5 items allowed", f"{PLACE}/accessory/options",
     accessory(type="overflow", options=options(6))),
    ("11 checkboxes", "no more than 10 items allowed", f"{PLACE}/accessory/options",
     accessory(type="checkboxes", options=options(11))),
    ("options and groups", "must have exactly one of: options, option_groups", f"{PLACE}/accessory",
     accessory(type="static_select", options=[OPTION], option_groups=[{"label": plain("G"), "options": [OPTION]}])),
    ("the same option twice", "duplicate option value: acme", f"{PLACE}/accessory",
     accessory(type="static_select", options=[OPTION, OPTION])),
    ("initial option that is none", "must match an option in options or option_groups",
     f"{PLACE}/accessory/initial_option",
     accessory(type="static_select", options=options(1), initial_option=OPTION)),
    ("option value of 151", "must be less than 151 characters", f"{PLACE}/accessory/options/0/value",
     accessory(type="static_select", options=[{**OPTION, "value": "x" * 151}])),
    ("a date that is none", "failed to match all of the allowed patterns", f"{PLACE}/accessory/initial_date",
     accessory(type="datepicker", initial_date="30 Nov")),
    ("text field outside an input", "unsupported type: plain_text_input", f"{PLACE}/accessory/type",
     accessory(type="plain_text_input")),
    ("picture without words", "missing required field: alt_text", PLACE, [{"type": "image", "image_url": "https://x.example/a"}]),
    ("picture from a script", "failed to match all of the allowed patterns", f"{PLACE}/image_url",
     [{"type": "image", "image_url": "javascript:alert(1)", "alt_text": "x"}]),
    ("101 rows", "no more than 100 items allowed", f"{PLACE}/rows", [table(101, 1)]),
    ("21 columns", "no more than 20 items allowed", f"{PLACE}/rows/0", [table(1, 21)]),
    ("ragged table", "must have 2 cells like the first row", f"{PLACE}/rows/1",
     [{"type": "table", "rows": [table(1, 2)["rows"][0], table(1, 1)["rows"][0]]}]),
    ("table over 10,000", "must have less than 10001 characters in all its cells", PLACE, [table(11, 10, "x" * 100)]),
    ("unknown part of rich text", "unsupported type: blink", f"{PLACE}/elements/0/elements/0/type",
     [rich({"type": "blink"})]),
    ("block id of 256", "must be less than 256 characters", f"{PLACE}/block_id",
     [{"type": "divider", "block_id": "x" * 256}]),
]  # fmt: skip


@pytest.mark.parametrize("blocks", [case[1] for case in ALLOWED], ids=[case[0] for case in ALLOWED])
def test_what_slack_shows_is_allowed(blocks: list[Json]) -> None:
    check_message(blocks)


@pytest.mark.parametrize(
    ("sentence", "place", "blocks"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_slack_refuses_is_refused_at_its_place(sentence: str, place: str, blocks: list[Json]) -> None:
    assert message_problems(blocks) == [f"{sentence} [json-pointer:{place}]"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    problems = message_problems([section(""), section("x" * 3001), {"type": "nothing"}])
    assert [problem.partition("json-pointer:")[2][:9] for problem in problems] == [
        "/blocks/0",
        "/blocks/1",
        "/blocks/2",
    ]


@pytest.mark.parametrize(
    ("error", "blocks"),
    [
        ("msg_blocks_too_long", [section("x" * 3000)] * 4 + [section("x" * 1201)]),
        ("invalid_attachments", [table(1, 1), table(1, 1)]),
        ("invalid_blocks", [section("")]),
        ("invalid_blocks", {"type": "section"}),
    ],
)
def test_the_whole_message_has_limits_of_its_own(error: str, blocks: Any) -> None:
    with pytest.raises(SlackRefused) as refused:
        check_message(blocks)
    assert refused.value.code == error


def test_13200_characters_fit_in_one_message() -> None:
    check_message([section("x" * 3000)] * 4 + [section("x" * 1200)])


def test_only_a_modal_takes_a_file() -> None:
    upload = {"type": "input", "label": plain("PDF"), "element": {"type": "file_input", "action_id": "pdf"}}
    assert view_problems(modal(upload), "modal") == []
    (problem,) = message_problems([upload])
    assert problem.startswith("unsupported type: file_input")


def test_a_home_has_no_title_and_a_message_block_only_is_refused_there() -> None:
    home = {"type": "home", "blocks": [section("x")]}
    assert view_problems(home, "home") == []
    assert view_problems({**home, "title": plain("x")}, "home") == [
        "invalid additional property: title [json-pointer:/view]"
    ]
    (problem,) = view_problems({"type": "home", "blocks": [{"type": "markdown", "text": "x"}]}, "home")
    assert problem.startswith("unsupported type: markdown")


def test_missing_ids_are_made_up_and_given_ones_kept() -> None:
    bare = {"type": "button", "text": plain("Go")}
    first, second = with_ids([{"type": "actions", "elements": [bare, button("B", "b")]}, {"type": "divider"}], "seed")
    assert first["block_id"] != second["block_id"]
    assert first["elements"][0]["action_id"]
    assert first["elements"][1]["action_id"] == "b"
