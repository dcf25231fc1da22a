"""Putting right what was billed ahead of a change: the rest is credited at the old terms and charged at the new ones.

Each side is rounded on its own. Nothing is ever credited beyond what was billed and not credited before, by an earlier
change or by a credit memo.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import gcd
from typing import Final

from flows.rating.discounts import no_more_than
from flows.rating.facts import Facts
from flows.rating.figures import rounding, shown
from flows.rating.once import reckon_once
from flows.rating.plan import plan
from flows.rating.rated import RatedLine, Reckoned, settle
from flows.rating.recurring import reckon_recurring
from flows.rating.standing import Standing, key_of_taken, names, standing, taken_back
from flows.schedule.calendars import PeriodShare
from flows.schedule.proration import Fraction, credit_cap, fraction_of
from flows.terms.model import Terms
from flows.terms.timeline import LinePeriod, calendar_of, periods_until
from flows.values.money import Money, total
from flows.values.periods import Period

_DATED: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """The lines that put right what was billed ahead: credits are negative, charges positive, in the terms' order."""

    effective: date
    currency: str
    lines: tuple[RatedLine, ...]

    @property
    def credit(self) -> Money:
        """What the customer gets back, as a positive amount."""
        return -total((line.amount for line in self.lines if line.amount.amount < 0), self.currency)

    @property
    def charge(self) -> Money:
        """What the customer is charged."""
        return total((line.amount for line in self.lines if line.amount.amount > 0), self.currency)

    @property
    def net(self) -> Money:
        """Charge less credit."""
        return self.charge - self.credit


def adjust(
    old: Terms, new: Terms, *, effective: date, facts: Facts, made: Collection[str], with_credit: bool = True
) -> Adjustment:
    """Return what changes from `effective` on in the periods that were billed under the `old` terms.

    `made` are the keys of the invoices that were made so far, `facts` tell what they billed, earlier adjustments
    included. What falls on an invoice that was not made yet follows from the new terms by itself; what the new terms
    charge once on a day whose invoice was made without it is charged here. Without credit only what costs more is
    charged: the rest of a cancelled contract, or of fewer seats, is not given back.
    """
    before = {rest.key: rest for rest in _rests(old, effective, made)}
    after = {rest.key: rest for rest in _rests(new, effective, made)}
    stands = standing(facts)
    order = {line.id: place for place, line in reversed([*enumerate((*old.lines, *new.lines))])}
    lines: list[RatedLine] = []
    for key in sorted({*before, *after}, key=lambda key: (order[key[0]], key[1])):
        was, becomes = before.get(key), after.get(key)
        if was and becomes and was.exact == becomes.exact:
            continue
        again = _again(was, old, effective, facts, stands) if was else _again(becomes, new, effective, facts, stands)
        back = _credits([*(was.parts if was else ()), *again], old, effective, stands)
        changes = [*back, *_charges(becomes, new, effective)]
        if with_credit or sum((line.amount.amount for line in changes), Decimal(0)) > 0:
            lines += [line for line in changes if line.amount]
    lines += _once(new, facts, made)
    return Adjustment(effective, old.currency, tuple(lines))


@dataclass(frozen=True, slots=True)
class _Part:
    """One charge or discount of a billed period, and what of it falls on or after the change; nothing of one before."""

    reckoned: Reckoned
    days: Period
    exact: Decimal
    share: Fraction


@dataclass(frozen=True, slots=True)
class _Rest:
    """What of one billed period of one line falls on or after the change."""

    key: tuple[str, date]  # line and first day of the full period
    parts: tuple[_Part, ...]
    number: int  # the place of the line in its terms
    when: LinePeriod

    @property
    def exact(self) -> Decimal:
        return sum((part.exact for part in self.parts), Decimal(0))


def _rests(terms: Terms, effective: date, made: Collection[str]) -> Iterator[_Rest]:
    """Give the agreed charges on the invoices made so far, as far as they are for days after the change."""
    last = last_day(made)
    for number, line in enumerate(terms.lines):
        if line.is_metered or last is None:
            continue
        calendar = calendar_of(terms, line)
        for when in periods_until(terms, line, last):
            if when.period.end >= effective and calendar.invoice_date(when.period).isoformat() in made:
                found = reckon_recurring(terms, number, when)
                parts = tuple(_part(terms, number, when, one, one.period, effective) for one in found if one.period)
                yield _Rest((line.id, when.share.full.start), parts, number, when)


def _part(terms: Terms, number: int, when: LinePeriod, reckoned: Reckoned, period: Period, effective: date) -> _Part:
    if period.end < effective:
        return _Part(reckoned, period, Decimal(0), Fraction(0, 1))
    days = Period(max(effective, period.start), period.end)
    months, proration = terms.months(terms.lines[number]), terms.billing.proration
    part = fraction_of(PeriodShare(days, when.share.full), months, proration)
    whole = fraction_of(PeriodShare(period, when.share.full), months, proration)
    share = Fraction(part.part * whole.whole, part.whole * whole.part) if days != period else Fraction(1, 1)
    return _Part(reckoned, days, share.of(reckoned.exact), share)


def _once(terms: Terms, facts: Facts, made: Collection[str]) -> Iterator[RatedLine]:
    """Give what the new terms charge once on an invoice that was made without it."""
    for planned in plan(terms, horizon=last_day(made) or date.min):
        for charge in planned.charges if planned.key in made else ():
            if charge.when is None:
                reckoned = reckon_once(terms, charge, planned)
                if reckoned.key not in facts.billed:
                    yield settle(reckoned, facts, terms.currency)


def last_day(made: Collection[str]) -> date | None:
    """Return the day of the last invoice that was made, or None when there is none."""
    return max((date.fromisoformat(key) for key in made if _DATED.fullmatch(key)), default=None)


def _again(rest: _Rest | None, terms: Terms, effective: date, facts: Facts, stands: Standing) -> Iterator[_Part]:
    """Give what of the period an earlier change took back and a credit memo charged again: it is billed after all."""
    for key, amount in stands.again.items() if rest and rest.parts else ():
        charge, days = taken_back(key), facts.days.get(key)
        if rest is None or charge is None or days is None:
            continue
        name, start = names(charge)
        full = rest.when.share.full
        if name.partition("/")[0] == rest.key[0] and full.start <= date.fromisoformat(start) <= full.end:
            same = [part.reckoned for part in rest.parts if part.reckoned.key == charge]
            like = next((one for one in same), rest.parts[0].reckoned)
            yield _part(terms, rest.number, rest.when, replace(like, key=key, exact=amount), days, effective)


def _credits(parts: Collection[_Part], terms: Terms, effective: date, stands: Standing) -> Iterator[RatedLine]:
    """Give the lines that take back what was billed for the days after the change, none more than is left of it.

    A charge and its discounts are rounded each on its own; together they are never taken back beyond what they came
    to, those discounts included that were over before the change.
    """
    groups: defaultdict[str, list[_Part]] = defaultdict(list)
    for part in parts:
        groups[names(_charge(part))[1]].append(part)
    for group in groups.values():
        found = list(_group_credits(group, terms, stands))
        charges = {_charge(one.part) for one in found}
        beyond = sum((one.amount for one in found), Decimal(0)) - sum((stands.of[key] for key in charges), Decimal(0))
        for one in found:
            cut = max(Decimal(0), min(beyond, one.amount))
            beyond -= cut
            yield settle(_credited(replace(one, amount=one.amount - cut), terms, effective), Facts(), terms.currency)


@dataclass(frozen=True, slots=True)
class _Credit:
    """What is taken back of one charge; of a discount both are negative: it is charged again."""

    part: _Part
    left: Decimal  # billed, and not taken back before
    amount: Decimal


def _group_credits(parts: Collection[_Part], terms: Terms, stands: Standing) -> Iterator[_Credit]:
    """Give what is taken back of charges and their discounts, of each not more than what stands of it."""
    taken: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        key, charge = part.reckoned.key, _charge(part)
        if charge not in stands.of:
            continue
        left = stands.of[charge]
        sign = -1 if part.reckoned.exact < 0 else 1  # what a discount took off is charged again
        potential = Money.rounded(part.exact * sign, terms.currency).amount
        amount = credit_cap(potential, left * sign, taken[charge] * sign) * sign
        taken[charge] += amount
        yield _Credit(part, stands.again[key] if key != charge else left, amount)


def _charge(part: _Part) -> str:
    """Return the key of the charge that a part is of, also where it was taken back and is charged again."""
    return taken_back(part.reckoned.key) or part.reckoned.key


def _credited(one: _Credit, terms: Terms, effective: date) -> Reckoned:
    part, sign = one.part, -1 if one.left < 0 or one.amount < 0 else 1
    verb = "given back" if sign > 0 else "charged again"
    words = f"{shown(one.amount * sign, terms.currency)} of {shown(one.left * sign, terms.currency)} billed is {verb}"
    return replace(
        part.reckoned,
        key=key_of_taken(part.reckoned.key, max(effective, part.days.start)),
        description=f"{part.reckoned.description}: change of what was billed",
        exact=-one.amount,
        words=(*_share_words(part, terms), words),
        period=part.days,
        unit="",
        measured=Decimal(1),
    )


def _charges(rest: _Rest | None, terms: Terms, effective: date) -> Iterator[RatedLine]:
    """Give what is charged for the days after the change, under the keys by which it is found when it is taken back.

    A discount goes by the day of its charge, also where it begins later, and takes off no more than the days of the
    charge that are left come to.
    """
    prices: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in rest.parts if rest else ():
        if part.days.end < effective:
            continue
        name, start = names(part.reckoned.key)
        exact = part.exact
        words = (*_words_before_rounding(part.reckoned, terms), *_share_words(part, terms))
        words = (*words, *rounding(exact, terms.currency))
        amount = Money.rounded(exact, terms.currency).amount
        if amount < 0 and -amount > prices[start]:
            exact = amount = -prices[start]
            words = (*words, no_more_than(prices[start], terms.currency))
        prices[start] += amount
        key = f"{name}@{max(effective, date.fromisoformat(start))}"
        yield settle(
            replace(part.reckoned, key=key, exact=exact, words=words, period=part.days), Facts(), terms.currency
        )


def _words_before_rounding(whole: Reckoned, terms: Terms) -> tuple[str, ...]:
    """Return the arithmetic of a charge up to its rounding: a part of it is rounded once, at its own end."""
    return whole.words[:-1] if whole.words[-1:] == rounding(whole.exact, terms.currency) else whole.words


def _share_words(part: _Part, terms: Terms) -> tuple[str, ...]:
    """Return the arithmetic of the part of a charge that falls after the change; nothing for all of it."""
    if part.share.part == part.share.whole:
        return ()
    common = gcd(part.share.part, part.share.whole)
    share = f"{part.share.part // common}/{part.share.whole // common}"
    base = abs(part.reckoned.exact)
    return (f"{shown(base, terms.currency)} x {share} = {shown(abs(part.exact), terms.currency)}",)
