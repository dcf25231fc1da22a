"""No float on a money path: `flows/` and `storage/` have no float literal, no `float` and nothing that makes one.

A division is taken for one of whole numbers unless the source shows that it is not: an operand is a Decimal, or the
whole joins a path. A reader of JSON or TOML makes floats unless it is told otherwise; so does a whole number to a
negative power, and an average in SQL. What is allowed besides stands below, each with its reason. No table has a column
for floats, and no field of a model for exact numbers takes one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

import pytest
import sqlalchemy as sa
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from sqlmodel import SQLModel

from flows.contracts.product_parts import Parts
from flows.terms.model import Terms
from storage.tables import Invoice
from tests.law.tracked import read, tracked

# Files of which nothing is money; times in seconds, places on a page.
WITHOUT_MONEY = {
    "flows/durable.py": "seconds between looks at a queue",
    "flows/invoicing/credit_document.py": "millimetres and points on a page; amounts come as Money and leave as text",
    "flows/invoicing/document.py": "millimetres and points on a page; amounts come as Money and leave as text",
    "flows/invoicing/paper.py": "millimetres and points on a page; amounts come as Money and leave as text",
    "flows/posting/rules.py": "seconds to wait before a message is sent again",
    "flows/posting/workflow.py": "seconds to wait before a message is sent again",
    "flows/runtime.py": "messages a second",
    "flows/wakeup.py": "seconds between looks at a queue",
    "storage/right_of_way.py": "seconds to let others go first",
}
# Divisions of Decimals whose source does not show it.
OF_DECIMALS = {
    "flows/pricing/quantity.py: quantity / transform.divide_by": "both are Decimal, and a lost digit raises",
    "flows/rating/rated.py: exact / quantity": "both are Decimal",
    "flows/schedule/proration.py: amount * self.part / self.whole": "the amount is a Decimal",
    "flows/schedule/split.py: total.amount * part / of": "the amount of Money is a Decimal",
    "flows/terms/timeline.py: line.escalator.pct / 100": "a percentage of the terms is a Decimal",
    "flows/terms/timeline.py: line.escalator.cap_pct / 100": "a percentage of the terms is a Decimal",
    "flows/terms/timeline.py: terms.renewal.uplift_pct / 100": "a percentage of the terms is a Decimal",
}
# What only this program wrote is read back: there, what may have a fraction is text.
READS_ITS_OWN = {
    "flows/approvals/buttons.py: json.loads(value or '')": "ids and versions of a button",
    "flows/billing/asking.py: json.loads(event.after or '{}')": "ids of drafts",
    "flows/billing/milestone_cards.py: json.loads(str(value))": "ids of a button",
    "flows/billing/milestones.py: json.loads(event.after)": "the name of an event",
    "flows/billing/rules.py: json.loads(terms_as_json(terms))": "numbers are text there",
    "flows/billing/rules.py: json.loads(text)": "numbers are text there, and the terms take no float",
    "flows/dimensions/looking.py: json.loads(last.after)": "the version of a file",
    "flows/home/invoice_view.py: json.loads(row.after)": "what changed, in words",
    "flows/values/deal.py: json.loads(text)": "numbers are text there",
    "flows/values/invoice.py: json.loads(text)": "numbers are text there",
}
MAKES_FLOATS = {"cmath", "math", "numpy", "random", "statistics"}  # modules
WHOLE = {"comb", "factorial", "gcd", "isqrt", "lcm", "perm"}  # of math, and as exact as what they are given
NAMES_OF_FLOATS = {"complex", "float", "Double", "DOUBLE", "DOUBLE_PRECISION", "Float", "Numeric", "REAL"}
DIVIDES = {"truediv", "itruediv", "__truediv__", "__rtruediv__", "__float__", "from_float", "fsum", "avg"}
READERS = {"json.load", "json.loads", "tomllib.load", "tomllib.loads"}
JOINS_A_PATH = re.compile(r"(folder|path|parent|scripts)$", re.IGNORECASE)


def floats(source: str) -> Iterator[tuple[int, str]]:
    """Give the line and the text of everything in a file that is a float or may make one."""
    tree = ast.parse(source)
    refused = {id(inner) for node in ast.walk(tree) if _asks_the_kind(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt) and id(node) not in refused and _is_float(node):
            yield node.lineno, ast.unparse(node)


def _asks_the_kind(node: ast.AST) -> bool:
    """Tell whether this only asks whether a value is a float, as what refuses one does."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"


def _is_float(node: ast.expr | ast.stmt) -> bool:
    match node:
        case ast.Constant(value=float() | complex()) | ast.AugAssign(op=ast.Div()):
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in NAMES_OF_FLOATS | DIVIDES:
            return isinstance(node, ast.Attribute) or name in NAMES_OF_FLOATS
        case ast.Import(names=names):
            return any(name.name.partition(".")[0] in MAKES_FLOATS for name in names)
        case ast.ImportFrom(module=module, names=names):
            exact = {name.name for name in names} <= WHOLE
            return (module in MAKES_FLOATS and not exact) or any(name.name in DIVIDES for name in names)
        case ast.Call(func=ast.Attribute(), keywords=keywords) if ast.unparse(node.func) in READERS:
            return all(keyword.arg != "parse_float" for keyword in keywords)
        case ast.BinOp(op=ast.Pow(), left=base, right=ast.UnaryOp(op=ast.USub())):
            return not _is_decimal(base)
        case ast.BinOp(op=ast.Div()):
            return not _is_shown(node)
        case _:
            return False


def _is_shown(division: ast.BinOp) -> bool:
    """Tell whether the source shows that this divides Decimals or joins a path."""
    return any(_is_decimal(side) or _is_text(side) for side in (division.left, division.right)) or bool(
        JOINS_A_PATH.search(_last_name(division.left))
    )


def _is_decimal(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _last_name(node.func) == "Decimal"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_no_float_is_on_a_money_path() -> None:
    found = [
        f"{path}:{line}: {text}"
        for path in tracked("flows/*.py", "storage/*.py")
        if str(path) not in WITHOUT_MONEY
        for line, text in floats(read(path))
        if f"{path}: {text}" not in OF_DECIMALS | READS_ITS_OWN
    ]
    assert found == []


def test_what_is_allowed_is_still_there() -> None:
    there = {str(path): {text for _, text in floats(read(path))} for path in tracked("flows/*.py", "storage/*.py")}
    assert [path for path in WITHOUT_MONEY if not there.get(path)] == []
    split = [allowed.split(": ", 1) for allowed in OF_DECIMALS | READS_ITS_OWN]
    assert [f"{path}: {text}" for path, text in split if text not in there.get(path, set())] == []


def test_no_table_has_a_column_for_floats() -> None:
    assert Invoice.__table__.name in SQLModel.metadata.tables  # type: ignore[attr-defined]  # all are loaded with it
    columns = [column for table in SQLModel.metadata.tables.values() for column in table.columns]
    assert len(columns) > 300
    assert [str(column) for column in columns if isinstance(column.type, sa.Numeric)] == []  # Float is one of them


def test_no_field_for_exact_numbers_takes_a_float() -> None:
    assert issubclass(Terms, BaseModel) and issubclass(Parts, BaseModel)  # their models are loaded with them
    fields = [
        (f"{model.__name__}.{name}", _adapter(field))
        for model in sorted(_models(BaseModel), key=lambda model: model.__name__)
        if model.__module__.startswith("flows.") and not issubclass(model, SQLModel)
        for name, field in model.model_fields.items()
        if field.annotation in (Decimal, Decimal | None)
    ]
    assert len(fields) > 40
    assert [name for name, adapter in fields if _takes(adapter, 0.5)] == []
    assert [name for name, adapter in fields if not (_takes(adapter, "0.5") or _takes(adapter, "2"))] == []


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    kind: Any = Annotated[(field.annotation, *field.metadata)]
    return TypeAdapter(kind)


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _takes(adapter: TypeAdapter[Any], value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "source",
    [
        *("rate = 0.1", "float('1')", "float(total)", "cents / 100", "total /= 3", "1e3", "a.b(total_minor / parts)"),
        *("2j", "1 / 2", "sum(cents, 0.0)", "Decimal(0.1)", "round(total / 3)", "Decimal(cents / 100)", "10 ** -2"),
        *("import math", "import numpy as np", "from math import sqrt", "from statistics import mean", "import random"),
        *("operator.truediv(a, b)", "from operator import truediv as split", "a.__truediv__(b)", "x.__float__()"),
        *("Decimal.from_float(x)", "parse = float", "list(map(float, texts))", "def f(amount: int) -> float: ..."),
        *("json.loads(body)", "tomllib.loads(text)", "json.load(file)", "func.avg(rows.amount_minor)"),
        *("amount: float", "sa.Column('amount', sa.Numeric(18, 2))", "from sqlalchemy import x; x = Float"),
    ],
)
def test_the_law_on_floats_knows_one(source: str) -> None:
    assert len(list(floats(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        *("Decimal(days) / days_in_year", "parent / name", "self._folder / name", "cents // 100", "'0.1'"),
        *("root / 'a.csv'", "isinstance(value, bool | float)", "from math import gcd, lcm", "10 ** places"),
        *("json.loads(body, parse_float=Decimal)", "Decimal(10) ** -places", "from operator import itemgetter"),
    ],
)
def test_the_law_on_floats_lets_the_rest_be(source: str) -> None:
    assert list(floats(source)) == []
