"""Elements that choose: selects, option lists, overflow menus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from bot.sandbox.pages.html import hidden_text, joined, tag
from bot.sandbox.pages.surface import Json, Surface
from bot.sandbox.pages.text_html import text_object, words_of

NAMED_LISTS = {"users": "people", "channels": "channels", "conversations": "channels"}


def source_of(kind: str) -> str:
    """Return static, external, users, channels or conversations of a select's type."""
    return kind.removeprefix("multi_").removesuffix("_select")


def select(element: Json, surface: Surface, attributes: dict[str, str | bool | None]) -> Markup:
    """Return a select of one; a placeholder stands first while nothing is chosen."""
    chosen = chosen_values(element, surface, str(attributes.get("data_block_id") or ""))
    placeholder = words_of(element.get("placeholder")) or "Select an option"
    first = tag("option", placeholder, value="", disabled=bool(chosen), selected=not chosen)
    options = joined([first, *_options(element, surface, chosen)])
    return tag("span", tag("select", options, class_="select", **attributes), class_="select-wrap")


def multi_select(element: Json, surface: Surface, attributes: dict[str, str | bool | None]) -> Markup:
    """Return a select of several as a list of checkboxes inside a box that opens."""
    chosen = chosen_values(element, surface, str(attributes.get("data_block_id") or ""))
    name = str(attributes["id"])
    boxes = [
        _box("checkbox", name, index, tag("span", words), value, value in chosen)
        for index, (value, words) in enumerate(_pairs(element, surface))
    ]
    label = words_of(element.get("placeholder")) or "Select options"
    title = f"{len(chosen)} selected" if chosen else label
    return tag(
        "details", tag("summary", title), tag("div", *boxes, class_="multi-options"), class_="multi", **attributes
    )


def chosen_values(element: Json, surface: Surface, block_id: str) -> tuple[str, ...]:
    """Return the values chosen now: what the server holds, else the element's own initial choice."""
    entered = surface.entered(block_id, str(element.get("action_id", "")))
    kind = source_of(str(element.get("type", ""))).removesuffix("s")
    for holder, prefix in ((entered, "selected"), (element, "initial")):
        if option := holder.get(f"{prefix}_option"):
            return (str(option["value"]),)
        if options := holder.get(f"{prefix}_options"):
            return tuple(str(o["value"]) for o in options)
        if one := holder.get(f"{prefix}_{kind}"):
            return (str(one),)
        if many := holder.get(f"{prefix}_{kind}s"):
            return tuple(str(v) for v in many)
    return ()


def _options(element: Json, surface: Surface, chosen: Sequence[str]) -> Iterable[Markup]:
    """Return `<option>`s, under their groups' labels where there are groups."""
    if groups := element.get("option_groups"):
        return [
            tag(
                "optgroup",
                *(_option(o["value"], words_of(o["text"]), chosen) for o in g["options"]),
                label=words_of(g["label"]),
            )
            for g in groups
        ]
    return [_option(value, words, chosen) for value, words in _pairs(element, surface)]


def _option(value: str, words: str, chosen: Sequence[str]) -> Markup:
    return tag("option", words, value=value, selected=value in chosen)


def _pairs(element: Json, surface: Surface) -> list[tuple[str, str]]:
    """Return (value, words) of everything that can be chosen, whatever the source."""
    source = source_of(str(element.get("type", "")))
    if source == "users":
        return list(surface.names.people.items())
    if source in NAMED_LISTS:
        return [(key, "#" + name) for key, name in surface.names.channels.items()]
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    return [(str(o["value"]), words_of(o["text"])) for g in groups for o in g["options"]]


def option_list(element: Json, surface: Surface, attributes: dict[str, str | bool | None]) -> Markup:
    """Return radio buttons or checkboxes, each with its description."""
    kind = "radio" if element.get("type") == "radio_buttons" else "checkbox"
    chosen = chosen_values(element, surface, str(attributes.get("data_block_id") or ""))
    boxes = [
        _box(kind, str(attributes["id"]), i, _described(o, surface), str(o["value"]), str(o["value"]) in chosen)
        for i, o in enumerate(element.get("options") or [])
    ]
    role = "radiogroup" if kind == "radio" else "group"
    return tag("div", *boxes, class_="options", role=role, **attributes)


def _described(option: Json, surface: Surface) -> Markup:
    description = option.get("description")
    return tag(
        "span",
        tag("span", text_object(option["text"], surface.names), class_="option-text"),
        tag("span", text_object(description, surface.names), class_="option-note") if description else None,
    )


def _box(kind: str, name: str, index: int, label: Markup, value: str, checked: bool) -> Markup:
    box_id = f"{name}-{index}"
    box = tag("input", type=kind, id=box_id, name=name, value=value, checked=checked)
    return tag("label", box, label, class_="option", for_=box_id)


def overflow(element: Json, surface: Surface, attributes: dict[str, str | bool | None]) -> Markup:
    """Return the three-dots button and its menu; an option with an address also opens it."""
    menu_id = surface.dom_id(str(attributes["id"]), "menu")
    items = [
        tag(
            "button",
            text_object(o["text"], surface.names),
            type="button",
            role="menuitem",
            tabindex="-1",
            class_="menu-item",
            data_option=str(o.get("value", "")),
            data_url=o.get("url"),
        )
        for o in element.get("options") or []
    ]
    opener = tag(
        "button",
        tag("span", "⋯", aria_hidden="true"),
        hidden_text("More actions"),
        type="button",
        class_="btn btn-icon",
        aria_haspopup="menu",
        aria_expanded="false",
        aria_controls=menu_id,
        data_menu=menu_id,
        title="More actions",
    )
    return tag(
        "span",
        opener,
        tag("div", *items, role="menu", class_="menu", id=menu_id, hidden=True),
        class_="overflow",
        **attributes,
    )
