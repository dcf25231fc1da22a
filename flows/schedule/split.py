"""A total in parts that add up to it: equal parts, or percentages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal, localcontext

from flows.schedule.conventions import Remainder, ScheduleError
from flows.values.currency import minor_units
from flows.values.money import Money

_DIGITS = 60
_HUNDRED = Decimal(100)


def split_equally(total: Money, parts: int, remainder: Remainder = Remainder.LAST) -> tuple[Money, ...]:
    """Return `total` in that many equal parts, each rounded, what is left over added to the first or the last.

    Where rounding up would leave less than nothing for that part (5 yen in 10 parts), the parts are rounded down
    instead, so that no part has the opposite sign of the total. Raises ScheduleError for less than one part.
    """
    if parts < 1:
        raise ScheduleError(f"{total} cannot be split in {parts} parts; choose at least 1.")
    return _with_remainder(total, [(1, Decimal(parts))] * parts, remainder)


def split_by_percents(
    total: Money, percents: Sequence[Decimal], remainder: Remainder = Remainder.LAST
) -> tuple[Money, ...]:
    """Return `total` in parts of those percentages, each rounded, what is left over added to the first or the last.

    Raises ScheduleError unless the percentages add up to 100 exactly and none is negative.
    """
    whole = sum(percents, start=Decimal(0))
    if whole != _HUNDRED:
        raise ScheduleError(f"The parts add up to {whole:f} %, and must add up to 100 %.")
    if any(percent < 0 for percent in percents):
        raise ScheduleError("A part of a total cannot be a negative percentage.")
    return _with_remainder(total, [(percent, _HUNDRED) for percent in percents], remainder)


def _with_remainder(
    total: Money, shares: Sequence[tuple[Decimal | int, Decimal]], remainder: Remainder
) -> tuple[Money, ...]:
    """Round every share (multiplied first, divided after) but the one that takes what is left."""
    with localcontext() as context:
        context.prec = _DIGITS
        exact = [total.amount * part / of for part, of in shares]
    place = 0 if remainder is Remainder.FIRST else len(exact) - 1
    parts = [Money.rounded(part, total.currency) for part in exact]
    rest = _left_over(total, parts, place)
    if rest.amount * total.amount < 0:
        parts = [_rounded_down(part, total.currency) for part in exact]
        rest = _left_over(total, parts, place)
    return (*parts[:place], rest, *parts[place + 1 :])


def _left_over(total: Money, parts: Sequence[Money], place: int) -> Money:
    taken = sum((part.amount for index, part in enumerate(parts) if index != place), start=Decimal(0))
    return Money(total.amount - taken, total.currency)


def _rounded_down(amount: Decimal, currency: str) -> Money:
    with localcontext() as context:
        context.prec = _DIGITS
        return Money(amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_DOWN), currency)
