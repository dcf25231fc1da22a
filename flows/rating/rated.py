"""A rated invoice: every line with its amount, the arithmetic in words, and where each figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

from flows.pricing.figures import number, plural
from flows.rating.facts import Facts
from flows.rating.plan import PlannedInvoice
from flows.terms.lines import Coded
from flows.terms.timeline import LinePeriod
from flows.values.extension import decimals
from flows.values.invoice import InvoiceLine
from flows.values.money import Money, total
from flows.values.periods import Period

_DIGITS: Final = 60
_PRICE_PLACES: Final = 8  # a unit price with more decimals than this is not one that was agreed


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a line comes from: its place in the terms, the deal's field, and the usage rows by file and line."""

    terms_path: str
    deal_field: str | None = None
    usage: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "; ".join(part for part in (self.terms_path, self.deal_field, *self.usage) if part)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What one key comes to altogether, whatever was billed of it before.

    `exact` is the amount before rounding. `words` tell how it came to be; they already take off what was billed before
    when `words_are_net`. `measured` is the quantity that was agreed or used.
    """

    key: str
    path: str
    coded: Coded
    description: str
    exact: Decimal
    words: tuple[str, ...]
    measured: Decimal = Decimal(1)
    unit: str = ""
    when: LinePeriod | None = None
    period: Period | None = None
    usage: tuple[str, ...] = ()
    words_are_net: bool = False


@dataclass(frozen=True, slots=True)
class RatedLine:
    """One line of an invoice. `quantity` x `unit_price` is `amount`, rounded half away from zero to the minor unit.

    Where a price is tiered or prorated, the line is 1 x its amount and the description names the quantity. `measured`
    is what was agreed or used and is billed now. `key` is unique on the invoice and the same whenever it is rated.
    """

    key: str
    description: str
    product_code: str | None
    quantity: Decimal
    unit_price: Decimal
    amount: Money
    exact: Decimal
    measured: Decimal
    unit: str
    period: Period | None
    words: tuple[str, ...]
    account: str | None
    tax_code: str | None
    dimensions: tuple[tuple[str, str], ...]
    provenance: Provenance
    when: LinePeriod | None = None

    @property
    def subject(self) -> str:
        """The id, in the terms, of what is charged."""
        return self.key.partition("@")[0].partition("/")[0]

    def as_invoice_line(self, seq: int, *, account: str | None = None) -> InvoiceLine:
        """Return the line as an invoice holds it; `account` is for a line whose terms name none.

        Raises ValueError when neither names one.
        """
        booked = self.account or account
        if booked is None:
            raise ValueError(f"{self.provenance.terms_path} has no revenue account.")
        return InvoiceLine(
            seq=seq,
            description=self.description,
            product_code=self.product_code,
            quantity=self.quantity,
            unit_price=self.unit_price,
            amount=self.amount,
            period_start=self.period.start if self.period else None,
            period_end=self.period.end if self.period else None,
            account=booked,
            dimensions=self.dimensions,
            source=str(self.provenance),
        )


@dataclass(frozen=True, slots=True)
class RatedInvoice:
    """A planned invoice with its lines. No line at all means that there is nothing to bill on that day."""

    planned: PlannedInvoice
    currency: str
    lines: tuple[RatedLine, ...]

    @property
    def key(self) -> str:
        """The key of the planned invoice."""
        return self.planned.key

    @property
    def invoice_date(self) -> date:
        """The day that stands on it."""
        return self.planned.invoice_date

    @property
    def total(self) -> Money:
        """The sum of the lines."""
        return total((line.amount for line in self.lines), self.currency)


def settle(reckoned: Reckoned, facts: Facts, currency: str) -> RatedLine:
    """Return the line that bills what `reckoned` comes to, less what was billed of it before."""
    before = facts.billed.get(reckoned.key)
    amount, exact = Money.rounded(reckoned.exact, currency), reckoned.exact
    measured, words = reckoned.measured, reckoned.words
    if before is not None:
        amount, exact = amount - before.amount, exact - before.amount.amount
        measured = measured - before.quantity
        if not reckoned.words_are_net:
            words = (*words, f"less {before.amount} already billed")
    quantity, unit_price = _extension(measured, exact, amount)
    folded = quantity != measured and reckoned.unit
    return RatedLine(
        key=reckoned.key,
        description=f"{reckoned.description} ({count(measured, reckoned.unit)})" if folded else reckoned.description,
        product_code=reckoned.coded.product_code,
        quantity=quantity,
        unit_price=unit_price,
        amount=amount,
        exact=exact,
        measured=measured,
        unit=reckoned.unit,
        period=reckoned.period,
        words=words,
        account=reckoned.coded.account,
        tax_code=reckoned.coded.tax_code,
        dimensions=reckoned.coded.dimensions,
        provenance=Provenance(reckoned.path, reckoned.coded.source, reckoned.usage),
        when=reckoned.when,
    )


def count(quantity: Decimal, unit: str) -> str:
    """Write a quantity with the name of its unit: 1 seat, 1,200 calls."""
    return f"{number(quantity)} {unit if quantity == 1 else plural(unit)}"


def _extension(quantity: Decimal, exact: Decimal, amount: Money) -> tuple[Decimal, Decimal]:
    """Return quantity and unit price when they give the amount exactly as they stand, else 1 and the amount."""
    if quantity > 0:
        with localcontext() as context:
            context.prec = _DIGITS
            price = exact / quantity
            if decimals(price) <= _PRICE_PLACES and price * quantity == exact:
                return quantity, price.normalize() + 0
    return Decimal(1), amount.amount
