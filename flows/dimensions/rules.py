"""Whether a line can be booked as it is coded: every error at once, with a suggestion where exactly one value fits.

Pure: the configuration, the line and the posting date come in, an answer goes out. Relationships run in the order of
the configuration: first all that fill in, so that one filling may lead to the next, then all that restrict, on the
line as it then is. Checking the filled line again gives the same errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from flows.dimensions.model import (
    ACCOUNT,
    CUSTOMER,
    DIMENSIONS,
    POSTING_DATE,
    SUBSIDIARY,
    Account,
    AccountingPeriod,
    Coding,
    CodingError,
    DimensionConfig,
    DimensionValue,
    LineCoding,
    PeriodStatus,
    Relationship,
)

_Replaceable = TypeVar("_Replaceable", Account, DimensionValue)
_PERIOD_ERRORS = {PeriodStatus.CLOSED: "period_closed", PeriodStatus.AR_LOCKED: "period_locked_ar"}


@dataclass(frozen=True, slots=True)
class Posting:
    """What surrounds a line: when it is booked, by which subsidiary, for whom and in which currency."""

    date: date
    subsidiary: str | None = None
    customer: str | None = None
    currency: str | None = None


def check(
    config: DimensionConfig,
    line: LineCoding,
    *,
    posting_date: date,
    subsidiary: str | None = None,
    customer: str | None = None,
    currency: str | None = None,
) -> Coding:
    """Return every error of the line, and what relationships filled in. A blank value counts as absent.

    A suggestion is given only when the field has no error left once it is taken.
    """
    posting = Posting(posting_date, subsidiary, customer, currency)
    filled = autofill(config, line, posting)
    errors = [
        error
        for found in (*_errors(config, filled, posting), period_error(config, posting.date, posting.subsidiary))
        if found is not None
        for error in [_with_safe_suggestion(config, line, posting, found)]
    ]
    added = {name: filled.dimensions[name] for name in sorted(filled.dimensions.keys() - _written(line).keys())}
    return Coding(tuple(sorted(errors, key=lambda error: (error.field, error.code))), added)


def autofill(config: DimensionConfig, line: LineCoding, posting: Posting) -> LineCoding:
    """Return the line with every dimension that relationships fill in; nothing that is written is changed."""
    dimensions = _written(line)
    for relationship in config.relationships:
        if relationship.autofill and relationship.target not in dimensions:
            only = _allowed(relationship, line.account, dimensions, posting)
            if only is not None and len(only) == 1:
                dimensions[relationship.target] = only[0]
    return LineCoding(line.account, dimensions)


def errors_of_value(config: DimensionConfig, dimension: str, value: str, posting: Posting) -> list[CodingError]:
    """Return what is wrong with a value of a dimension by itself, whatever else the line says."""
    if dimension not in config.dimensions:
        return [CodingError("unknown_dimension", dimension)]
    known = config.dimensions[dimension].values.get(value)
    if known is None:
        return [CodingError("unknown_value", dimension, config.dimensions[dimension].near.only(value))]
    if not known.active:
        return [CodingError("inactive", dimension, _successor(config.dimensions[dimension].values, known))]
    codes = {
        "not_postable": known.parent_only,
        "outside_validity": not known.is_valid_on(posting.date),
        "not_in_subsidiary": bool(
            posting.subsidiary and known.subsidiaries and posting.subsidiary not in known.subsidiaries
        ),
    }
    return [CodingError(code, dimension) for code, wrong in codes.items() if wrong]


def errors_of_account(config: DimensionConfig, code: str | None, posting: Posting) -> list[CodingError]:
    """Return what is wrong with the account by itself."""
    if not (code or "").strip():
        return [CodingError("required", ACCOUNT)]
    account = config.accounts.get(str(code))
    if account is None:
        return [CodingError("unknown_value", ACCOUNT, config.near_accounts.only(str(code)))]
    successor = None if account.active else _successor(config.accounts, account)
    other = account.currency and posting.currency and account.currency != posting.currency
    found = {
        "inactive": not account.active,
        "not_postable": account.header,
        "currency_mismatch": bool(other),
    }
    return [CodingError(each, ACCOUNT, successor) for each, wrong in found.items() if wrong]


def refused_combinations(config: DimensionConfig, line: LineCoding, posting: Posting) -> Iterator[Relationship]:
    """Give each restricting relationship that the line, as it stands, goes against."""
    for relationship in config.relationships:
        value = line.dimensions.get(relationship.target)
        if relationship.restrict and value is not None:
            allowed = _allowed(relationship, line.account, line.dimensions, posting)
            if allowed is not None and value not in allowed:
                yield relationship


def period_of(config: DimensionConfig, day: date, subsidiary: str | None = None) -> AccountingPeriod | None:
    """Return the period that decides about the day: the subsidiary's own, and where it has none the company's."""
    holding = {period.subsidiary: period for period in reversed(config.periods) if period.holds(day)}
    return holding.get(subsidiary) or holding.get(None)


def open_dates(config: DimensionConfig, posting_date: date, subsidiary: str | None = None) -> list[date]:
    """Return the first day from `posting_date` on in each open period ahead, in order."""
    begins = {period.start for period in config.periods}
    begins |= {period.end + timedelta(days=1) for period in config.periods if period.subsidiary == subsidiary}
    first: dict[AccountingPeriod, date] = {}
    for day in sorted({posting_date, *(day for day in begins if day > posting_date)}):
        period = period_of(config, day, subsidiary)
        if period is not None and period.status is PeriodStatus.OPEN:
            first.setdefault(period, day)
    return list(first.values())


def next_open_date(config: DimensionConfig, posting_date: date, subsidiary: str | None = None) -> date | None:
    """Return the first day from `posting_date` on that lies in an open period; None when no period ahead is open."""
    return next(iter(open_dates(config, posting_date, subsidiary)), None)


def period_error(config: DimensionConfig, posting_date: date, subsidiary: str | None = None) -> CodingError | None:
    """Return why nothing that concerns receivables can be booked on that day; None when it can."""
    period = period_of(config, posting_date, subsidiary)
    if period is None:
        return CodingError("no_period", POSTING_DATE)
    return CodingError(_PERIOD_ERRORS[period.status], POSTING_DATE) if period.status in _PERIOD_ERRORS else None


def _errors(config: DimensionConfig, line: LineCoding, posting: Posting) -> Iterator[CodingError]:
    yield from errors_of_account(config, line.account, posting)
    for relationship in refused_combinations(config, line, posting):
        allowed = _allowed(relationship, line.account, line.dimensions, posting) or ()
        only = allowed[0] if len(allowed) == 1 else None
        yield CodingError("invalid_combination", relationship.target, only)
    if config.max_dimensions is not None and len(line.dimensions) > config.max_dimensions:
        yield CodingError("too_many_dimensions", DIMENSIONS)
    for dimension, value in line.dimensions.items():
        yield from errors_of_value(config, dimension, value, posting)
    for dimension in required(config, line.account) - line.dimensions.keys():
        yield CodingError("required", dimension, _usual(config, dimension, posting.customer))


def required(config: DimensionConfig, account: str | None) -> set[str]:
    """Return the dimensions that a line on this account must have."""
    known = config.accounts.get(account or "")
    return {*config.required_always, *(known.requires if known else ())}


def _with_safe_suggestion(
    config: DimensionConfig, line: LineCoding, posting: Posting, error: CodingError
) -> CodingError:
    """Return the error without its suggestion when taking that would leave the field wrong in another way."""
    if error.suggestion is None:
        return error
    taken = autofill(config, with_value(line, error.field, error.suggestion), posting)
    still_wrong = any(each.field == error.field for each in _errors(config, taken, posting))
    return CodingError(error.code, error.field) if still_wrong else error


def with_value(line: LineCoding, field: str, value: str) -> LineCoding:
    """Return the line with another account, or another value of one dimension."""
    if field == ACCOUNT:
        return LineCoding(value, line.dimensions)
    return LineCoding(line.account, {**line.dimensions, field: value})


def _allowed(
    relationship: Relationship, account: str | None, dimensions: Mapping[str, str], posting: Posting
) -> tuple[str, ...] | None:
    """Return the target values that the relationship allows on this line; None when it says nothing."""
    beside = {ACCOUNT: account, CUSTOMER: posting.customer, SUBSIDIARY: posting.subsidiary}
    source = dimensions.get(relationship.source, beside.get(relationship.source))
    return None if source is None else relationship.allowed.get(source)


def _written(line: LineCoding) -> dict[str, str]:
    return {name: value for name, value in line.dimensions.items() if value and value.strip()}


def _usual(config: DimensionConfig, dimension: str, customer: str | None) -> str | None:
    known = config.dimensions.get(dimension)
    return known.defaults.get(customer) if known and customer else None


def _successor(known: Mapping[str, _Replaceable], retired: _Replaceable) -> str | None:
    """Return what replaces an inactive value; where that was replaced too, what replaces it in the end."""
    seen, current = {retired.code}, retired
    while current.replaced_by is not None and not current.active:
        after = known.get(current.replaced_by)
        if after is None or after.code in seen:
            return None
        seen.add(after.code)
        current = after
    return current.code if current is not retired and current.active else None
