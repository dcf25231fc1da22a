"""What is charged once: fees, milestones, and the purchase of prepaid credit."""

from __future__ import annotations

from decimal import Decimal

from flows.pricing.figures import number
from flows.rating.facts import key_of
from flows.rating.figures import rounding, shown
from flows.rating.plan import ChargeKind, PlannedCharge, PlannedInvoice
from flows.rating.rated import Reckoned
from flows.schedule.split import split_by_percents
from flows.terms.lines import Milestone
from flows.terms.model import Terms
from flows.values.extension import exact_product
from flows.values.money import Money


def reckon_once(terms: Terms, charge: PlannedCharge, planned: PlannedInvoice) -> Reckoned:
    """Return what is charged once, and its arithmetic."""
    match charge.kind:
        case ChargeKind.FEE:
            return _fee(terms, charge, planned)
        case ChargeKind.MILESTONE:
            return _milestone(terms, charge, planned)
        case _:
            return _purchase(terms, charge, planned)


def milestone_amount(terms: Terms, milestone: Milestone) -> Money:
    """Return what a milestone costs; percentages are of the total, and the last one takes what rounding leaves over."""
    if milestone.amount is not None:
        return Money.rounded(milestone.amount, terms.currency)
    assert terms.milestone_total is not None  # the terms refuse percentages of nothing
    shares = [other for other in terms.milestones if other.pct is not None]
    total = Money.rounded(terms.milestone_total, terms.currency)
    parts = split_by_percents(total, [other.pct or Decimal(0) for other in shares])
    return parts[shares.index(milestone)]


def _fee(terms: Terms, charge: PlannedCharge, planned: PlannedInvoice) -> Reckoned:
    fee = terms.fees[charge.number]
    exact = exact_product(fee.quantity, fee.amount)
    return Reckoned(
        key=key_of(fee.id, planned.invoice_date),
        path=f"fees[{charge.number + 1}]",
        coded=fee,
        description=fee.description,
        exact=exact,
        words=(
            f"{number(fee.quantity)} at {shown(fee.amount, terms.currency)} = {shown(exact, terms.currency)}",
            *rounding(exact, terms.currency),
        ),
        measured=fee.quantity,
    )


def _milestone(terms: Terms, charge: PlannedCharge, planned: PlannedInvoice) -> Reckoned:
    milestone = terms.milestones[charge.number]
    amount = milestone_amount(terms, milestone)
    return Reckoned(
        key=key_of(milestone.id, planned.invoice_date),
        path=f"milestones[{charge.number + 1}]",
        coded=milestone,
        description=milestone.description,
        exact=amount.amount,
        words=_milestone_words(terms, milestone, amount),
    )


def _milestone_words(terms: Terms, milestone: Milestone, amount: Money) -> tuple[str, ...]:
    """Say how a milestone comes to its amount; the last percentage has what the others leave, where that differs."""
    comes_to = shown(amount.amount, terms.currency)
    if milestone.pct is None or terms.milestone_total is None:
        return (f"agreed for this milestone: {comes_to}",)
    total, last = terms.milestone_total, [one for one in terms.milestones if one.pct is not None][-1]
    exact = exact_product(milestone.pct, total).scaleb(-2)
    share = f"{number(milestone.pct)}% of {shown(total, terms.currency)}"
    if milestone is last and Money.rounded(exact, terms.currency) != amount:
        others = shown(total - amount.amount, terms.currency)
        return (
            f"{share}, as rounding the others leaves it",
            f"{shown(total, terms.currency)} less {others} for the other milestones = {comes_to}",
        )
    rounded = () if exact == amount.amount else (f"{shown(exact, terms.currency)} rounded to {comes_to}",)
    return (f"{share} = {shown(exact, terms.currency)}", *rounded)


def _purchase(terms: Terms, charge: PlannedCharge, planned: PlannedInvoice) -> Reckoned:
    credit = terms.credits[charge.number]
    paid = credit.amount if credit.price is None else credit.price
    words = f"{shown(paid, terms.currency)} paid ahead for {shown(credit.amount, terms.currency)} to use"
    return Reckoned(
        key=key_of(credit.id, planned.invoice_date),
        path=f"credits[{charge.number + 1}]",
        coded=credit,
        description=credit.description,
        exact=paid,
        words=(words,),
    )
