"""What a product brings to a contract beside its price, as the product catalogue says it.

A catalogue serves many deals, so its days are counted in months from the first day of each contract, and a quantity or
a price can be a percentage of what the deal says. `flows.contracts.brought` makes parts of a contract's terms of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from flows.terms.fields import Amount, Exact, Frozen, Id, Percent, Quantity, Text
from flows.terms.lines import ALERT_AT, Escalator
from flows.terms.model import Renewal
from flows.terms.problems import Path, Problem, problems_in, refuse, written

Months = Annotated[int, Field(ge=0, le=600)]
"""Months from the contract's first day."""
Lasting = Annotated[int, Field(ge=1, le=600)]
"""How many months something lasts."""
Share = Annotated[Exact, Field(ge=0, le=1000)]
"""A percentage of what the deal says."""


class RampStep(Frozen):
    """Some months with a quantity or a price of their own; the last step has no months and holds to the end."""

    months: Lasting | None = None
    quantity: Quantity | None = None
    quantity_pct: Share | None = None  # of the deal's quantity
    unit_price: Amount | None = None
    price_pct: Share | None = None  # of the deal's unit price

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(self._problems())
        return self

    def _problems(self) -> Iterator[Problem]:
        yield from _not_both("quantity", self.quantity, "quantity_pct", self.quantity_pct)
        yield from _not_both("unit_price", self.unit_price, "price_pct", self.price_pct)
        if not {"quantity", "quantity_pct", "unit_price", "price_pct"} & self.model_fields_set:
            yield Problem((), "changes nothing; give a quantity, a quantity_pct, a unit_price or a price_pct")


class FreeMonths(Frozen):
    """Months in which it costs nothing."""

    after_months: Months = 0
    months: Lasting


class ProductDiscount(Frozen):
    """A percentage or an amount off; without `months` for as long as the contract runs."""

    pct: Percent | None = None
    amount: Amount | None = None
    after_months: Months = 0
    months: Lasting | None = None
    description: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(_exactly_one("pct", self.pct, "amount", self.amount))
        return self


class ProductFee(Frozen):
    """Something charged once beside the product, in the currency of the deal."""

    description: Text
    amount: Annotated[Exact, Field(gt=0)]
    quantity: Annotated[Exact, Field(gt=0)] = Decimal(1)
    after_months: Months = 0


class ProductMilestone(Frozen):
    """A share of what the deal's line comes to, or an amount: some months into the contract, or on an event."""

    description: Text
    pct: Percent | None = None
    amount: Annotated[Exact, Field(gt=0)] | None = None
    after_months: Months | None = None
    event: Id | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse(self._problems())
        return self

    def _problems(self) -> Iterator[Problem]:
        yield from _exactly_one("pct", self.pct, "amount", self.amount)
        yield from _exactly_one("after_months", self.after_months, "event", self.event)


class ProductCommitment(Frozen):
    """A minimum. With `products` the deal's line is nothing but the minimum of what those come to.

    Without an `amount` it is what the deal's line comes to, quantity times unit price.
    """

    amount: Annotated[Exact, Field(gt=0)] | None = None
    per: Literal["period", "term"] = "term"
    description: Text = "Minimum commitment"
    products: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    alert_at_pct: tuple[Percent, ...] = ALERT_AT


class ProductCredit(Frozen):
    """Credit that pays for usage. With `products` the deal's line is its purchase, and it pays for those.

    A purchase costs what the deal's line comes to, and so much can be used unless `amount` says otherwise.
    """

    amount: Annotated[Exact, Field(gt=0)] | None = None
    price: Amount | None = None  # None: the same; 0: given
    months: Lasting | None = None  # None: until the contract ends
    description: Text = "Prepaid credit"
    products: Annotated[tuple[Text, ...], Field(max_length=100)] = ()


class Parts(Frozen):
    """All that a product brings beside its price."""

    ramp: Annotated[tuple[RampStep, ...], Field(max_length=100)] = ()
    free: Annotated[tuple[FreeMonths, ...], Field(max_length=100)] = ()
    discounts: Annotated[tuple[ProductDiscount, ...], Field(max_length=100)] = ()
    escalator: Escalator | None = None
    fees: Annotated[tuple[ProductFee, ...], Field(max_length=100)] = ()
    milestones: Annotated[tuple[ProductMilestone, ...], Field(max_length=100)] = ()
    commitment: ProductCommitment | None = None
    credit: ProductCredit | None = None
    renewal: Renewal | None = None

    @property
    def stands_for_line(self) -> str | None:
        """The part that takes the place of the deal's line, which then has no price of its own; None: it has one."""
        if self.milestones:
            return "milestones"
        if self.commitment and self.commitment.products:
            return "commitment"
        return "credit" if self.credit and self.credit.products else None

    @property
    def named(self) -> tuple[tuple[Path, str], ...]:
        """The products that parts name, each with its place."""
        found = (("commitment", self.commitment), ("credit", self.credit))
        return tuple(
            ((name, "products", number), code)
            for name, part in found
            for number, code in enumerate(part.products if part else ())
        )

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse((*_ramp_problems(self.ramp), *_milestone_problems(self.milestones)))
        return self


PART_NAMES: Final = tuple(Parts.model_fields)
NO_RENEWAL: Final = Renewal()
_MODELS: Final[Mapping[str, type[Frozen]]] = {
    "ramp": RampStep,
    "free": FreeMonths,
    "discounts": ProductDiscount,
    "escalator": Escalator,
    "fees": ProductFee,
    "milestones": ProductMilestone,
    "commitment": ProductCommitment,
    "credit": ProductCredit,
    "renewal": Renewal,
}


def read_parts(table: Mapping[str, Any]) -> Parts | tuple[Problem, ...]:
    """Return the parts that the table of a product says, or everything that is wrong, each at its place."""
    try:
        return Parts.model_validate({name: table[name] for name in PART_NAMES if name in table})
    except ValidationError as error:
        return tuple(_problems(error))


def problem_words(problem: Problem, above: str) -> str:
    """Write a problem with its full place."""
    return f"{written((above, *problem.path))} {problem.message}"


def _problems(error: ValidationError) -> Iterator[Problem]:
    for entry in error.errors(include_url=False):
        own = problems_in(entry)
        for problem in own or (Problem((), _in_words(entry)),):
            yield Problem((*entry["loc"], *problem.path), problem.message)


def _in_words(entry: Any) -> str:
    facts, loc = entry.get("ctx", {}), entry["loc"]
    match entry["type"]:
        case "value_error":
            return str(facts["error"])
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            known = tuple(_MODELS[loc[0]].model_fields)
            near = difflib.get_close_matches(str(loc[-1]), known, 1)
            meant = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(known)}"
            return f"is not a setting; {meant}"
        case "literal_error":
            return f"is not supported; use one of: {str(facts['expected']).replace(chr(39), '')}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must be a table, such as { months = 3 }"
        case "tuple_type" | "list_type":
            return "must be a list of tables: [{ … }, { … }]"
    return f"{entry['msg'][0].lower()}{entry['msg'][1:]}"


def _ramp_problems(ramp: tuple[RampStep, ...]) -> Iterator[Problem]:
    for number, step in enumerate(ramp):
        is_last = number == len(ramp) - 1
        if is_last and step.months is not None:
            yield Problem(("ramp", number, "months"), "the last step holds to the end of the contract; remove it")
        if not is_last and step.months is None:
            yield Problem(("ramp", number), "has no months; only the last step holds to the end")


def _milestone_problems(milestones: tuple[ProductMilestone, ...]) -> Iterator[Problem]:
    shares = [one.pct for one in milestones if one.pct is not None]
    if shares and (added := sum(shares)) != 100:
        yield Problem(("milestones",), f"their percentages add up to {added:f}; they must be 100")
    events = [one.event for one in milestones]
    for number, event in enumerate(events):
        if event is not None and event in events[:number]:
            yield Problem(("milestones", number, "event"), f"{event} stands here twice; each event needs its own name")


def _not_both(first: str, one: object, second: str, other: object) -> Iterator[Problem]:
    if one is not None and other is not None:
        yield Problem((second,), f"stands beside {first}; keep one of the two")


def _exactly_one(first: str, one: object, second: str, other: object) -> Iterator[Problem]:
    yield from _not_both(first, one, second, other)
    if one is None and other is None:
        yield Problem((), f"needs either {first} or {second}")
