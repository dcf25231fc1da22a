"""Block Kit as HTML: one pure function for each type of block."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from bot.sandbox.pages.elements_html import element_html
from bot.sandbox.pages.html import hidden_text, joined, tag
from bot.sandbox.pages.markdown_html import markdown
from bot.sandbox.pages.rich_text_html import rich_text
from bot.sandbox.pages.surface import Json, Surface
from bot.sandbox.pages.table_html import table
from bot.sandbox.pages.text_html import picture, text_object, words_of

LONGEST_NAME = 75
GROUPS = frozenset({"radio_buttons", "checkboxes"})


def blocks_html(blocks: Sequence[Json], surface: Surface) -> Markup:
    """Return blocks in their order; one that is not known is named, never left out."""
    return joined(_block(block, surface, index) for index, block in enumerate(blocks))


def _block(block: Json, surface: Surface, index: int) -> Markup:
    kind = str(block.get("type", ""))
    block_id = str(block.get("block_id") or f"b{index}")
    body = DRAWINGS.get(kind, _unknown)(block, surface, block_id)
    return tag(
        "div",
        body,
        class_=f"block block-{kind}",
        data_block=kind,
        data_block_id=block_id,
        data_key=f"{surface.owner}/{index}/{block_id}",
    )


def _section(block: Json, surface: Surface, block_id: str) -> Markup:
    text = block.get("text")
    fields = [tag("div", text_object(f, surface.names), class_="section-field") for f in block.get("fields") or []]
    accessory = block.get("accessory")
    return joined(
        [
            tag(
                "div",
                tag("div", text_object(text, surface.names), class_="section-text") if text else None,
                tag("div", *fields, class_="section-fields") if fields else None,
                class_="section-body",
            ),
            tag(
                "div",
                element_html(accessory, surface, block_id, label=words_of(text)[:LONGEST_NAME]),
                class_="accessory",
            )
            if accessory
            else None,
        ]
    )


def _header(block: Json, surface: Surface, block_id: str) -> Markup:
    del block_id
    return tag("h3", text_object(block.get("text"), surface.names))


def _divider(block: Json, surface: Surface, block_id: str) -> Markup:
    del block, surface, block_id
    return tag("hr")


def _context(block: Json, surface: Surface, block_id: str) -> Markup:
    del block_id
    parts = [
        picture(e, surface.names, "context-image")
        if e.get("type") == "image"
        else tag("span", text_object(e, surface.names))
        for e in block.get("elements") or []
    ]
    return joined(parts)


def _actions(block: Json, surface: Surface, block_id: str) -> Markup:
    return joined(element_html(e, surface, block_id) for e in block.get("elements") or [])


def _input(block: Json, surface: Surface, block_id: str) -> Markup:
    """Return a labelled field with its hint and, if it was refused, the reason beside it."""
    element = block.get("element") or {}
    field_id = surface.dom_id(block_id, str(element.get("action_id", "")))
    error = surface.errors.get(block_id)
    label = words_of(block.get("label"))
    optional = tag("span", " (optional)", class_="optional") if block.get("optional") else None
    grouped = element.get("type") in GROUPS
    title = (
        tag("span", label, optional, class_="label")
        if grouped
        else tag("label", label, optional, class_="label", for_=field_id)
    )
    refusal = (
        tag(
            "div",
            tag("span", "⚠ ", aria_hidden="true"),
            hidden_text("Error: "),
            error,
            class_="field-error",
            id=f"{field_id}-error",
        )
        if error
        else None
    )
    hint = (
        tag("div", text_object(block.get("hint"), surface.names), class_="hint", id=f"{field_id}-note")
        if block.get("hint")
        else None
    )
    drawn = element_html(element, surface, block_id, label=label, dispatches=bool(block.get("dispatch_action")))
    return tag("div", title, drawn, refusal, hint, class_="input-block" + (" refused" if error else ""))


def _image(block: Json, surface: Surface, block_id: str) -> Markup:
    del block_id
    title = block.get("title")
    caption = tag("figcaption", text_object(title, surface.names)) if title else None
    return tag("figure", caption, picture(block, surface.names, "block-image"))


def _unknown(block: Json, surface: Surface, block_id: str) -> Markup:
    del surface, block_id
    return tag(
        "p",
        f"A block of type “{block.get('type')}” stands here; the demo workspace does not draw it.",
        class_="unknown-block",
    )


DRAWINGS: dict[str, Callable[[Json, Surface, str], Markup]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "table": lambda block, surface, _: table(block, surface.names),
    "rich_text": lambda block, surface, _: rich_text(block, surface.names),
    "markdown": lambda block, _surface, _: markdown(str(block.get("text", ""))),
}
