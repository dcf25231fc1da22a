"""Block Kit elements as form controls; tests hold on to `data-action-id`, `data-block-id` and `data-element`."""

from __future__ import annotations

import json
from collections.abc import Callable

from markupsafe import Markup

from bot.sandbox.pages.choices_html import multi_select, option_list, overflow, select
from bot.sandbox.pages.html import tag
from bot.sandbox.pages.links import safe_href
from bot.sandbox.pages.surface import Json, Surface
from bot.sandbox.pages.text_html import picture, text_object, words_of

Attributes = dict[str, str | bool | None]
TYPED = {
    "plain_text_input": ("text", "value"),
    "rich_text_input": ("text", "value"),
    "email_text_input": ("email", "value"),
    "url_text_input": ("url", "value"),
    "number_input": ("text", "value"),
    "datepicker": ("date", "date"),
    "timepicker": ("time", "time"),
}
"""Element type -> the browser's input type and the name that Slack gives its value (`initial_…`, `selected_…`)."""
NAMED = frozenset({"button", "overflow", "image"})
"""Elements whose own words are their name."""
UNNAMED = {"datepicker": "Date", "timepicker": "Time", "datetimepicker": "Date and time"} | {
    kind: "Text" for kind in TYPED if kind.endswith("_input")
}
"""Names of controls that have neither a label nor a placeholder."""


def element_html(element: Json, surface: Surface, block_id: str, label: str = "", dispatches: bool = True) -> Markup:
    """Return one element; `label` names it for screen readers, `dispatches` says whether a change is sent at once."""
    kind = str(element.get("type", ""))
    action_id = str(element.get("action_id", ""))
    attributes: Attributes = {
        "id": surface.dom_id(block_id, action_id),
        "data_action_id": action_id,
        "data_block_id": block_id,
        "data_element": kind,
        "data_dispatch": dispatches,
        "data_confirm": json.dumps(element["confirm"]) if element.get("confirm") else None,
        "aria_label": words_of(element.get("accessibility_label"))
        or (None if kind in NAMED else label or _own_name(element)),
    }
    return _drawing(kind)(element, surface, attributes)


def _own_name(element: Json) -> str:
    """Return a name for a control that nothing beside it names."""
    return words_of(element.get("placeholder")) or UNNAMED.get(str(element.get("type")), "Choose")


def _drawing(kind: str) -> Callable[[Json, Surface, Attributes], Markup]:
    """Return the function that draws this type of element."""
    if kind.startswith("multi_"):
        return multi_select
    if kind.endswith("_select"):
        return select
    if kind in ("radio_buttons", "checkboxes"):
        return option_list
    return DRAWINGS.get(kind, _unknown)


def button(element: Json, surface: Surface, attributes: Attributes) -> Markup:
    """Return a button, or a link that looks like one and is also sent to the app, as in Slack."""
    style = element.get("style")
    css = "btn" + (f" btn-{style}" if style in ("primary", "danger") else "")
    words = text_object(element.get("text"), surface.names)
    attributes = attributes | {"data_value": str(element.get("value", "")), "data_style": style}
    url = element.get("url")
    if url and safe_href(str(url)):
        return tag(
            "a", words, href=safe_href(str(url)), target="_blank", rel="noopener noreferrer", class_=css, **attributes
        )
    return tag("button", words, type="button", class_=css, **attributes)


def typed_input(element: Json, surface: Surface, attributes: Attributes) -> Markup:
    """Return a text, number, date or time field holding what was typed, else its initial value."""
    kind = str(element["type"])
    browser_type, name = TYPED[kind]
    entered = surface.entered(str(attributes["data_block_id"]), str(attributes["data_action_id"]))
    value = entered.get("value") or entered.get(f"selected_{name}") or element.get(f"initial_{name}") or ""
    shown = "" if isinstance(value, dict) else str(value)
    longest = element.get("max_length")
    common: Attributes = {
        "placeholder": words_of(element.get("placeholder")) or None,
        "maxlength": str(longest) if longest else None,
        "minlength": str(element["min_length"]) if element.get("min_length") else None,
        "autofocus": bool(element.get("focus_on_load")),
        "aria_describedby": f"{attributes['id']}-note",
    }
    if element.get("multiline") or kind == "rich_text_input":
        return tag("textarea", "\n" + shown, rows="4", class_="field", **attributes, **common)
    mode = ("decimal" if element.get("is_decimal_allowed") else "numeric") if kind == "number_input" else None
    return tag(
        "input",
        type=browser_type,
        value=shown,
        inputmode=mode,
        class_="field",
        autocomplete="off",
        **attributes,
        **common,
    )


def date_time(element: Json, surface: Surface, attributes: Attributes) -> Markup:
    """Return a date-and-time field; Slack counts it in seconds, so the page converts."""
    entered = surface.entered(str(attributes["data_block_id"]), str(attributes["data_action_id"]))
    epoch = entered.get("selected_date_time") or element.get("initial_date_time") or ""
    return tag("input", type="datetime-local", data_epoch=str(epoch), class_="field", **attributes)


def file_input(element: Json, surface: Surface, attributes: Attributes) -> Markup:
    """Return a note: the demo workspace takes no files from people."""
    del element, surface
    return tag("p", "Choosing files is not part of the demo workspace.", class_="unknown-block", **attributes)


def _image(element: Json, surface: Surface, attributes: Attributes) -> Markup:
    del attributes
    return picture(element, surface.names, "accessory-image")


def _unknown(element: Json, surface: Surface, attributes: Attributes) -> Markup:
    del surface, attributes
    return tag("span", f"Element of type “{element.get('type')}” is not drawn here.", class_="unknown-block")


DRAWINGS: dict[str, Callable[[Json, Surface, Attributes], Markup]] = {
    "button": button,
    "overflow": overflow,
    "datetimepicker": date_time,
    "file_input": file_input,
    "image": _image,
    **dict.fromkeys(TYPED, typed_input),
}
