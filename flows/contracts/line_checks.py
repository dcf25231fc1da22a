"""What can be wrong with one line of a deal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from flows.contracts import numbers
from flows.contracts.problem import Problem, line_field
from flows.values import words
from flows.values.currency import MINOR_UNITS
from flows.values.deal import Billing, Deal, DealLine, Frequency
from flows.values.extension import charged_quantity, exact_product, extend
from flows.values.money import Money, format_money
from flows.values.periods import first_period, whole_periods

LONGEST_DESCRIPTION: Final = 5000
BILLINGS: Final = ("one_time", "flat", "per_unit")
FREQUENCIES: Final = ("monthly", "quarterly", "semiannual", "annual")
TIMINGS: Final = ("advance", "arrears")
_ADJECTIVE: Final = {"monthly": "month", "quarterly": "quarter", "semiannual": "half-year", "annual": "year"}


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line with its place on the deal, counted from 1."""

    number: int
    line: DealLine

    def field(self, attribute: str) -> str:
        """Name an attribute of this line as Problem.field does."""
        return line_field(self.number, attribute)

    @property
    def called(self) -> str:
        """How messages begin: Line 2 (“Seats”)."""
        name = words.shortened(self.line.description) or words.shortened(self.line.product_code or "")
        return f"Line {self.number} (“{name}”)" if name else f"Line {self.number}"

    @property
    def is_recurring(self) -> bool:
        """Whether the line is charged every period."""
        return self.line.billing in (Billing.FLAT, Billing.PER_UNIT)


def check_line(placed: PlacedLine, deal: Deal, *, dates_hold: bool, is_billed: bool) -> Iterator[Problem]:
    """Yield everything wrong with one line; periods are looked at only when the deal's dates hold.

    A deal that is billed already may end inside a period: what that means for what was billed is asked on a card.
    """
    yield from _description(placed)
    yield from _billing(placed)
    yield from _quantity(placed)
    yield from _price(placed, deal.currency)
    yield from _size(placed)
    if not (is_billed and is_cut(placed.line, deal)):
        yield from _total(placed, deal, dates_hold)
    if dates_hold and deal.start_date and not is_billed:
        yield from _period(placed, deal)


def one_period(line: DealLine, currency: str | None) -> Money | None:
    """Return what the line costs once, or for one period; None while that cannot be reckoned or is absurdly large.

    A flat fee without a quantity is charged once.
    """
    quantity = charged_quantity(line)
    if currency not in MINOR_UNITS or quantity is None or line.unit_price is None:
        return None
    parts = (quantity, line.unit_price)
    if any(True for part in parts for _ in numbers.check_number(part, "", "")):
        return None
    cost = extend(quantity, line.unit_price, currency)
    return None if abs(cost.amount) >= numbers.LARGEST else cost


def _description(placed: PlacedLine) -> Iterator[Problem]:
    text, field = placed.line.description, placed.field("description")
    if not text.strip():
        yield Problem("deal.no_description", field, f"Line {placed.number} has no description to print on the invoice.")
    if words.is_unreadable(text, lines=True):
        yield Problem("deal.unreadable_text", field, f"{placed.called}: the description has hidden control characters.")
    if len(text) > LONGEST_DESCRIPTION:
        says = (
            f"{placed.called}: the description is {len(text):,} characters long; {LONGEST_DESCRIPTION:,} is the most."
        )
        yield Problem("deal.text_too_long", field, says)


def _billing(placed: PlacedLine) -> Iterator[Problem]:
    line = placed.line
    if line.billing not in BILLINGS:
        said = f"says it is billed {words.quoted(line.billing)}" if line.billing else "does not say how it is billed"
        text = f"{placed.called} {said}. Choose one_time, flat or per_unit."
        yield Problem("deal.unknown_billing", placed.field("billing"), text)
    elif placed.is_recurring and line.frequency not in FREQUENCIES:
        said = f"is billed {words.quoted(line.frequency)}" if line.frequency else "recurs but does not say how often"
        text = f"{placed.called} {said}. Choose monthly, quarterly, semiannual or annual."
        yield Problem("deal.unknown_frequency", placed.field("frequency"), text)
    if line.timing is not None and line.timing not in TIMINGS:
        text = f"{placed.called} is billed “{words.shortened(line.timing, 60)}”. Choose advance or arrears."
        yield Problem("deal.unknown_timing", placed.field("timing"), text)


def _quantity(placed: PlacedLine) -> Iterator[Problem]:
    quantity, field = placed.line.quantity, placed.field("quantity")
    if quantity is None:
        if placed.line.billing != Billing.FLAT:
            yield Problem("deal.missing_quantity", field, f"{placed.called} has no quantity.")
        return
    faults = list(numbers.check_number(quantity, field, f"{placed.called}: the quantity"))
    yield from faults
    if faults:
        return
    if quantity < 0:
        text = (
            f"{placed.called} has the quantity {words.number(quantity)}. A credit cannot be billed; correct the deal."
        )
        yield Problem("deal.negative_quantity", field, text)
    elif quantity == 0:
        text = f"{placed.called} has the quantity 0. Give a quantity, or take the line off the deal."
        yield Problem("deal.zero_quantity", field, text)
    elif placed.line.billing == Billing.FLAT and quantity != 1:
        text = (
            f"{placed.called} is a flat fee but has the quantity {words.number(quantity)}. A flat fee is charged "
            "once a period: set the quantity to 1, or bill the line per_unit."
        )
        yield Problem("deal.flat_quantity", field, text)


def _price(placed: PlacedLine, currency: str | None) -> Iterator[Problem]:
    price, field = placed.line.unit_price, placed.field("unit_price")
    if price is None:
        yield Problem("deal.missing_price", field, f"{placed.called} has no unit price.")
        return
    faults = list(numbers.check_number(price, field, f"{placed.called}: the unit price"))
    if not faults and price < 0:
        text = f"{placed.called} has the price {words.price(price, currency)}. Put a discount in the price of its line."
        faults.append(Problem("deal.negative_price", field, text))
    elif not faults and currency in MINOR_UNITS and _charged_once(placed.line):
        faults.extend(numbers.check_whole(price, field, f"{placed.called}: the price", currency))
    yield from faults


def _size(placed: PlacedLine) -> Iterator[Problem]:
    quantity, price = placed.line.quantity, placed.line.unit_price
    parts = [part for part in (quantity, price) if part is not None]
    if len(parts) < 2 or any(True for part in parts for _ in numbers.check_number(part, "", "")):
        return
    if abs(exact_product(*parts)) >= numbers.LARGEST:
        text = f"{placed.called}: quantity times price is too large to be right."
        yield Problem("deal.too_large", placed.field("quantity"), text)


def _charged_once(line: DealLine) -> bool:
    """Whether the price itself is what the customer pays, so that it must be whole cents."""
    quantity = line.quantity
    return line.billing == Billing.FLAT or (quantity is not None and quantity.is_finite() and quantity == 1)


def _total(placed: PlacedLine, deal: Deal, dates_hold: bool) -> Iterator[Problem]:
    """Check the source's own line total: quantity x price, for one period or for all periods of the contract."""
    total, field, currency = placed.line.total, placed.field("total"), deal.currency
    if total is None:
        return
    faults = list(numbers.check_number(total, field, f"{placed.called}: the total"))
    if not faults and currency in MINOR_UNITS:
        faults.extend(numbers.check_whole(total, field, f"{placed.called}: the total", currency))
    yield from faults
    expected = one_period(placed.line, currency)
    if faults or expected is None or total in (expected.amount, _for_contract(expected, placed, deal, dates_hold)):
        return
    quantity = Decimal(1) if placed.line.quantity is None else placed.line.quantity
    text = (
        f"{placed.called}: {words.number(quantity)} × {words.price(placed.line.unit_price or Decimal(0), currency)} is "
        f"{format_money(expected)}, but the deal says {words.amount(total, currency)}. "
        "If there is a discount, put it in the unit price."
    )
    yield Problem("deal.total_differs", field, text)


def _for_contract(expected: Money, placed: PlacedLine, deal: Deal, dates_hold: bool) -> Decimal | None:
    count = periods_in_contract(placed.line, deal) if dates_hold else None
    return None if count is None else expected.amount * count


def periods_in_contract(line: DealLine, deal: Deal) -> int | None:
    """Return how often the line is charged from start to end; None when no end is known or a period would be cut."""
    if line.billing == Billing.ONE_TIME:
        return 1
    if deal.start_date is None or deal.end_date is None or line.frequency not in FREQUENCIES:
        return None
    return whole_periods(deal.start_date, deal.end_date, Frequency(line.frequency).months)


def is_cut(line: DealLine, deal: Deal) -> bool:
    """Tell whether the deal's end cuts a period of the line in two, so that no figure for its whole time is agreed."""
    has_dates = deal.start_date is not None and deal.end_date is not None
    return has_dates and line.frequency in FREQUENCIES and periods_in_contract(line, deal) is None


def _period(placed: PlacedLine, deal: Deal) -> Iterator[Problem]:
    frequency = placed.line.frequency
    if deal.start_date is None or deal.end_date is None or not placed.is_recurring or frequency not in FREQUENCIES:
        return
    last = first_period(deal.start_date, Frequency(frequency).months)[1]
    if deal.start_date <= deal.end_date < last:
        text = (
            f"{placed.called} is billed by the {_ADJECTIVE[frequency]}, but the contract ends on "
            f"{words.day(deal.end_date)}, before the first period does ({words.day(last)}). I bill whole periods only: "
            "change the end date or the frequency."
        )
        yield Problem("deal.partial_period", placed.field("frequency"), text)
