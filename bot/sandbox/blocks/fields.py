"""A small language for saying what a JSON value must be, whose complaints are worded and placed as Slack's are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any, str, list[str]], None]
"""Looks at a value at a JSON pointer and adds what is wrong with it to a list."""


def complain(problems: list[str], path: str, sentence: str) -> None:
    """Add one complaint in Slack's form."""
    problems.append(f"{sentence} [json-pointer:{path}]")


def string(most: int | None = None, least: int = 1, pattern: str | None = None) -> Check:
    """A string of `least` to `most` characters that matches `pattern` whole."""
    shape = re.compile(pattern) if pattern else None

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not isinstance(value, str):
            complain(problems, path, "must provide a string")
        elif len(value) < least:
            complain(problems, path, f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            complain(problems, path, f"must be less than {most + 1} characters")
        elif shape and not shape.fullmatch(value):
            complain(problems, path, "failed to match all of the allowed patterns")

    return check


def integer(least: int | None = None, most: int | None = None) -> Check:
    """A whole number from `least` to `most`."""

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            complain(problems, path, "must provide an integer")
        elif least is not None and value < least:
            complain(problems, path, f"must be greater than or equal to {least}")
        elif most is not None and value > most:
            complain(problems, path, f"must be less than or equal to {most}")

    return check


def boolean(value: Any, path: str, problems: list[str]) -> None:
    """True or false."""
    if not isinstance(value, bool):
        complain(problems, path, "must provide a boolean")


def one_of(*allowed: str) -> Check:
    """One of the words."""

    def check(value: Any, path: str, problems: list[str]) -> None:
        if value not in allowed:
            complain(problems, path, f"must be a valid enum value: {', '.join(allowed)}")

    return check


def array(item: Check, most: int | None = None, least: int = 1) -> Check:
    """A list of `least` to `most` items."""

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not isinstance(value, list):
            complain(problems, path, "must provide an array")
            return
        if len(value) < least:
            complain(problems, path, f"no fewer than {least} items required")
        if most is not None and len(value) > most:
            complain(problems, path, f"no more than {most} items allowed")
            return
        for index, one in enumerate(value):
            item(one, f"{path}/{index}", problems)

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *also: Check) -> Check:
    """An object with the required fields, perhaps the optional ones and no others; `also` are looked at last."""
    known = {**required, **(optional or {})}

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            complain(problems, path, "must provide an object")
            return
        for name in required:
            if name not in value:
                complain(problems, path, f"missing required field: {name}")
        before = len(problems)
        for name, inner in value.items():
            if name in known:
                known[name](inner, f"{path}/{name}", problems)
            else:
                complain(problems, path, f"invalid additional property: {name}")
        if len(problems) == before:
            for extra in also:
                if len(problems) == before:
                    extra(value, path, problems)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` is one of `kinds`, which says what else it must be."""

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not isinstance(value, dict):
            complain(problems, path, "must provide an object")
        elif "type" not in value:
            complain(problems, path, "missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            complain(problems, f"{path}/type", f"unsupported type: {value['type']}")
        else:
            kinds[value["type"]](value, path, problems)

    return check


def exactly_one(*names: str) -> Check:
    """Exactly one of the fields is there."""

    def check(value: Any, path: str, problems: list[str]) -> None:
        if sum(name in value for name in names) != 1:
            complain(problems, path, f"must have exactly one of: {', '.join(names)}")

    return check


def at_least_one(*names: str) -> Check:
    """One or more of the fields are there."""

    def check(value: Any, path: str, problems: list[str]) -> None:
        if not any(name in value for name in names):
            complain(problems, path, f"must have at least one of: {', '.join(names)}")

    return check


def anything(value: Any, path: str, problems: list[str]) -> None:
    """Whatever it is."""
