"""Build HTML from values: every text is escaped, nothing is ever pasted together from raw strings."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Child = str | Markup | None
VOID = frozenset({"img", "input", "br", "hr", "wbr"})
INVISIBLE = dict.fromkeys([*range(0xE000, 0xE010), 0])
"""Characters that we use as our own marks while rendering, taken out of any text that comes from outside."""


def tag(name: str, /, *children: Child, **attributes: str | bool | int | None) -> Markup:
    """Return one element; `class_` and `for_` lose their underscore, other underscores become hyphens.

    None and False leave an attribute out, True writes it bare. Children that are not Markup are escaped.
    """
    written = joined(_attribute(key, value) for key, value in attributes.items())
    opened = Markup("<") + name + written + Markup(">")
    if name in VOID:
        return opened
    return opened + joined(children) + Markup("</") + name + Markup(">")


def _attribute(key: str, value: str | bool | int | None) -> Markup:
    """Return ` key="value"`, bare or nothing."""
    if value is None or value is False:
        return Markup("")
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return Markup(" ") + name
    return Markup(' {}="{}"').format(name, str(value))


def joined(children: Iterable[Child]) -> Markup:
    """Return the children one after the other, escaping those that are plain text."""
    return Markup("").join(escape(child) for child in children if child is not None)


def hidden_text(text: str) -> Markup:
    """Return words for screen readers only: what the eye takes from place or colour."""
    return tag("span", text, class_="sr-only")
