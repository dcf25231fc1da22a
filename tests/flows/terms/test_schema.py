"""The published JSON Schema is that of the model, and accepts what the model accepts."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given

from flows.terms.model import Terms
from flows.terms.reading import load_terms
from flows.terms.schema import schema_text
from flows.terms.writing import terms_as_json
from tests.flows.terms.contracts import contracts
from tests.places import REPO_ROOT

PUBLISHED = REPO_ROOT / "docs" / "terms.schema.json"
EXAMPLES = sorted((REPO_ROOT / "docs" / "terms").glob("*.yaml"))
VALIDATOR = jsonschema_rs.validator_for(json.loads(schema_text()))


def test_the_published_schema_is_that_of_the_model() -> None:
    """Write it anew with: python -m flows.terms.schema > docs/terms.schema.json"""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


@given(contracts())
def test_terms_in_order_are_valid_by_the_schema(terms: Terms) -> None:
    VALIDATOR.validate(json.loads(terms_as_json(terms)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_read_and_valid_by_the_schema(example: Path) -> None:
    assert load_terms(example).version == 1
    VALIDATOR.validate(json.loads(terms_as_json(load_terms(example))))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"curency": "USD"}, "curency"),
        ({"start": None}, "null"),
        ({"billing": {"proration": "actual_360"}}, "actual_360"),
    ],
)
def test_an_editor_with_the_schema_sees_what_is_wrong(change: dict[str, object], place: str) -> None:
    raw = {"version": 1, "customer": {"name": "A", "email": "a@b.example"}, "currency": "USD", "time_zone": "UTC"}
    raw |= {"start": "2026-01-01", "payment": {"type": "net", "days": 30}} | change
    error = next(iter(VALIDATOR.iter_errors(raw)))
    assert place in error.message
