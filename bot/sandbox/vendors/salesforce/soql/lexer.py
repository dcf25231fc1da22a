"""Cuts a SOQL text into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from bot.sandbox.vendors.salesforce.refusals import SalesforceRefusal
from bot.sandbox.vendors.salesforce.soql.tree import Value

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<instant>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:?\d{2}))
    | (?P<date>\d{4}-\d{2}-\d{2})(?![\dT])
    | (?P<number>[+-]?\d+(?:\.\d+)?)(?![\w-])
    | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its text and, for literals, what it means."""

    kind: str
    text: str
    value: Value = None

    def word(self) -> str:
        """Return the text in capitals, for keywords."""
        return self.text.upper()


def malformed(message: str) -> SalesforceRefusal:
    """Return the refusal of a query that cannot be read."""
    return SalesforceRefusal("MALFORMED_QUERY", message)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a query, with an "end" token behind them. Raises SalesforceRefusal (MALFORMED_QUERY)."""
    found, place, stripped = [], 0, text.rstrip()
    while place < len(stripped):
        match = _TOKEN.match(stripped, place)
        if match is None or match.lastgroup is None:
            raise malformed(f"unexpected token: '{stripped[place:].split()[0]}'")
        found.append(_token(match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return [*found, Token("end", "<EOF>")]


def _token(kind: str, text: str) -> Token:
    try:
        if kind == "string":
            return Token(kind, text, _unescaped(text[1:-1]))
        if kind == "instant":
            return Token(kind, text, datetime.fromisoformat(text))
        if kind == "date":
            return Token(kind, text, date.fromisoformat(text))
        if kind == "number":
            return Token(kind, text, Decimal(text))
    except ValueError:
        raise malformed(f"Invalid {'datetime' if kind == 'instant' else kind}: {text}") from None
    return Token(kind, text)


def _unescaped(text: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            raise malformed(
                f"Invalid string literal '{text}'. Illegal character sequence '{match[0]}' in string literal."
            )
        return _ESCAPES[match[1]]

    return re.sub(r"\\(.)", replaced, text, flags=re.DOTALL)
