"""The JSON Schema of terms, as it is published in docs/terms.schema.json, and a way to walk along it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flows.terms.model import Terms

PAGE = "https://json-schema.org/draft/2020-12/schema"


@cache
def _schema() -> dict[str, Any]:
    return {"$schema": PAGE, **Terms.model_json_schema(mode="validation")}


def schema_text() -> str:
    """Return the schema as docs/terms.schema.json has it."""
    return json.dumps(_schema(), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the schema: what may stand there. A place that the schema does not know is an empty one."""

    node: Mapping[str, Any]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names that a table may have here; none for anything else."""
        return tuple(self.node.get("properties", ()))

    @property
    def choices(self) -> tuple[str, ...]:
        """The kinds among which the text chooses here, such as the price models."""
        return tuple(self.node.get("discriminator", {}).get("mapping", ()))

    @property
    def chosen_by(self) -> str:
        """The name of the field that chooses."""
        return str(self.node.get("discriminator", {}).get("propertyName", ""))

    @property
    def values(self) -> tuple[str, ...]:
        """The only values that may stand here, when there are only some."""
        return tuple(map(str, self.node.get("enum", ())))

    def is_choice_of(self, step: int | str) -> bool:
        """Tell whether a step of pydantic's is the name of a kind and not of a field."""
        return step in self.choices

    def choice(self, kind: str) -> Place:
        """Return the place of one kind."""
        return _place({"$ref": self.node["discriminator"]["mapping"][kind]})

    def inside(self, step: int | str) -> Place:
        """Return the place of a field, or of an item of a list."""
        if isinstance(step, int):
            return _place(self.node.get("items", {}))
        inner = self.node.get("properties", {}).get(step) or self.node.get("additionalProperties")
        return _place(inner if isinstance(inner, dict) else {})


def root() -> Place:
    """Return the place of the terms themselves."""
    return _place(_schema())


def _place(node: Mapping[str, Any]) -> Place:
    options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) == 1:
        return _place(options[0])
    if "$ref" in node:
        return _place(_schema()["$defs"][node["$ref"].rsplit("/", 1)[1]])
    return Place(node)


if __name__ == "__main__":
    sys.stdout.write(schema_text())
