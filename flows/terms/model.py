"""The commercial terms of one contract: everything that decides what is billed, when, to whom and why.

The model is frozen and knows no field that it does not name. What cannot be together is refused at its place, and a
convention that we do not bill by is refused by name: `flows.terms.reading` turns text into Terms and tells every
mistake at once. Dates are calendar dates in the contract's time zone, both ends of a period inclusive; money is in the
contract's currency and may be finer than its smallest coin where it is a price.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from flows.schedule.conventions import Alignment, ArrearsOn, Frequency, Proration, Timing
from flows.schedule.payment_terms import PaymentTerms
from flows.terms.checks import billing_problems, renewal_problems, terms_problems
from flows.terms.fields import Amount, Currency, Day, Email, Exact, Frozen, Id, Lines, Text, Zone
from flows.terms.lines import (
    Allowance,
    Commitment,
    Discount,
    Escalator,
    Fee,
    FreePeriod,
    Milestone,
    PrepaidCredit,
    PriceLine,
    RampSegment,
)
from flows.terms.problems import refuse

__all__ = [
    "Allowance",
    "Billing",
    "Commitment",
    "Customer",
    "Discount",
    "Escalator",
    "Fee",
    "FreePeriod",
    "Frequency",
    "Milestone",
    "PrepaidCredit",
    "PriceLine",
    "RampSegment",
    "Renewal",
    "Seller",
    "Terms",
    "Timing",
]

FORMAT: Final = 1


class Seller(Frozen):
    """Who bills, where it is not the company that the policy names."""

    name: Text
    address: Lines | None = None
    email: Email | None = None
    tax_id: Text | None = None


class Customer(Frozen):
    """Who is billed."""

    name: Text
    email: Email
    id: Id | None = None
    contact: Text | None = None
    address: Lines | None = None
    tax_id: Text | None = None


class Renewal(Frozen):
    """What happens after the contract's end.

    none: it ends. fixed: a new term of `months` begins, `times` times or until it is cancelled. evergreen: billing
    goes on, without a new term. `uplift_pct` raises the prices at each renewal, or every `months` of an evergreen.
    """

    kind: Literal["none", "fixed", "evergreen"] = "none"
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    times: Annotated[int, Field(ge=1, le=100)] | None = None
    uplift_pct: Annotated[Exact, Field(ge=0, le=100)] = Decimal(0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(renewal_problems(self))
        return self


class Billing(Frozen):
    """How often, on which days and for which part of a period is billed; a line can say otherwise for itself.

    anniversary: periods are counted from the contract's start, on `anchor_day` where it is given. calendar: periods
    are those of the calendar, or of the fiscal year that begins in `fiscal_year_start_month`.
    """

    frequency: Frequency = Frequency.MONTHLY
    alignment: Alignment = Alignment.ANNIVERSARY
    anchor_day: Annotated[int, Field(ge=1, le=31)] | None = None
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] | None = None
    timing: Timing = Timing.ADVANCE
    arrears_on: ArrearsOn = ArrearsOn.DAY_AFTER
    proration: Proration = Proration.ACTUAL_DAYS

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(billing_problems(self))
        return self


def _format_number(value: Any) -> Any:
    if value not in (FORMAT, str(FORMAT)) or isinstance(value, bool):
        raise ValueError(f"is not a format that this program reads; write version: {FORMAT}")
    return FORMAT


class Terms(Frozen):
    """One version of a contract's commercial terms."""

    version: Annotated[Literal[1], BeforeValidator(_format_number)]
    contract: Text | None = None  # the contract's own number
    seller: Seller | None = None
    customer: Customer
    currency: Currency
    time_zone: Zone
    start: Day
    end: Day | None = None  # last day, inclusive; None: until it is cancelled
    renewal: Renewal = Renewal()
    billing: Billing = Billing()
    payment: PaymentTerms
    po_number: Text | None = None
    lines: tuple[PriceLine, ...] = Field(default=(), max_length=1000)
    fees: tuple[Fee, ...] = Field(default=(), max_length=1000)
    milestone_total: Amount | None = None  # what the percentages of milestones are of
    milestones: tuple[Milestone, ...] = Field(default=(), max_length=1000)
    commitments: tuple[Commitment, ...] = Field(default=(), max_length=100)
    credits: tuple[PrepaidCredit, ...] = Field(default=(), max_length=100)
    allowances: tuple[Allowance, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(terms_problems(self))
        return self

    def line(self, id: str) -> PriceLine:
        """Return the price line of that id. Raises KeyError."""
        return self.lines[self.place(id)]

    def place(self, id: str) -> int:
        """Return the position, from 0, of the price line of that id. Raises KeyError."""
        for number, line in enumerate(self.lines):
            if line.id == id:
                return number
        raise KeyError(id)

    def months(self, line: PriceLine) -> int:
        """Return how many months one billing period of a line has."""
        return (line.frequency or self.billing.frequency).months

    def timing(self, line: PriceLine) -> Timing:
        """Return whether a line is billed before or after its period; what is measured is always billed after."""
        return Timing.ARREARS if line.is_metered else line.timing or self.billing.timing

    def starts(self, line: PriceLine) -> date:
        """Return the first day of a line."""
        return line.start or self.start

    def ends(self, line: PriceLine) -> date | None:
        """Return the last day of a line within the first term, or None when it runs on."""
        return line.end or self.end
