"""What the card of a correction is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flows.approvals import Request
from flows.values.money import Money


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One line of a credit memo: what was billed, and what is given back of it."""

    description: str
    billed: Money
    credited: Money


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction and its invoice as they stand. `remains` is what is left of the invoice once it is done.

    `reissued_as` is how the invoice is called that replaces a voided one, and the link to its card.
    """

    correction_id: str
    is_credit: bool
    state: str
    number: str | None  # of the credit memo
    total: Money
    reason: str
    requester: str
    customer: str
    invoice_number: str
    invoice_total: Money
    invoice_url: str | None
    credited_before: Money
    remains: Money
    request: Request | None
    lines: tuple[GivenBack, ...] = ()
    attention: str | None = None
    reissued_as: tuple[str, str | None] | None = None
    posting_date: date | None = None  # where one was chosen
