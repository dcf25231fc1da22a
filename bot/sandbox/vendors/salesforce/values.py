"""What Salesforce accepts in the body of a create or update."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.sandbox.vendors.salesforce.ids import full_id
from bot.sandbox.vendors.salesforce.refusals import SalesforceRefusal
from bot.sandbox.vendors.salesforce.schema import Field, SObject, find_field
from bot.sandbox.vendors.store import Store

_TOO_LARGE = 10**16
_NUMBERS = frozenset({"currency", "double", "percent", "int"})


def check_values(store: Store, sobject: SObject, values: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
    """Return the values under the fields' own names. Raises SalesforceRefusal with Salesforce's code."""
    fields = {given: _writable(sobject, given, creating) for given in values}
    if creating:
        given_names = {one.name for given, one in fields.items() if values[given] is not None}
        absent = [one.name for one in sobject.fields.values() if one.required and one.writable]
        absent = [name for name in absent if name not in given_names]
        if absent:
            words = f"Required fields are missing: [{', '.join(absent)}]"
            raise SalesforceRefusal("REQUIRED_FIELD_MISSING", words, absent)
    return {one.name: _value(store, one, values[given]) for given, one in fields.items()}


def _writable(sobject: SObject, given: str, creating: bool) -> Field:
    found = find_field(sobject, given)
    if found is None:
        raise SalesforceRefusal("INVALID_FIELD", f"No such column '{given}' on sobject of type {sobject.name}")
    if not found.writable or (found.create_only and not creating):
        words = (
            f"Unable to create/update fields: {found.name}. Please check the security settings of this field and "
            "verify that it is read/write for your profile or permission set."
        )
        raise SalesforceRefusal("INVALID_FIELD_FOR_INSERT_UPDATE", words, [found.name])
    return found


def _value(store: Store, field: Field, value: Any) -> Any:
    if value is None or value == "":
        if field.required:
            words = f"Required fields are missing: [{field.name}]"
            raise SalesforceRefusal("REQUIRED_FIELD_MISSING", words, [field.name])
        return None
    if field.type == "boolean":
        return _typed(field, value, isinstance(value, bool))
    if field.type in _NUMBERS:
        return _in_range(field, _typed(field, value, isinstance(value, (int, float)) and not isinstance(value, bool)))
    _typed(field, value, isinstance(value, str))
    return _text(store, field, value)


def _in_range(field: Field, value: float) -> float:
    if not -_TOO_LARGE < value < _TOO_LARGE:
        words = f"{field.name}: value outside of valid range on numeric field: {value}"
        raise SalesforceRefusal("NUMBER_OUTSIDE_VALID_RANGE", words, [field.name])
    return value


def _text(store: Store, field: Field, value: str) -> str:
    if field.length and len(value) > field.length:
        words = f"{field.name}: data value too large: {value[:60]} (max length={field.length})"
        raise SalesforceRefusal("STRING_TOO_LONG", words, [field.name])
    if field.values and value not in field.values:
        words = f"{field.name}: bad value for restricted picklist field: {value}"
        raise SalesforceRefusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, [field.name])
    if field.type == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        words = f"{field.name}: invalid email address: {value}"
        raise SalesforceRefusal("INVALID_EMAIL_ADDRESS", words, [field.name])
    if field.type == "date":
        _typed(field, value, is_date(value))
    if field.type == "reference":
        return _reference(store, field, value)
    return value


def _reference(store: Store, field: Field, value: str) -> str:
    wanted = full_id(value)
    if wanted is None:
        raise SalesforceRefusal("MALFORMED_ID", f"{field.name}: id value of incorrect type: {value}", [field.name])
    if field.refers_to and store.get(field.refers_to, wanted) is None:
        raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
    return wanted


def is_date(value: str) -> bool:
    """Tell whether the text is a date such as 2026-11-23."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _typed(field: Field, value: Any, fits: bool) -> Any:
    if not fits:
        kind = {str: "VALUE_STRING", bool: "VALUE_TRUE", int: "VALUE_NUMBER", float: "VALUE_NUMBER"}
        words = (
            f"Cannot deserialize instance of {field.type} from {kind.get(type(value), 'START_OBJECT')} value {value}"
        )
        raise SalesforceRefusal("JSON_PARSER_ERROR", words)
    return value
