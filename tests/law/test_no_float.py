"""No float on a money path: `flows/` and `storage/` have no float literal, no `float(` and no division that makes one.

A division is taken for one of whole numbers unless the source shows that it is not: an operand is a Decimal, or the
whole joins a path. What is allowed besides stands below, each with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

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
JOINS_A_PATH = re.compile(r"(folder|path|parent|scripts)$", re.IGNORECASE)


def floats(source: str) -> Iterator[tuple[int, str]]:
    """Give the line and the text of everything in a file that is a float or may make one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.expr | ast.stmt) and _is_float(node):
            yield node.lineno, ast.unparse(node)


def _is_float(node: ast.expr | ast.stmt) -> bool:
    match node:
        case ast.Constant(value=float() | complex()):
            return True
        case ast.Call(func=ast.Name(id="float" | "complex")) | ast.AugAssign(op=ast.Div()):
            return True
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
        if f"{path}: {text}" not in OF_DECIMALS
    ]
    assert found == []


def test_what_is_allowed_is_still_there() -> None:
    there = {str(path): {text for _, text in floats(read(path))} for path in tracked("flows/*.py", "storage/*.py")}
    assert [path for path in WITHOUT_MONEY if not there.get(path)] == []
    split = [division.split(": ", 1) for division in OF_DECIMALS]
    assert [f"{path}: {text}" for path, text in split if text not in there.get(path, set())] == []


@pytest.mark.parametrize(
    "source",
    ["rate = 0.1", "float('1')", "float(total)", "cents / 100", "total /= 3", "1e3", "a.b(total_minor / parts)", "2j"],
)
def test_the_law_on_floats_knows_one(source: str) -> None:
    assert len(list(floats(source))) == 1


@pytest.mark.parametrize(
    "source",
    ["Decimal(days) / days_in_year", "parent / name", "self._folder / name", "cents // 100", "'0.1'", "root / 'a.csv'"],
)
def test_the_law_on_floats_lets_the_rest_be(source: str) -> None:
    assert list(floats(source)) == []
