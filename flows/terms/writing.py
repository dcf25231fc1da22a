"""Terms as text: YAML that reads back as the same terms, and the canonical JSON that a version is known by."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import yaml
from pydantic import BaseModel

from flows.terms.model import Terms

_ALWAYS: Final = frozenset({"version", "model", "type", "kind", "unit_price"})  # written even where it is usual
_SET: Final = frozenset({"dimensions"})


def dump_terms(terms: Terms) -> str:
    """Return the terms as YAML, without what is usual; `read_terms` gives back equal terms."""
    return yaml.dump(as_tree(terms), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=110)


def terms_as_json(terms: Terms) -> str:
    """Return the canonical JSON, which `read_terms` reads as well: sorted, nothing that is usual, numbers as text."""
    return json.dumps(as_tree(terms), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plainly)


def terms_hash(terms: Terms) -> str:
    """Return the SHA-256 of the canonical JSON: equal terms have the same, however they were written."""
    return hashlib.sha256(terms_as_json(terms).encode()).hexdigest()


def as_tree(value: Any, name: str = "", *, whole: bool = False) -> Any:
    """Return a value as tables, lists and plain values, without the fields that hold what is usual, or `whole`.

    A field that holds nothing is left out in any case.
    """
    if isinstance(value, BaseModel):
        usual = {name: field.get_default() for name, field in type(value).model_fields.items()}
        return {
            name: as_tree(held, name, whole=whole)
            for name, held in ((name, getattr(value, name)) for name in usual)
            if held != usual[name] or (usual[name] not in {None, ()} and (whole or name in _ALWAYS))
        }
    if name in _SET:
        return dict(value)
    if isinstance(value, tuple):
        return [as_tree(item, whole=whole) for item in value]
    return value.value if isinstance(value, Enum) else value


def _plainly(value: object) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


class _Writer(yaml.SafeDumper):
    """Writes numbers and days without quotation marks, and text of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write everything out, also what stands there twice."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent the items of a list below its name."""
        super().increase_indent(flow, indentless=False)


def _number(writer: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    return writer.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


def _day(writer: yaml.SafeDumper, value: date) -> yaml.Node:
    return writer.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat())


def _text(writer: yaml.SafeDumper, value: str) -> yaml.Node:
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Writer.add_representer(Decimal, _number)
_Writer.add_representer(date, _day)
_Writer.add_representer(str, _text)
