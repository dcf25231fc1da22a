"""Holds exchanges with Stripe, real or simulated, against Stripe's own description of its API.

`check_exchange` is for every test that has a simulator's request log: each request has to be one that Stripe knows
(no unknown parameter, no wrong type) and each answer one that Stripe could give (no missing, no invented field).
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import pytest

from tests.places import SHARED

SPEC = SHARED / "specs" / "stripe" / "spec3.json"
needs_spec = pytest.mark.needs_shared

Json = Any


def check_exchange(method: str, path: str, form: str, status: int, answer_json: Json) -> None:
    """Check one exchange; `form` is the body of a POST or the query of a GET as it was sent.

    A request that was refused with 400 is not held against the description (it may be wrong on purpose), its answer is.
    Raises AssertionError that names the place and the reason.
    """
    operation = _operation(method, path)
    if status != 400:
        sent = _decoded(form)
        schema = _request_schema(method, operation)
        _check(_typed(sent, schema), _request_validator(method, operation), f"request {method} {path}")
    _check(answer_json, _answer_validator(method, operation, status), f"answer to {method} {path}")
    for thing in _events(answer_json):
        check_object(thing["data"]["object"])


def check_log(exchanges: Iterable[Mapping[str, Json]]) -> int:
    """Check every exchange of a simulator's request log that was answered; return how many were checked."""
    checked = 0
    for one in exchanges:
        if one["status"] and one["operation"] != "unknown":
            check_exchange(one["method"], one["path"], one["form"], one["status"], one["answer"])
            checked += 1
    return checked


def check_object(thing: Mapping[str, Json]) -> None:
    """Check one object (an invoice, a customer, an event) by the schema that its `object` names."""
    _check(thing, _validator(json.dumps({"$ref": f"#/components/schemas/{thing['object']}"})), thing["object"])


def _events(answer: Json) -> list[Json]:
    if not isinstance(answer, dict):
        return []
    found = answer["data"] if answer.get("object") == "list" else [answer]
    return [one for one in found if one.get("object") == "event"]


def _check(value: Json, validator: jsonschema_rs.Validator, what: str) -> None:
    errors = [
        f"{'.'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in validator.iter_errors(value)
    ]
    assert not errors, f"{what} is not as Stripe describes it: " + "; ".join(errors[:5])


@cache
def _spec() -> Json:
    return _prepared(json.loads(SPEC.read_text(encoding="utf-8")))


def _prepared(node: Json) -> Json:
    """Return the description as JSON Schema: nullable spelled out, and objects closed that list their properties."""
    if isinstance(node, list):
        return [_prepared(one) for one in node]
    if not isinstance(node, dict):
        return node
    done = {name: _prepared(value) for name, value in node.items()}
    if done.get("type") == "object" and "properties" in done:
        done.setdefault("additionalProperties", False)
    if done.pop("nullable", False) is True:
        return {"anyOf": [done, {"type": "null"}]}
    return done


@cache
def _operation(method: str, path: str) -> str:
    """Return the path template, the most literal one first. Raises AssertionError for a path that Stripe has not."""
    fitting: list[str] = [
        template
        for template, verbs in _spec()["paths"].items()
        if method.lower() in verbs and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)
    ]
    assert fitting, f"Stripe has no {method} {path}"
    return min(fitting, key=lambda template: template.count("{"))


def _described(method: str, template: str) -> Json:
    return _spec()["paths"][template][method.lower()]


@cache
def _request_schema_text(method: str, template: str) -> str:
    described = _described(method, template)
    if method == "POST":
        content = described.get("requestBody", {}).get("content", {})
        return json.dumps(content["application/x-www-form-urlencoded"]["schema"])
    query = [one for one in described.get("parameters", []) if one["in"] == "query"]
    properties = {one["name"]: one["schema"] for one in query}
    required = [one["name"] for one in query if one.get("required")]
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return json.dumps(schema)


def _request_schema(method: str, template: str) -> Json:
    return json.loads(_request_schema_text(method, template))


@cache
def _request_validator(method: str, template: str) -> jsonschema_rs.Validator:
    return _validator(_request_schema_text(method, template))


@cache
def _answer_validator(method: str, template: str, status: int) -> jsonschema_rs.Validator:
    responses = _described(method, template)["responses"]
    chosen = responses["200"] if 200 <= status < 300 else responses["default"]
    return _validator(json.dumps(chosen["content"]["application/json"]["schema"]))


@cache
def _validator(schema_text: str) -> jsonschema_rs.Validator:
    schema = json.loads(schema_text)
    return jsonschema_rs.Draft202012Validator({**schema, "components": _spec()["components"]})


def _decoded(form: str) -> dict[str, Json]:
    """Return the bracketed form as an object; lists stay dicts of numbered keys until the schema is known."""
    tree: dict[str, Json] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        parts = [part.rstrip("]") for part in name.split("[")]
        here = tree
        for part in parts[:-1]:
            here = here.setdefault(part or str(len(here)), {})
        here[parts[-1] or str(len(here))] = value
    return tree


def _typed(value: Json, schema: Json) -> Json:
    """Return the form's strings as the types that the schema asks for, as far as they can be."""
    if "anyOf" in schema:
        for choice in schema["anyOf"]:
            typed = _typed(copy.deepcopy(value), choice)
            if _validator(json.dumps(choice)).is_valid(typed):
                return typed
        return value
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        inner = schema.get("properties", {})
        return {name: _typed(one, inner.get(name, {})) for name, one in value.items()}
    if kind == "array" and isinstance(value, dict):
        return [_typed(value[name], schema.get("items", {})) for name in sorted(value, key=int)]
    if kind == "integer" and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
