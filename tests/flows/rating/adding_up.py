"""Reads the words of an invoice line as an approver with a pocket calculator does, and adds up their figures.

What the price itself says is read by `tests.flows.pricing.adding_up`; here is what a contract adds: parts of periods,
discounts, minimums, credit and what is charged once. A figure that ends in an ellipsis is as near as its digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from flows.rating import RatedLine
from tests.flows.pricing.adding_up import added_up

NUMBER = r"(-?[\d,]+(?:\.\d+)?…?)"
NEAR = Fraction(1, 10**6)  # of a figure with an ellipsis: its sixth decimal is rounded


def says_its_amount(line: RatedLine) -> bool:
    """Tell whether the words of a line come to what it bills. Raises AssertionError where a figure in them is wrong."""
    total: Fraction | None = None
    of_the_price: list[str] = []
    for sentence in line.words:
        found = next(((step, m) for pattern, step in STEPS if (m := re.fullmatch(pattern, sentence))), None)
        if found is None:
            of_the_price.append(sentence)
            continue
        if of_the_price and total is None:
            total = added_up(of_the_price)
        total = found[0](total, *(text for text in found[1].groups()))
    if total is None:
        total = Fraction(added_up(of_the_price))
        if (rounded := re.fullmatch(rf".* rounded to {NUMBER}", of_the_price[-1])) is not None:
            total = value(rounded[1])
    sign = -1 if "/discount" in line.key or "/draw" in line.key else 1
    return sign * total == Fraction(line.amount.amount)


def value(text: str) -> Fraction:
    return Fraction(Decimal(text.replace(",", "").rstrip("…")))


def same(reckoned: Fraction, written: str, *factors: str) -> Fraction:
    """Return the written figure; it is what was reckoned, to the digits that stand there."""
    loose = [text for text in (written, *factors) if "…" in text]
    assert abs(reckoned - value(written)) <= (NEAR if loose else 0), (reckoned, written)
    return value(written)


def _part(total: Fraction | None, base: str, part: str, whole: str, result: str) -> Fraction:
    if total is not None:
        same(total, base)
    factor = value(part) / value(whole)
    loose = NEAR * max(factor, Fraction(1)) if "…" in base + result else Fraction(0)
    assert abs(value(base) * factor - value(result)) <= loose
    return value(result)


def _percent(_: Fraction | None, rate: str, base: str, result: str) -> Fraction:
    return same(value(rate) * value(base) / 100, result, base)


def _once(_: Fraction | None, quantity: str, amount: str, result: str) -> Fraction:
    return same(value(quantity) * value(amount), result)


def _missing(total: Fraction | None, minimum: str, billed: str, result: str) -> Fraction:
    if total is not None:
        same(total, minimum)
    return same(max(value(minimum) - value(billed), Fraction(0)), result, minimum)


def _left(_: Fraction | None, whole: str, others: str, result: str) -> Fraction:
    return same(value(whole) - value(others), result)


def _rounded(total: Fraction | None, exact: str, result: str) -> Fraction:
    assert total is not None
    same(total, exact)
    places = len(result.partition(".")[2])
    assert abs(value(exact) - value(result)) <= Fraction(1, 2 * 10**places), (exact, result)
    return value(result)


def _used(_: Fraction | None, credit: str, used: str, left: str) -> Fraction:
    return value(used) + 0 * same(value(credit) - value(used), left)


STEPS: list[tuple[str, Callable[..., Fraction]]] = [
    (rf"[^:]+: {NUMBER} x ([\d,]+)/([\d,]+) = {NUMBER}", _part),
    (rf"{NUMBER}% of {NUMBER}(?: \(.+\))? = {NUMBER}", _percent),
    (rf"{NUMBER} off a full period", lambda _, amount: value(amount)),
    (rf"{NUMBER} off a full period, [^:]+: {NUMBER}", lambda _, full, off: value(off)),
    (rf"no more than the price: {NUMBER}", lambda off, most: min(off, value(most))),
    (rf"{NUMBER} at {NUMBER} = {NUMBER}", _once),
    (rf"agreed for this milestone: {NUMBER}", lambda _, amount: value(amount)),
    (rf"{NUMBER}% of {NUMBER}, as rounding the others leaves it", lambda _, *figures: Fraction(0)),
    (rf"{NUMBER} less {NUMBER} for the other milestones = {NUMBER}", _left),
    (rf"minimum of {NUMBER}, less {NUMBER} billed = {NUMBER}", _missing),
    (rf"{NUMBER} of credit, {NUMBER} used now, {NUMBER} left", _used),
    (rf"{NUMBER} given back to the credit, {NUMBER} left", lambda _, back, left: -value(back)),
    (rf"{NUMBER} paid ahead for {NUMBER} to use", lambda _, paid, credit: value(paid)),
    (rf"less [A-Z]{{3}} {NUMBER} already billed", lambda total, billed: total - value(billed)),
    (rf"{NUMBER} rounded to {NUMBER}", _rounded),
    (r"free of charge|nothing to take off", lambda _: Fraction(0)),
]
