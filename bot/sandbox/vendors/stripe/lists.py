"""Stripe's lists: newest first, filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.parameters import Rule, Text, Whole
from bot.sandbox.vendors.stripe.refusals import invalid, missing

PAGING: Final[Mapping[str, Rule]] = {"limit": Whole(), "starting_after": Text(), "ending_before": Text()}


def page(records: Sequence[Record], params: Mapping[str, Any], url: str, kind: str) -> dict[str, Any]:
    """Return the list object for the page that `params` ask for; `records` are newest first and filtered."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid(f"Invalid limit: {limit}; must be between 1 and 100", "parameter_invalid_integer", "limit")
    if "starting_after" in params:
        rest = records[_place(records, params["starting_after"], "starting_after", kind) + 1 :]
        chosen, more = rest[:limit], len(rest) > limit
    elif "ending_before" in params:
        rest = records[: _place(records, params["ending_before"], "ending_before", kind)]
        chosen, more = rest[-limit:], len(rest) > limit
    else:
        chosen, more = records[:limit], len(records) > limit
    return {"object": "list", "data": list(chosen), "has_more": more, "url": url}


def within(span: Mapping[str, int] | None) -> Callable[[int | None], bool]:
    """Return the test for a `created`-like filter; None lets everything pass."""
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": lambda value, bound: value > bound,
        "gte": lambda value, bound: value >= bound,
        "lt": lambda value, bound: value < bound,
        "lte": lambda value, bound: value <= bound,
    }

    def passes(value: int | None) -> bool:
        if not span:
            return True
        return value is not None and all(tests[name](value, bound) for name, bound in span.items())

    return passes


def _place(records: Sequence[Record], given: str, param: str, kind: str) -> int:
    for place, record in enumerate(records):
        if record["id"] == given:
            return place
    raise missing(kind, given, param, status=400)
