"""The family of dimension vectors: JSON values in, the product's own check, JSON values out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flows.dimensions import LineCoding, check
from flows.dimensions.load import config_of

Values = dict[str, Any]


def dimension(given: Values) -> Values:
    """Check one line against the configuration that stands beside it."""
    line = given["line"]
    coding = check(
        config_of(given["config"]),
        LineCoding(line.get("account"), line.get("dimensions") or {}),
        posting_date=date.fromisoformat(given["posting_date"]),
        subsidiary=given.get("subsidiary"),
        customer=given.get("customer"),
        currency=given.get("currency"),
    )
    return {
        "valid": coding.valid,
        "errors": [_error(error.code, error.field, error.suggestion) for error in coding.errors],
        "autofilled": dict(coding.autofilled),
    }


def _error(code: str, field: str, suggestion: str | None) -> Values:
    error = {"code": code, "field": field}
    return error if suggestion is None else error | {"suggestion": suggestion}


FAMILIES: dict[str, Callable[[Values], Values]] = {"dimension": dimension}
