"""Stripe's form encoding: brackets in names make objects and lists."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.vendors.stripe.refusals import invalid

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_NUMBER = re.compile(r"[0-9]{1,4}")
_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(text: str) -> dict[str, Any]:
    """Return the form as nested dicts, lists and strings: `a[0][b]=1&c[]=2` is {"a": [{"b": "1"}], "c": ["2"]}.

    Raises StripeRefusal for names that are not well formed or that use one place in two ways.
    """
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found = _NAME.fullmatch(name)
        if not found:
            raise invalid(f"Received unknown parameter: {name}", "parameter_unknown", name)
        _place(tree, [found[1], *_PART.findall(found[2])], value, name)
    return {name: _with_lists(value) for name, value in tree.items()}


def _place(tree: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for part in path[:-1]:
        below = tree.setdefault(_key(tree, part), {})
        if not isinstance(below, dict):
            raise invalid(f"Invalid object: {name} is also given as a string", None, name)
        tree = below
    last = _key(tree, path[-1])
    if last in tree:
        raise invalid(f"Parameter given twice: {name}", None, name)
    tree[last] = value


def _key(tree: dict[str, Any], part: str) -> str:
    return part or str(len(tree))  # `expand[]` counts by itself


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(one) for name, one in value.items()}
    if all(_NUMBER.fullmatch(name) for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
