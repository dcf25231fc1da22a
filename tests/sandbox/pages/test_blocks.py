"""Every kind of block and element is drawn, escaped, and can be found by a test."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.pages.blocks_html import blocks_html
from bot.sandbox.pages.names import Names
from bot.sandbox.pages.surface import Surface
from tests.sandbox.pages.sample_state import CARD, CONFIRM, FORM, PALETTE, button, md, option, plain

NAMES = Names(people={"U0DANA": "Dana"}, channels={"C1": "deals"}, base_url="http://127.0.0.1:1")
EVIL = "<img src=x onerror=alert(1)>"


def drawn(*blocks: dict[str, Any], **more: Any) -> str:
    """Return blocks of a message as HTML."""
    return str(blocks_html(blocks, Surface(NAMES, owner="1.2", **more)))


def test_every_block_of_the_sample_is_drawn() -> None:
    html = drawn(*CARD, *PALETTE, *FORM)
    kinds = {b["type"] for b in [*CARD, *PALETTE, *FORM]}
    assert kinds == {
        "section", "table", "context", "actions", "header", "divider", "image", "markdown", "rich_text", "input",
    }  # fmt: skip
    assert all(f'data-block="{kind}"' in html for kind in kinds)
    assert "unknown-block" not in html


def test_an_unknown_block_is_named() -> None:
    assert "carousel" in drawn({"type": "carousel"})


ELEMENTS: list[dict[str, Any]] = [
    button(EVIL, "x", EVIL),
    {"type": "static_select", "action_id": "x", "placeholder": plain(EVIL), "options": [option(EVIL, EVIL)]},
    {"type": "multi_static_select", "action_id": "x", "placeholder": plain(EVIL), "options": [option(EVIL, EVIL)]},
    {"type": "overflow", "action_id": "x", "options": [option(EVIL, EVIL)]},
    {"type": "radio_buttons", "action_id": "x", "options": [option(EVIL, EVIL, EVIL)]},
    {"type": "checkboxes", "action_id": "x", "options": [option(EVIL, EVIL, EVIL)]},
    {"type": "plain_text_input", "action_id": "x", "initial_value": EVIL, "placeholder": plain(EVIL)},
    {"type": "plain_text_input", "action_id": "x", "initial_value": f"</textarea>{EVIL}", "multiline": True},
    {"type": "number_input", "action_id": "x", "initial_value": EVIL, "is_decimal_allowed": True},
    {"type": "email_text_input", "action_id": "x", "initial_value": EVIL},
    {"type": "url_text_input", "action_id": "x", "initial_value": EVIL},
    {"type": "datepicker", "action_id": "x", "initial_date": EVIL},
    {"type": "timepicker", "action_id": "x", "initial_time": EVIL},
    {"type": "datetimepicker", "action_id": "x", "initial_date_time": 1795437000},
    {"type": "users_select", "action_id": "x"},
    {"type": "conversations_select", "action_id": "x"},
    {"type": "external_select", "action_id": "x", "placeholder": plain(EVIL)},
]


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda e: e["type"])
def test_elements_are_found_and_escaped(element: dict[str, Any]) -> None:
    html = drawn({"type": "actions", "block_id": "b", "elements": [element]})
    assert 'data-action-id="x"' in html and 'data-block-id="b"' in html and f'data-element="{element["type"]}"' in html
    assert "<img" not in html


TEXTS: list[dict[str, Any]] = [
    {"type": "section", "text": md(EVIL), "fields": [plain(EVIL)]},
    {"type": "header", "text": plain(EVIL)},
    {"type": "context", "elements": [md(EVIL), plain(EVIL)]},
    {"type": "markdown", "text": EVIL},
    {"type": "table", "rows": [[{"type": "raw_text", "text": EVIL}]]},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": EVIL}]}]},
    {"type": "input", "label": plain(EVIL), "hint": plain(EVIL), "element": {"type": EVIL, "action_id": EVIL}},
    {"type": "image", "image_url": "javascript:alert(1)", "alt_text": EVIL},
    {"type": EVIL},
]


@pytest.mark.parametrize("block", TEXTS, ids=lambda b: b["type"][:10])
def test_words_in_blocks_are_escaped(block: dict[str, Any]) -> None:
    html = drawn(block, errors={"b0": EVIL})
    assert "<img" not in html and "&lt;img src=x" in html


def test_tables_put_numbers_to_the_right_under_a_heading_row() -> None:
    html = drawn(next(b for b in CARD if b["type"] == "table"))
    assert '<th class="align-right" scope="col">Amount</th>' in html
    assert '<td class="align-right">2,400.00</td>' in html
    assert '<td class="align-left wrapped">Platform, annual</td>' in html


def test_a_button_knows_its_value_style_and_question() -> None:
    html = drawn({"type": "actions", "elements": [button("Go", "go", "v7", style="danger", confirm=CONFIRM)]})
    assert 'data-value="v7"' in html and "btn-danger" in html and "Approve EUR 12,400.00?" in html


def test_pictures_come_from_here_only() -> None:
    here = drawn({"type": "image", "image_url": "http://127.0.0.1:1/_demo/api/files/F1", "alt_text": "aging"})
    there = drawn({"type": "image", "image_url": "https://elsewhere.example/p.png", "alt_text": "aging"})
    assert '<img src="/_demo/api/files/F1" alt="aging"' in here
    assert "<img" not in there and 'href="https://elsewhere.example/p.png"' in there


def test_fields_keep_what_was_typed_and_show_why_it_was_refused() -> None:
    values = {"words": {"words": {"type": "plain_text_input", "value": "too <short>"}}}
    html = drawn(*FORM, values=values, errors={"words": "Say more."}, kind="modal")
    assert "too &lt;short&gt;</textarea>" in html and "Say more." in html and 'class="input-block refused"' in html


def test_choices_made_are_shown() -> None:
    select = {"type": "static_select", "action_id": "s", "options": [option("a", "A"), option("b", "B")]}
    values = {"k": {"s": {"type": "static_select", "selected_option": option("b", "B")}}}
    html = drawn({"type": "section", "block_id": "k", "text": md("x"), "accessory": select}, values=values)
    assert '<option value="b" selected>B</option>' in html


def test_markdown_links_cannot_run_anything() -> None:
    html = drawn({"type": "markdown", "text": "[a](javascript:x) [b](https://x.example) ![c](https://x.example/p.png)"})
    assert "javascript:x)" in html and html.count("<a ") == 2 and "<img" not in html
