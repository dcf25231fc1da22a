"""What is sold: price lines with their ramps, free periods, discounts and escalators, and what is charged once."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from flows.schedule.conventions import Frequency, Timing
from flows.terms.fields import Amount, Day, Dimensions, Exact, Frozen, Id, Percent, Quantity, Text
from flows.terms.line_checks import escalator_problems, line_problems, milestone_problems
from flows.terms.price import PriceModel
from flows.terms.problems import refuse

Aggregation = Literal["sum", "max", "last", "unique_count"]

ALERT_AT: Final = (Decimal(50), Decimal(80), Decimal(100))


class Coded(Frozen):
    """How something is booked, and which field of the deal it comes from."""

    product_code: Id | None = None
    account: Text | None = None  # revenue account; the catalogue or the policy fills in what is not given
    tax_code: Text | None = None
    dimensions: Dimensions = ()
    source: Text | None = None  # "salesforce OpportunityLineItem 00k…"


class RampSegment(Frozen):
    """A stretch of time with its own quantity or unit price; segments tile the line's time."""

    start: Day
    end: Day | None = None  # last day, inclusive; None, in the last segment, for as long as the line runs
    quantity: Quantity | None = None
    unit_price: Amount | None = None


class FreePeriod(Frozen):
    """Days on which the line costs nothing, both ends inclusive."""

    start: Day
    end: Day


class Discount(Frozen):
    """A percentage or an amount off the line's price; an amount is off each full billing period."""

    pct: Percent | None = None
    amount: Amount | None = None
    start: Day | None = None
    end: Day | None = None  # last day, inclusive
    description: Text | None = None


class Escalator(Frozen):
    """The price rises by `pct` each time `every_months` have passed since the line's start, compounding."""

    pct: Percent
    every_months: Annotated[int, Field(ge=1, le=120)] = 12
    cap_pct: Annotated[Exact, Field(gt=0, le=1000)] | None = None  # never more than so much above the first price
    round_to: Annotated[int, Field(ge=0, le=12)] | None = None  # decimals of the new unit price; None keeps them all

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(escalator_problems(self))
        return self


class PriceLine(Coded):
    """One product for a time: a price, and either a quantity that is agreed or a meter that counts."""

    id: Id
    description: Text
    price: PriceModel
    quantity: Quantity | None = None
    meter: Id | None = None
    aggregation: Aggregation = "sum"
    accumulate: Literal["period", "term"] = "period"  # tiers begin anew each billing period, or once a term
    unit: Text = "unit"
    price_per: Frequency | None = None  # what a fixed price is for; None: one billing period of the line
    frequency: Frequency | None = None
    timing: Timing | None = None
    start: Day | None = None
    end: Day | None = None  # last day, inclusive
    ramp: tuple[RampSegment, ...] = Field(default=(), max_length=500)
    free: tuple[FreePeriod, ...] = Field(default=(), max_length=100)
    discounts: tuple[Discount, ...] = Field(default=(), max_length=100)
    escalator: Escalator | None = None
    when_zero: Literal["omit", "show"] = "omit"  # whether a charge of nothing stands on the invoice

    @property
    def is_metered(self) -> bool:
        """Tell whether the quantity is measured, not agreed."""
        return self.meter is not None

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(line_problems(self))
        return self


class Fee(Coded):
    """Something charged once."""

    id: Id
    description: Text
    amount: Annotated[Exact, Field(gt=0)]  # for each of `quantity`
    quantity: Annotated[Exact, Field(gt=0)] = Decimal(1)
    date: Day | None = None  # invoice date; None is the contract's start


class Milestone(Coded):
    """Something charged once when its day comes or its event is reported: an amount, or a percentage of the total."""

    id: Id
    description: Text
    amount: Annotated[Exact, Field(gt=0)] | None = None
    pct: Percent | None = None  # of the terms' `milestone_total`
    date: Day | None = None
    event: Id | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(milestone_problems(self))
        return self


class Commitment(Coded):
    """A minimum that the lines must come to together; what is missing is billed as a true-up."""

    id: Id
    description: Text
    amount: Annotated[Exact, Field(gt=0)]
    per: Literal["period", "term"] = "term"
    lines: tuple[Id, ...] = Field(min_length=1, max_length=1000)
    alert_at_pct: tuple[Percent, ...] = ALERT_AT


class PrepaidCredit(Coded):
    """Money paid ahead and used up by the lines' charges until it is gone or expires."""

    id: Id
    description: Text
    amount: Annotated[Exact, Field(gt=0)]  # what can be used
    price: Amount | None = None  # what is paid for it; None: the same. 0: given
    date: Day | None = None  # the purchase's invoice date; None is the contract's start
    expires: Day | None = None  # last day on which it can be used
    lines: tuple[Id, ...] = Field(min_length=1, max_length=1000)


class Allowance(Frozen):
    """A quantity that is expected of a meter; passing each percentage of it alerts once a period."""

    meter: Id
    quantity: Annotated[Exact, Field(gt=0)]
    per: Literal["period", "term"] = "period"
    alert_at_pct: tuple[Percent, ...] = ALERT_AT
