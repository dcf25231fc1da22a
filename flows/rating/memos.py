"""Credit memos over usage that was corrected after the last invoice: what they gave back is not billed any more. Pure.

A memo is of one line, and does not say why it was given. What it gave back because usage was corrected is what was owed
for that line by the usage, and by what was billed, when the memo was asked for; anything beyond was given for another
reason, and stays billed. So usage that is raised again afterwards is billed again, and a gift is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from flows.rating.facts import Billed, Facts
from flows.rating.plan import PlannedInvoice
from flows.rating.rate import rate
from flows.terms.model import Terms
from flows.values.money import Money


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What credit memos gave back by line key, with the sign of the line; and what was used and billed `then`."""

    amounts: Mapping[str, Money]
    then: Facts


def after_memos(terms: Terms, planned: PlannedInvoice, memos: Sequence[GivenBack], now: Facts) -> Facts:
    """Return the facts of today for an invoice of late usage, with what the memos, oldest first, gave back.

    Raises what `rate` raises.
    """
    back: dict[str, Billed] = {}
    gifts: dict[str, Money] = {}
    for memo in memos:
        lines = {line.key: line for line in rate(terms, planned, _with(memo.then, back, gifts)).lines}
        for key, given in memo.amounts.items():
            zero, line = Money.zero(given.currency), lines.get(key)
            owed = zero - line.amount if line is not None and line.amount < zero else zero
            taken = min(given, owed) if given > zero else zero
            if line is not None and taken:
                quantity = line.measured if taken == owed else Decimal(0)
                before = back.get(key, Billed(Decimal(0), zero))
                back[key] = Billed(before.quantity + quantity, before.amount - taken)
            gifts[key] = gifts.get(key, zero) + (given - taken)
    return _with(now, back, gifts)


def _with(facts: Facts, back: Mapping[str, Billed], gifts: Mapping[str, Money]) -> Facts:
    """Return the facts without what was given back of what was billed; `gifts` stay billed."""
    billed = dict(facts.billed)
    for key, taken in back.items():
        if (before := billed.get(key)) is not None:
            billed[key] = Billed(before.quantity + taken.quantity, before.amount + taken.amount)
    return replace(facts, billed=billed, credited=dict(gifts), reopened=frozenset(back))
