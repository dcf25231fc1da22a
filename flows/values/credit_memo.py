"""What a credit memo says of the invoice that it credits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flows.values.money import Money, total


@dataclass(frozen=True, slots=True)
class CreditMemo:
    """An issued credit memo. `amounts` is what is given back by the number of the invoice's line, with its sign.

    `credited_before` is what earlier memos gave back of the invoice; `dated` is the day it is posted on.
    """

    number: str
    dated: date
    invoice_number: str
    reason: str
    amounts: Mapping[int, Money]
    credited_before: Money

    @property
    def total(self) -> Money:
        """What the customer owes less by it."""
        return total(self.amounts.values(), self.credited_before.currency)
