"""What pydantic found, in the words of the rest: what is wrong there, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, Final

from flows.terms.problems import Path
from flows.terms.schema import Place
from flows.values.words import quoted


def in_words(entry: Any, path: Path, places: tuple[Place, ...]) -> str:
    """Return one mistake in words.

    `entry` is of `ValidationError.errors()`; `path` is where it is in the text, `places` are those of the schema that
    lead there, from the root.
    """
    kind, facts = entry["type"], entry.get("ctx", {})
    value = entry["input"]
    shown = f"{quoted(str(value))} " if isinstance(value, str | int) else ""
    if kind == "value_error":
        return f"{shown}{facts['error']}"
    if kind in _WORDS:
        return f"{shown}{_WORDS[kind](facts)}"
    if kind == "extra_forbidden":
        return unknown_field(str(path[-1]), places[-2].fields)
    return _structural(kind, facts, shown, places[-1]) or f"{shown}{entry['msg'][0].lower()}{entry['msg'][1:]}"


def unknown_field(name: str, known: tuple[str, ...]) -> str:
    """Say that a name is not known, and which is meant."""
    near = difflib.get_close_matches(name, known, 1)
    return f"is not known here; did you mean {near[0]}?" if near else f"is not known here; known are {', '.join(known)}"


def _structural(kind: str, facts: dict[str, Any], shown: str, place: Place) -> str | None:
    match kind:
        case "missing":
            return "is missing; add it"
        case "enum" | "literal_error":
            known = ", ".join(place.values) or str(facts["expected"]).replace("'", "")
            return f"{shown}is not supported; use one of: {known}"
        case "union_tag_not_found":
            return f"needs {place.chosen_by}: one of {', '.join(place.choices)}"
        case "union_tag_invalid":
            kinds = ", ".join(place.choices)
            return f"{place.chosen_by} {quoted(str(facts['tag']))} is not supported; use one of: {kinds}"
        case "model_type" | "model_attributes_type" | "dict_type" | "mapping_type":
            return f"{shown}must be a table: names with values below it"
        case "tuple_type" | "list_type":
            return f"{shown}must be a list: each item on a line that begins with -"
    return None


def _counted(limit: object, noun: str) -> str:
    return f"{limit} {noun}{'' if str(limit) == '1' else 's'}"


_WORDS: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "greater_than": lambda facts: f"must be above {facts['gt']}",
    "greater_than_equal": lambda facts: f"must be at least {facts['ge']}",
    "less_than": lambda facts: f"must be below {facts['lt']}",
    "less_than_equal": lambda facts: f"must be at most {facts['le']}",
    "string_too_long": lambda facts: f"is too long; at most {facts['max_length']} characters",
    "string_pattern_mismatch": lambda _: "is not an e-mail address, such as ap@acme.example",
    "string_type": lambda _: "must be text",
    "int_type": lambda _: "must be a whole number without quotation marks, such as 30",
    "int_parsing": lambda _: "must be a whole number, such as 12",
    "int_parsing_size": lambda _: "is too large a number",
    "int_from_float": lambda _: "must be a whole number, such as 12",
    "decimal_type": lambda _: "must be a number, such as 10.50",
    "is_instance_of": lambda _: "must be a number, such as 10.50",
    "too_long": lambda facts: f"has too many; at most {facts['max_length']}",
    "too_short": lambda facts: f"needs at least {_counted(facts['min_length'], 'item')}",
}
