"""Putting in what a person typed for a deal that could not be billed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flows.contracts import numbers
from flows.contracts.email import email_fault
from flows.contracts.line_checks import BILLINGS, FREQUENCIES, LONGEST_DESCRIPTION, TIMINGS
from flows.contracts.problem import line_field
from flows.errors import BadInput, UnknownCurrency
from flows.schedule import describe, read_payment_terms
from flows.values import words
from flows.values.currency import minor_units
from flows.values.deal import Billing, Deal, DealLine
from flows.values.terms import UnknownTerms

_LINE_FIELD: Final = re.compile(r"line_([1-9][0-9]{0,5})\.([a-z_]+)")
_FIRST_DESCRIPTION: Final = line_field(1, "description")
_NUMBER: Final = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")


class BadFix(BadInput):
    """What a person typed cannot be used. `errors` has a sentence for every such field; `field` is the first."""

    code = "deal.bad_fix"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(sorted(errors.items()))
        self.field = next(iter(self.errors))
        super().__init__(" ".join(self.errors.values()))


def mendable(field: str) -> bool:
    """Tell whether `mend` can put something into that field; the others are corrected where the deal comes from."""
    if field in _DEAL_FIELDS:
        return True
    found = _LINE_FIELD.fullmatch(field)
    return found is not None and found[2] in _LINE_FIELDS


def mend(deal: Deal, fixes: Mapping[str, str]) -> Deal:
    """Return the deal with what a person typed, by field as in Problem.field ("terms", "line_2.quantity").

    Every entry is checked; nothing is taken over when one is refused. The answer may still have problems that the
    fixes did not touch. A deal without products takes a "line_1.description": that is then billed once, for the deal's
    whole amount. Raises BadFix naming every field that cannot be used and why.
    """
    header: dict[str, Any] = {}
    by_line: dict[int, dict[str, Any]] = {}
    errors: dict[str, str] = {}
    for field, typed in fixes.items():
        try:
            place, attribute, read = _place(deal, field)
            (header if place is None else by_line.setdefault(place, {}))[attribute] = read(typed.strip())
        except _Unusable as unusable:
            errors[field] = str(unusable)
    if errors:
        raise BadFix(errors)
    mended = replace(deal, **header)
    if not deal.lines and by_line:
        return replace(mended, lines=(_whole_deal(mended, by_line[1]["description"]),))
    lines = tuple(_mended(line, by_line.get(number)) for number, line in enumerate(deal.lines, start=1))
    return replace(mended, lines=lines)


def _whole_deal(deal: Deal, description: str) -> DealLine:
    """Return the line that bills a deal without products: once, for its amount. It has no id of its own."""
    if deal.amount is None:
        raise BadFix({_FIRST_DESCRIPTION: "Give the deal's amount as well, so that I know what to bill."})
    return DealLine(
        source_id="",
        product_code=None,
        description=description,
        quantity=Decimal(1),
        unit_price=deal.amount,
        total=None,
        billing=Billing.ONE_TIME.value,
        frequency=None,
    )


class _Unusable(Exception):
    """Why one entry cannot be used; always caught by `mend`."""


def _place(deal: Deal, field: str) -> tuple[int | None, str, Callable[[str], object]]:
    if field in _DEAL_FIELDS:
        return None, field, _DEAL_FIELDS[field]
    found = _LINE_FIELD.fullmatch(field)
    if found is None or found[2] not in _LINE_FIELDS:
        raise _Unusable(f"{words.quoted(field)} cannot be changed here; change it where the deal comes from.")
    if int(found[1]) > len(deal.lines) and (deal.lines or field != _FIRST_DESCRIPTION):
        raise _Unusable(f"The deal has no line {found[1]} any more; it changed meanwhile.")
    return int(found[1]), found[2], _LINE_FIELDS[found[2]]


def _mended(line: DealLine, changes: dict[str, Any] | None) -> DealLine:
    return replace(line, **changes) if changes else line


def _text(longest: int, *, lines: bool = False, optional: bool = False) -> Callable[[str], str | None]:
    def read(typed: str) -> str | None:
        if not typed:
            if optional:
                return None
            raise _Unusable("Type something here.")
        if words.is_unreadable(typed, lines=lines):
            raise _Unusable("This has hidden control characters in it; type it again.")
        if len(typed) > longest:
            raise _Unusable(f"This is {len(typed):,} characters long; {longest:,} is the most.")
        return typed

    return read


def _email(typed: str) -> str:
    if fault := email_fault(typed):
        raise _Unusable(f"The address {fault}.")
    return typed


def _currency(typed: str) -> str:
    try:
        minor_units(typed.upper())
    except UnknownCurrency as unknown:
        raise _Unusable(str(unknown)) from unknown
    return typed.upper()


def _terms(typed: str) -> str:
    try:
        return describe(read_payment_terms(typed))
    except UnknownTerms as unknown:
        raise _Unusable(str(unknown)) from unknown


def _number(example: str) -> Callable[[str], Decimal]:
    def read(typed: str) -> Decimal:
        if not _NUMBER.fullmatch(typed) or len(typed) > 60:
            raise _Unusable(f"Write a number such as {example}, without a currency.")
        value = Decimal(typed.replace(",", ""))
        for problem in numbers.check_number(value, "", "This"):
            raise _Unusable(problem.message)
        return value

    return read


def _date(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as wrong:
        raise _Unusable("Write the date as 2026-12-31.") from wrong


def _choice(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(typed: str) -> str:
        said = re.sub(r"[\s-]+", "_", typed.lower())
        if said not in choices:
            raise _Unusable(f"Choose one of {', '.join(choices)}.")
        return said

    return read


_DEAL_FIELDS: Final[Mapping[str, Callable[[str], object]]] = {
    "account_name": _text(255),
    "amount": _number("12,400.00"),
    "billing_address": _text(2000, lines=True, optional=True),
    "close_date": _date,
    "contact_email": _email,
    "contact_name": _text(255, optional=True),
    "currency": _currency,
    "end_date": _date,
    "po_number": _text(100, optional=True),
    "renewal_months": _number("12"),
    "start_date": _date,
    "terms": _terms,
    "uplift_pct": _number("3"),
}
_LINE_FIELDS: Final[Mapping[str, Callable[[str], object]]] = {
    "billing": _choice(BILLINGS),
    "description": _text(LONGEST_DESCRIPTION, lines=True),
    "frequency": _choice(FREQUENCIES),
    "product_code": _text(255),
    "quantity": _number("40"),
    "timing": _choice(TIMINGS),
    "unit_price": _number("60.00"),
}
