"""Compares a field's value with what a query says, by the field's type."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from bot.sandbox.vendors.salesforce.ids import full_id
from bot.sandbox.vendors.salesforce.refusals import SalesforceRefusal
from bot.sandbox.vendors.salesforce.schema import Field
from bot.sandbox.vendors.salesforce.soql.tree import Comparison, Value

_ORDERED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMBERS: Final = frozenset({"currency", "double", "percent", "int"})
_IDS: Final = frozenset({"id", "reference"})


def matcher(field: Field, comparison: Comparison) -> Callable[[Any], bool]:
    """Return the test of one comparison. Raises SalesforceRefusal (INVALID_FIELD) for a value of the wrong type."""
    given = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    wanted = [_literal(field, one) for one in given]
    if comparison.operator == "LIKE":
        return _like(field, wanted[0])
    if comparison.operator in _ORDERED:
        compare = _ORDERED[comparison.operator]
        if field.type == "boolean" or wanted[0] is None:
            raise SalesforceRefusal("INVALID_FIELD", f"invalid operator on {field.type} field {field.name}")
        return lambda value: value is not None and compare(comparable(field, value), wanted[0])
    if comparison.operator in ("=", "IN"):
        return lambda value: comparable(field, value) in wanted
    return lambda value: comparable(field, value) not in wanted


def comparable(field: Field, value: Any) -> Any:
    """Return a stored value as something that compares and sorts: text without regard to capitals, as in Salesforce."""
    if value is None:
        return False if field.type == "boolean" else None
    if field.type in _NUMBERS:
        return Decimal(str(value))
    if field.type == "datetime":
        return datetime.fromisoformat(value)
    if field.type == "date":
        return date.fromisoformat(value)
    if field.type in _IDS or field.type == "boolean":
        return value
    return str(value).lower()


def _literal(field: Field, value: Value) -> Any:
    if value is None:
        return False if field.type == "boolean" else None
    if field.type in _NUMBERS:
        return _fitting(field, value, isinstance(value, Decimal), "number and should not be enclosed in quotes")
    if field.type == "boolean":
        return _fitting(field, value, isinstance(value, bool), "boolean and should not be enclosed in quotes")
    if field.type == "datetime":
        return _fitting(field, value, isinstance(value, datetime), "dateTime and should not be enclosed in quotes")
    if field.type == "date":
        fits = isinstance(value, date) and not isinstance(value, datetime)
        return _fitting(field, value, fits, "date and should not be enclosed in quotes")
    text = _fitting(field, value, isinstance(value, str), "string and should be enclosed in quotes")
    if field.type not in _IDS:
        return text.lower()
    found = full_id(text)
    if found is None:
        raise SalesforceRefusal("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
    return found


def _fitting(field: Field, value: Value, fits: bool, wanted: str) -> Any:
    if not fits:
        words = f"value of filter criterion for field '{field.name}' must be of type {wanted}"
        raise SalesforceRefusal("INVALID_FIELD", words)
    return value


def _like(field: Field, pattern: Any) -> Callable[[Any], bool]:
    if not isinstance(pattern, str) or field.type in _IDS:
        raise SalesforceRefusal("INVALID_FIELD", f"invalid operator on {field.type} field {field.name}")
    signs = {"%": ".*", "_": "."}
    shape = re.compile("".join(signs.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)
    return lambda value: value is not None and shape.fullmatch(str(value).lower()) is not None
