"""Reads a SOQL query into a tree."""

from __future__ import annotations

from typing import Final

from bot.sandbox.vendors.salesforce.soql.lexer import Token, malformed, tokens
from bot.sandbox.vendors.salesforce.soql.tree import (
    Comparison,
    Condition,
    Junction,
    Negation,
    Order,
    Path,
    Query,
    Value,
)

_SIGNS: Final = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_LITERALS: Final = frozenset({"string", "instant", "date", "number"})
_CONSTANTS: Final = {"TRUE": True, "FALSE": False, "NULL": None}
_LONGEST: Final = 100_000


def parse(text: str) -> Query:
    """Return the tree of a query. Raises SalesforceRefusal (MALFORMED_QUERY)."""
    if len(text) > _LONGEST:
        raise malformed(f"SOQL statements cannot be longer than {_LONGEST} characters.")
    reader = _Reader(tokens(text))
    try:
        query = reader.query(inner=False)
    except RecursionError:
        raise malformed("The query is nested too deeply.") from None
    reader.expect_end()
    return query


class _Reader:
    """Walks along the tokens."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._place = 0

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _next(self) -> Token:
        token = self._now
        self._place += 1
        return token

    def _accept(self, *texts: str) -> str | None:
        token = self._now
        if token.kind in ("name", "sign") and token.word() in texts:
            self._next()
            return token.word()
        return None

    def _expect(self, text: str) -> None:
        if self._accept(text) is None:
            raise malformed(f"unexpected token: '{self._now.text}' (expecting '{text}')")

    def expect_end(self) -> None:
        if self._now.kind != "end":
            raise malformed(f"unexpected token: '{self._now.text}'")

    def query(self, *, inner: bool) -> Query:
        self._expect("SELECT")
        paths: list[Path] = []
        subqueries: list[Query] = []
        counts = self._count_all()
        while not counts:
            if self._accept("("):
                if inner:
                    raise malformed("Nesting of semi join sub-selects is not supported")
                subqueries.append(self.query(inner=True))
                self._expect(")")
            else:
                paths.append(self._path())
            if not self._accept(","):
                break
        self._expect("FROM")
        source = self._name()
        where = self._conditions() if self._accept("WHERE") else None
        return Query(tuple(paths), tuple(subqueries), counts, source, where, self._orders(), self._limit())

    def _count_all(self) -> bool:
        ahead = self._tokens[self._place : self._place + 3]
        if [token.word() for token in ahead] == ["COUNT", "(", ")"]:
            self._place += 3
            return True
        return False

    def _name(self) -> str:
        token = self._next()
        if token.kind != "name" or token.word() in ("FROM", "WHERE", "ORDER", "LIMIT", "SELECT"):
            raise malformed(f"unexpected token: '{token.text}'")
        return token.text

    def _path(self) -> Path:
        return tuple(self._name().split("."))

    def _conditions(self) -> Condition:
        """Read conditions joined by one word; AND and OR mix only within brackets, as in Salesforce."""
        parts = [self._condition()]
        word = self._accept("AND", "OR")
        joined = word
        while word:
            parts.append(self._condition())
            word = self._accept("AND", "OR")
            if word and word != joined:
                raise malformed(f"unexpected token: '{word}'")
        return Junction(joined, tuple(parts)) if joined else parts[0]

    def _condition(self) -> Condition:
        if self._accept("NOT"):
            return Negation(self._condition())
        if self._accept("("):
            inner = self._conditions()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        path = self._path()
        if self._accept("NOT"):
            self._expect("IN")
            return Comparison(path, "NOT IN", self._values())
        if self._accept("IN"):
            return Comparison(path, "IN", self._values())
        if self._accept("LIKE"):
            return Comparison(path, "LIKE", self._value())
        token = self._next()
        if token.text not in _SIGNS:
            raise malformed(f"unexpected token: '{token.text}'")
        return Comparison(path, "!=" if token.text == "<>" else token.text, self._value())

    def _values(self) -> tuple[Value, ...]:
        self._expect("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> Value:
        token = self._next()
        if token.kind in _LITERALS:
            return token.value
        if token.kind == "name" and token.word() in _CONSTANTS:
            return _CONSTANTS[token.word()]
        raise malformed(f"unexpected token: '{token.text}'")

    def _orders(self) -> tuple[Order, ...]:
        if not self._accept("ORDER"):
            return ()
        self._expect("BY")
        orders = [self._order()]
        while self._accept(","):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> Order:
        path = self._path()
        descending = self._accept("ASC", "DESC") == "DESC"
        nulls_last = False
        if self._accept("NULLS"):
            nulls_last = self._accept("FIRST", "LAST") == "LAST"
        return Order(path, descending, nulls_last)

    def _limit(self) -> int | None:
        if not self._accept("LIMIT"):
            return None
        token = self._next()
        if token.kind != "number" or not token.text.isdigit():
            raise malformed(f"unexpected token: '{token.text}'")
        return int(token.text)
