"""What a Stripe endpoint accepts: rules that turn a form's strings into values and refuse everything else by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from bot.sandbox.vendors.stripe.refusals import invalid


class Rule(Protocol):
    """Turns what the form holds under `name` into a value, or refuses it."""

    def read(self, raw: Any, name: str) -> Any:
        """Return the value. Raises StripeRefusal."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A string of at most `limit` characters, one of `choices` when there are any; "" clears it where `clearable`."""

    limit: int = 5000
    choices: tuple[str, ...] = ()
    clearable: bool = False

    def read(self, raw: Any, name: str) -> str | None:
        if not isinstance(raw, str):
            raise invalid(f"Invalid string: {raw}", None, name)
        if raw == "":
            if self.clearable:
                return None
            raise _empty(name)
        if self.choices and raw not in self.choices:
            raise invalid(f"Invalid {name}: must be one of {_or(self.choices)}", None, name)
        if len(raw) > self.limit:
            raise invalid(
                f"Invalid string: {raw[:20]}...{raw[-5:]}; must be at most {self.limit} characters", None, name
            )
        return raw


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int | None = None
    high: int | None = None

    def read(self, raw: Any, name: str) -> int:
        if raw == "":
            raise _empty(name)
        if not isinstance(raw, str) or not re.fullmatch(r"-?[0-9]{1,18}", raw):
            raise invalid(f"Invalid integer: {raw}", "parameter_invalid_integer", name)
        if self.low is not None and int(raw) < self.low:
            raise invalid(f"Invalid value: must be at least {self.low}", "parameter_invalid_integer", name)
        if self.high is not None and int(raw) > self.high:
            raise invalid(f"Invalid value: must be at most {self.high}", "parameter_invalid_integer", name)
        return int(raw)


LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999."""

INSTANT: Final = Whole(0, LAST_SECOND)
"""Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Decimals:
    """A decimal number written out, with at most `places` decimals and not below `low`."""

    places: int = 12
    low: Decimal | None = None

    def read(self, raw: Any, name: str) -> str:
        if not isinstance(raw, str) or not re.fullmatch(rf"-?[0-9]{{1,15}}(\.[0-9]{{1,{self.places}}})?", raw):
            raise invalid(f"Invalid decimal: {raw}; at most {self.places} decimal places are allowed", None, name)
        if self.low is not None and Decimal(raw) < self.low:
            raise invalid(f"Invalid value: must be at least {self.low}", None, name)
        return raw


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def read(self, raw: Any, name: str) -> bool:
        if raw not in ("true", "false"):
            raise invalid(f"Invalid boolean: {raw}", None, name)
        return bool(raw == "true")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Up to 50 pairs of a name (40 characters) and a value (500); "" clears all of them, an empty value one."""

    def read(self, raw: Any, name: str) -> dict[str, str] | None:
        if raw == "":
            return None
        if not isinstance(raw, dict):
            raise invalid("Invalid metadata: must be a hash of strings", None, name)
        if len(raw) > 50:
            raise invalid("You can only set 50 metadata keys", None, name)
        for key, value in raw.items():
            _check_pair(key, value, name)
        return raw


def _check_pair(key: str, value: Any, name: str) -> None:
    if not isinstance(value, str):
        raise invalid(f"Metadata value for key {key} must be a string", None, name)
    if len(key) > 40:
        raise invalid(f"Metadata keys must have up to 40 characters, but {key[:40]}... has {len(key)}.", None, name)
    if len(value) > 500:
        words = f"Metadata values must have up to 500 characters, but the value of {key} has {len(value)} characters."
        raise invalid(words, None, f"{name}[{key}]")


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with the fields of `rules`; "" clears it where `clearable`."""

    rules: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    clearable: bool = False

    def read(self, raw: Any, name: str) -> dict[str, Any] | None:
        if raw == "" and self.clearable:
            return None
        if not isinstance(raw, dict):
            raise invalid("Invalid object", None, name)
        return read_fields(self.rules, self.required, raw, name)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of at most `most` values."""

    item: Rule
    most: int = 100
    clearable: bool = False

    def read(self, raw: Any, name: str) -> list[Any] | None:
        if raw == "" and self.clearable:
            return None
        if not isinstance(raw, list):
            raise invalid("Invalid array", None, name)
        if len(raw) > self.most:
            raise invalid(f"Array {name} exceeded maximum {self.most} allowed elements.", None, name)
        return [self.item.read(one, f"{name}[{place}]") for place, one in enumerate(raw)]


@dataclass(frozen=True, slots=True)
class Span:
    """A filter of instants: one second, or bounds gt, gte, lt and lte."""

    def read(self, raw: Any, name: str) -> dict[str, int]:
        if isinstance(raw, str):
            second = INSTANT.read(raw, name)
            return {"gte": second, "lte": second}
        bounds = Fields(dict.fromkeys(("gt", "gte", "lt", "lte"), INSTANT)).read(raw, name)
        return bounds or {}


def read_fields(
    rules: Mapping[str, Rule], required: Sequence[str], raw: Mapping[str, Any], prefix: str = ""
) -> dict[str, Any]:
    """Return the values of `raw` by `rules`. Raises StripeRefusal for unknown, missing and malformed parameters."""
    unknown = [_full(prefix, name) for name in raw if name not in rules]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        raise invalid(f"Received unknown parameter{plural}: {', '.join(unknown)}", "parameter_unknown", unknown[0])
    for name in required:
        if name not in raw:
            full = _full(prefix, name)
            raise invalid(f"Missing required param: {full}.", "parameter_missing", full)
    return {name: rules[name].read(value, _full(prefix, name)) for name, value in raw.items()}


def _full(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


def _or(choices: Sequence[str]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])}, or {choices[-1]}"


def _empty(name: str) -> Exception:
    words = (
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; however "
        f"'{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
    )
    return invalid(words, "parameter_invalid_empty", name)
