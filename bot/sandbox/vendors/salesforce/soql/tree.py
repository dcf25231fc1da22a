"""What a parsed query is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Path = tuple[str, ...]
"""A field, perhaps of a parent: ("Account", "Name")."""

Value = str | Decimal | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path operator value`; for IN and NOT IN the value is the whole list."""

    path: Path
    operator: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by AND or OR."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT condition."""

    inner: Condition


Condition = Comparison | Junction | Negation


@dataclass(frozen=True, slots=True)
class Order:
    """One field to sort by."""

    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query, or a subquery on one of the lists of children."""

    paths: tuple[Path, ...]
    subqueries: tuple[Query, ...]
    counts: bool
    source: str
    where: Condition | None
    orders: tuple[Order, ...]
    limit: int | None
