"""Reads the words of a priced line as an approver with a pocket calculator does, and adds up their figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

NUMBER = r"(-?[\d,]+(?:\.\d+)?)"
UNITS = r"(?: [A-Za-z]+)?"


def added_up(words: Sequence[str]) -> Fraction:
    """Return what the sentences come to before the last rounding; raises AssertionError where a figure is wrong."""
    total, rounded = Fraction(0), False
    for sentence in words:
        assert not rounded, f"{sentence!r} stands after the rounding"
        for pattern, check in STEPS:
            if found := re.fullmatch(pattern, sentence):
                total = check(total, *map(value, found.groups()))
                rounded = pattern is ROUNDING
                break
        else:
            total += of_model(sentence)
    return total


def of_model(sentence: str) -> Fraction:
    """Return what the sentence of the model itself comes to: "1,200 calls: first 1,000 at 0.10 = 100.00; next …"."""
    if found := re.fullmatch(rf"{NUMBER}{UNITS} × {NUMBER} = {NUMBER}", sentence):
        quantity, factor, amount = map(value, found.groups())
        assert quantity * factor == amount, sentence
        return amount
    head, colon, rest = sentence.rpartition(": ")
    parts = (rest if colon else sentence).split("; ")
    if re.search(r"\bfirst\b", rest):
        shares = [value(re.findall(NUMBER, part)[0]) for part in parts]
        assert sum(shares) == value(re.findall(NUMBER, head)[0]), sentence
    return sum((of_part(part) for part in parts), Fraction(0))


def of_part(part: str) -> Fraction:
    """Return what one part of such a sentence comes to."""
    for pattern, amount in PARTS:
        if found := re.fullmatch(pattern, part):
            return amount(*map(value, found.groups()))
    raise AssertionError(f"{part!r} has no figures that can be added")


def value(text: str) -> Fraction:
    return Fraction(Decimal(text.replace(",", "")))


def _product(quantity: Fraction, price: Fraction, amount: Fraction, fee: Fraction = Fraction(0)) -> Fraction:
    assert quantity * price == amount
    return amount + fee


def _percentage(base: Fraction, rate: Fraction, amount: Fraction, fee: Fraction = Fraction(0)) -> Fraction:
    assert base * rate / 100 == amount
    return amount + fee


PARTS: list[tuple[str, Callable[..., Fraction]]] = [
    (rf"(?:first |next )?{NUMBER}{UNITS} at {NUMBER} = {NUMBER}(?: plus a fee of {NUMBER})", _product),
    (rf"(?:first |next )?{NUMBER}{UNITS} at {NUMBER} = {NUMBER}", _product),
    (rf"(?:first |next ){NUMBER} at {NUMBER}% = {NUMBER}(?: plus a fee of {NUMBER})", _percentage),
    (rf"(?:first |next ){NUMBER} at {NUMBER}% = {NUMBER}", _percentage),
    (rf"{NUMBER}% of {NUMBER} = {NUMBER}", lambda rate, base, amount: _percentage(base, rate, amount)),
    (rf"(?:first |next )?{NUMBER}{UNITS} for a fee of {NUMBER}", lambda _, fee: fee),
    (rf"(?:first |next )?{NUMBER}{UNITS} free", lambda _: Fraction(0)),
    (rf"a fee of {NUMBER}", lambda fee: fee),
    (r"no charge", lambda: Fraction(0)),
    (rf"{NUMBER} now", lambda amount: amount),
    (rf"fixed price of {NUMBER}", lambda amount: amount),
    (rf"at least {NUMBER} each adds {NUMBER}", lambda _, added: added),
    (rf"at most {NUMBER} each saves {NUMBER}", lambda _, saved: -saved),
    (rf"{NUMBER} measurements of {NUMBER}{UNITS} in all, each priced on its own = {NUMBER}", lambda *all_: all_[-1]),
]


def _earlier(total: Fraction, earlier: Fraction, now: Fraction, used: Fraction) -> Fraction:
    assert earlier + now == used
    return total


def _transformed(total: Fraction, quantity: Fraction, size: Fraction, blocks: Fraction) -> Fraction:
    assert abs(quantity / size - blocks) < 1
    return total


def _less(total: Fraction, quantity: Fraction, free: Fraction, left: Fraction) -> Fraction:
    assert quantity - free == left > 0
    return total


def _within(total: Fraction, quantity: Fraction, free: Fraction) -> Fraction:
    assert quantity <= free
    return total


def _discount(total: Fraction, rate: Fraction, amount: Fraction, off: Fraction) -> Fraction:
    assert total == amount and amount * rate / 100 == off
    return total - off


def _maximum(total: Fraction, limit: Fraction, amount: Fraction) -> Fraction:
    assert total == amount > limit
    return limit


def _minimum(total: Fraction, limit: Fraction, amount: Fraction) -> Fraction:
    assert total == amount < limit
    return limit


def _rounding(total: Fraction, exact: Fraction, rounded: Fraction) -> Fraction:
    assert total == exact != rounded
    return total


ROUNDING = rf"{NUMBER} rounded to {NUMBER}"
STEPS: list[tuple[str, Callable[..., Fraction]]] = [
    (rf"{NUMBER} earlier and {NUMBER} now = {NUMBER}{UNITS}", _earlier),
    (rf"{NUMBER}{UNITS} / {NUMBER}(?: rounded(?: up| down)?)? = {NUMBER} blocks?", _transformed),
    (rf"{NUMBER}{UNITS} less {NUMBER} (?:free|discounted) = {NUMBER}", _less),
    (rf"{NUMBER}{UNITS}, all within {NUMBER} (?:free|discounted)", _within),
    (rf"less {NUMBER}% of {NUMBER} = {NUMBER}", _discount),
    (rf"maximum {NUMBER} applies instead of {NUMBER}", _maximum),
    (rf"minimum {NUMBER} applies instead of {NUMBER}", _minimum),
    (rf"less {NUMBER} already billed", lambda total, billed: total - billed),
    (ROUNDING, _rounding),
]
