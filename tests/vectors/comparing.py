"""How an answer is compared with what a vector expects: as text, but exact figures as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any


def differences(expected: Any, answer: Any, place: str = "") -> Iterator[str]:
    """Give a sentence for everything that is expected and not answered; an answer may say more than is expected."""
    if isinstance(expected, Mapping) and isinstance(answer, Mapping):
        for name, value in expected.items():
            if name not in answer:
                yield f"{_at(place, name)}: expected {value!r}, and the answer does not have it"
            else:
                yield from differences(value, answer[name], _at(place, name))
    elif _is_list(expected) and _is_list(answer) and len(expected) == len(answer):
        for number, (left, right) in enumerate(zip(expected, answer, strict=True)):
            yield from differences(left, right, f"{place}[{number}]")
    elif not (_same_number(expected, answer) if _is_number(place) else _same(expected, answer)):
        yield f"{place}: expected {expected!r}, got {answer!r}"


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_number(place: str) -> bool:
    name = place.rpartition(".")[2]
    return name.endswith("_exact") or name in {"final", "credit"}


def _same(expected: Any, answer: Any) -> bool:
    return type(expected) is type(answer) and bool(expected == answer)


def _same_number(expected: Any, answer: Any) -> bool:
    try:
        return Decimal(expected) == Decimal(answer)
    except (InvalidOperation, TypeError, ValueError):
        return _same(expected, answer)
