"""Whether the deal's Amount is what its lines come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from flows.contracts.line_checks import PlacedLine, is_cut, one_period, periods_in_contract
from flows.contracts.problem import Problem
from flows.values import words
from flows.values.deal import Billing, Deal, Frequency
from flows.values.extension import charged_quantity, exact_product
from flows.values.money import Money, format_money, total


def check_amount_explained(deal: Deal, placed: Sequence[PlacedLine], *, is_billed: bool) -> Iterator[Problem]:
    """Yield a problem when the Amount is none of the figures that people put there.

    Sellers write the Amount in one of three ways, and each is accepted: what the first invoice comes to (every line
    once), the value of the first year (one-time lines once, recurring lines for twelve months), or the value of the
    whole contract (recurring lines for every period from start to end). Each is taken both as the sum of rounded lines
    and as the rounded sum of exact lines. Nothing else explains an Amount: no tolerance, no share of it.

    It is not looked at where a deal that is billed already was made to end inside a period: sellers leave it as it was,
    or write what is left.

    Call this only for a deal whose currency, amount, dates and lines are free of problems.
    """
    currency, stated = deal.currency, deal.amount
    if currency is None or stated is None or (is_billed and any(is_cut(one.line, deal) for one in placed)):
        return
    first = _value(placed, currency, [1] * len(placed))
    year = _value(placed, currency, [_times_a_year(one) for one in placed])
    counts = [periods_in_contract(one.line, deal) for one in placed]
    known = [count for count in counts if count is not None]
    contract = _value(placed, currency, known) if len(known) == len(counts) else None
    if all(stated not in figures for figures in (first, year, contract or ())):
        yield Problem("deal.amount_differs", "amount", _explanation(deal, first[0], year[0], contract and contract[0]))


def _value(placed: Sequence[PlacedLine], currency: str, times: Sequence[int]) -> tuple[Decimal, Decimal]:
    """Return the sum of rounded lines, and the rounded sum of exact ones, each line taken so many times."""
    rounded, exact = Decimal(0), Decimal(0)
    for one, count in zip(placed, times, strict=True):
        once = one_period(one.line, currency) or Money.zero(currency)
        rounded += once.amount * count
        exact += exact_product(charged_quantity(one.line) or Decimal(0), one.line.unit_price or Decimal(0)) * count
    return rounded, Money.rounded(exact, currency).amount


def _times_a_year(one: PlacedLine) -> int:
    if one.line.billing == Billing.ONE_TIME or one.line.frequency is None:
        return 1
    return 12 // Frequency(one.line.frequency).months


def _explanation(deal: Deal, first: Decimal, year: Decimal, contract: Decimal | None) -> str:
    figures = [f"{words.amount(first, deal.currency)} for the first invoice"]
    if year != first:
        figures.append(f"{words.amount(year, deal.currency)} for a year")
    if contract is not None and contract not in (first, year):
        figures.append(f"{words.amount(contract, deal.currency)} for the whole contract")
    return (
        f"The deal's amount is {words.amount(deal.amount or Decimal(0), deal.currency)}, but its lines come to "
        f"{', '.join(figures)}. Correct the amount or the lines."
    )


def check_something_to_bill(deal: Deal, placed: Sequence[PlacedLine]) -> Iterator[Problem]:
    """Yield a problem when every line is free of charge."""
    costs = [cost for one in placed if (cost := one_period(one.line, deal.currency)) is not None]
    if deal.currency and costs and len(costs) == len(placed) and not total(costs, deal.currency):
        zero = format_money(Money.zero(deal.currency))
        yield Problem("deal.nothing_to_bill", "lines", f"The lines come to {zero}; there is nothing to invoice.")
