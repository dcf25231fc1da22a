"""The `table` block: header row first, numbers to the right, wide ones scroll inside themselves."""

from __future__ import annotations

from markupsafe import Markup

from bot.sandbox.pages.html import tag
from bot.sandbox.pages.names import Names
from bot.sandbox.pages.rich_text_html import rich_text
from bot.sandbox.pages.surface import Json
from bot.sandbox.pages.text_html import text_object

ALIGNMENTS = frozenset({"left", "center", "right"})


def table(block: Json, names: Names) -> Markup:
    """Return a table block; `column_settings` say how each column stands and whether it wraps."""
    rows = block.get("rows") or []
    settings = block.get("column_settings") or []
    head = tag("thead", tag("tr", *_cells("th", rows[0], settings, names))) if rows else None
    body = tag("tbody", *(tag("tr", *_cells("td", row, settings, names)) for row in rows[1:]))
    return tag("div", tag("table", head, body), class_="table-scroll", tabindex="0", role="region", aria_label="Table")


def _cells(name: str, row: list[Json], settings: list[Json | None], names: Names) -> list[Markup]:
    """Return a row's cells under their columns' settings; a missing setting is a plain left column."""
    cells = []
    for index, cell in enumerate(row):
        setting = (settings[index] if index < len(settings) else None) or {}
        align = setting.get("align") if setting.get("align") in ALIGNMENTS else "left"
        css = f"align-{align}" + (" wrapped" if setting.get("is_wrapped") else "")
        cells.append(tag(name, _cell(cell, names), class_=css, scope="col" if name == "th" else None))
    return cells


def _cell(cell: Json, names: Names) -> Markup:
    match cell.get("type"):
        case "rich_text":
            return rich_text(cell, names)
        case "raw_number":
            return Markup.escape(str(cell.get("text") or cell.get("value", "")))
        case "raw_text":
            return Markup.escape(str(cell.get("text", "")))
        case _:
            return text_object(cell, names)
