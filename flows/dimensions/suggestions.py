"""Which values fit a field of a line, given what else the line says: what a select offers, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator

from flows.dimensions.model import ACCOUNT, DimensionConfig, LineCoding
from flows.dimensions.rules import (
    Posting,
    autofill,
    errors_of_account,
    errors_of_value,
    refused_combinations,
    with_value,
)


def fitting(config: DimensionConfig, line: LineCoding, field: str, posting: Posting) -> tuple[str, ...]:
    """Return the values that leave neither the field nor its combinations wrong, in the order of their codes.

    Where the rest of the line allows none at all, return those that are right by themselves: then something else of
    the line must change too.
    """
    alone = tuple(_right_alone(config, field, posting))
    if not any(field in (each.source, each.target) for each in config.relationships if each.restrict):
        return alone  # nothing can refuse them beside the rest of the line
    return tuple(value for value in alone if _combines(config, line, field, value, posting)) or alone


def _right_alone(config: DimensionConfig, field: str, posting: Posting) -> Iterator[str]:
    if field == ACCOUNT:
        yield from (code for code in sorted(config.accounts) if not errors_of_account(config, code, posting))
    elif field in config.dimensions:
        values = sorted(config.dimensions[field].values)
        yield from (code for code in values if not errors_of_value(config, field, code, posting))


def _combines(config: DimensionConfig, line: LineCoding, field: str, value: str, posting: Posting) -> bool:
    """Tell whether no relationship to or from the field refuses the line with this value.

    A value at the other end that is wrong by itself will change, so it refuses nothing.
    """
    taken = autofill(config, with_value(line, field, value), posting)
    return not any(
        field in ends and _is_right(config, taken, (ends - {field}).pop(), posting)
        for refused in refused_combinations(config, taken, posting)
        if len(ends := {refused.source, refused.target}) > 1
    )


def _is_right(config: DimensionConfig, line: LineCoding, field: str, posting: Posting) -> bool:
    if field == ACCOUNT:
        return not errors_of_account(config, line.account, posting)
    value = line.dimensions.get(field)
    return value is None or not errors_of_value(config, field, value, posting)
