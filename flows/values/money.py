"""Exact money: a Decimal in one currency. Rounding is half away from zero, to the currency's minor unit.

In tables money is an integer number of minor units beside its currency; `Money.minor` and `Money.of_minor` are the
only ways across. Nothing here is ever a float.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Self

from flows.errors import CurrencyMismatch, NotWholeMinorUnits
from flows.values.currency import minor_units

_HALF_UP = Context(prec=60, rounding=ROUND_HALF_UP)  # digits enough for any product of quantity and price in a table


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round to `places` decimals, a half away from zero: 0.125 -> 0.13, -0.125 -> -0.13."""
    return value.quantize(_unit(places), context=_HALF_UP)


@cache
def _unit(places: int) -> Decimal:
    """Return one unit of the last of so many decimals: 0.01 for 2."""
    return Decimal(1).scaleb(-places)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency, always a whole number of minor units."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        places = minor_units(self.currency)
        rounded = round_half_up(self.amount, places)
        if rounded != self.amount:
            raise NotWholeMinorUnits(self.amount, self.currency)
        object.__setattr__(self, "amount", rounded or rounded.copy_abs())  # -0.00 is 0.00

    @classmethod
    def rounded(cls, value: Decimal, currency: str) -> Self:
        """Return `value` rounded half away from zero to the minor unit of `currency`."""
        return cls(round_half_up(value, minor_units(currency)), currency)

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Self:
        """Return the money that is `minor` minor units: 1050 USD is 10.50, 1050 JPY is 1050."""
        return cls(Decimal(minor).scaleb(-minor_units(currency)), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return no money of `currency`."""
        return cls(Decimal(0), currency)

    @property
    def minor(self) -> int:
        """The amount in minor units (cents for USD)."""
        return int(self.amount.scaleb(minor_units(self.currency)))

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return format_money(self)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up `amounts`, all of which must be in `currency`; nothing at all is zero.

    Raises CurrencyMismatch when one of them is in another currency.
    """
    added = Decimal(0)
    for money in amounts:
        if money.currency != currency:
            raise CurrencyMismatch(currency, money.currency)
        added += money.amount
    return Money(added, currency)


def format_amount(amount: Decimal, currency: str) -> str:
    """Write an amount with thousands separated and all the currency's decimals: 12400 EUR -> 12,400.00."""
    return f"{round_half_up(amount, minor_units(currency)):,f}"


def format_money(money: Money) -> str:
    """Write money with its code before it: EUR 12,400.00."""
    return f"{money.currency} {format_amount(money.amount, money.currency)}"
