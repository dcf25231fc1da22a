"""From a contract and a rated invoice to what stands on the invoice. Pure: values in, values out.

A line that costs just what the deal says it costs is worded as on the deal: its quantity, price and description; one
that is prorated, discounted or metered is worded by its rating.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flows.billing.adjustments import AdjustmentLine, Amendment, as_plain, drawn, from_plain
from flows.errors import UserError
from flows.rating import Billed, PlannedInvoice, RatedInvoice, RatedLine, last_invoice_date, plan
from flows.schedule import Net, describe, due_date
from flows.terms.lines import PriceLine
from flows.terms.model import Terms
from flows.terms.price import FlatPrice, StandardPrice
from flows.terms.writing import terms_as_json
from flows.values.extension import exact_product
from flows.values.invoice import BillTo, InvoiceContent, InvoiceLine
from flows.values.money import Money, total
from flows.values.periods import add_months
from flows.values.terms import format_terms

FIRST: Final = "first"  # the key of the first invoice, whichever day it is planned for
HORIZON_MONTHS: Final = 36  # how far ahead the schedule of a contract without an end is planned


class CannotBill(UserError):
    """An invoice of the schedule that comes to what cannot be invoiced; the message says why."""

    code = "billing.cannot_bill"


@dataclass(frozen=True, slots=True)
class Said:
    """How the deal words one line, and what it says it costs once or for a period; `source` is where it stands."""

    description: str
    product_code: str | None
    quantity: Decimal
    unit_price: Decimal
    account: str
    dimensions: tuple[tuple[str, str], ...]
    source: str


@dataclass(frozen=True, slots=True)
class Contracted:
    """One version of what is billed: the terms, to whom, and by line id how the deal words its lines, in its order.

    `agreed` are the deal's own terms where a person said what its change means for what was billed; `terms` then have
    the change from its day on, or, when what is out was `left` as it is, are the deal's. `settled` is the version in
    which a change was confirmed last, and `amendments` are all that were. `memos` are the corrections that were asked
    for to give back what no invoice could take, each with the minor units that it settles, by the adjustment's path.
    """

    terms: Terms
    bill_to: BillTo
    said: Mapping[str, Said] = field(default_factory=dict)
    agreed: Terms | None = None
    left: bool = False
    settled: int = 0
    amendments: tuple[Amendment, ...] = ()
    memos: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def as_json(self) -> str:
        """Return the canonical JSON, which `contracted` reads."""
        said = [[name, asdict(line)] for name, line in self.said.items()]
        parts: dict[str, Any] = {"terms": _tree(self.terms), "bill_to": asdict(self.bill_to), "said": said}
        if self.settled:
            parts |= {"settled": self.settled, "amendments": [as_plain(one) for one in self.amendments]}
        if self.memos:
            parts |= {"memos": {name: dict(settles) for name, settles in self.memos.items()}}
        if self.agreed is not None:
            parts |= {"agreed": _tree(self.agreed), "left": self.left}
        return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)

    def content_hash(self) -> str:
        """Return the SHA-256 of `as_json`."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()


def contracted(text: str) -> Contracted:
    """Read back what `Contracted.as_json` wrote."""
    raw: dict[str, Any] = json.loads(text)
    said = {name: _said(line) for name, line in raw["said"]}
    return Contracted(
        Terms.model_validate(raw["terms"]),
        BillTo(**raw["bill_to"]),
        said,
        agreed=Terms.model_validate(raw["agreed"]) if "agreed" in raw else None,
        left=raw.get("left", False),
        settled=raw.get("settled", 0),
        amendments=tuple(from_plain(one) for one in raw.get("amendments", ())),
        memos=raw.get("memos", {}),
    )


def _tree(terms: Terms) -> Any:
    return json.loads(terms_as_json(terms))


def _said(raw: dict[str, Any]) -> Said:
    exact = {name: Decimal(raw[name]) for name in ("quantity", "unit_price")}
    return Said(**(raw | exact | {"dimensions": tuple((name, value) for name, value in raw["dimensions"])}))


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry of the schedule: `key` stays what it is when the contract is planned again."""

    key: str
    invoice: PlannedInvoice
    invoice_date: date


def billed_otherwise(contract: Contracted) -> frozenset[str]:
    """Return the deal's names of those of its lines that the contract does not bill just as the deal says.

    They are measured, tiered, a minimum, a milestone, or change in the course of time: to compare what an invoice says
    with what the deal says of them tells nobody anything.
    """
    fees = {fee.id for fee in contract.terms.fees}
    plain = {line.id for line in contract.terms.lines if _is_plain(line)}
    return frozenset(said.source for name, said in contract.said.items() if name not in fees | plain)


def _is_plain(line: PriceLine) -> bool:
    is_agreed = not line.is_metered and isinstance(line.price, FlatPrice | StandardPrice)
    return is_agreed and not (line.ramp or line.free or line.discounts or line.escalator or line.price_per)


def entries(terms: Terms, *, opened_on: date, horizon: date, reached: Mapping[str, date]) -> Iterator[Planned]:
    """Give the invoices of the schedule, oldest first.

    What falls due on the contract's first day is billed when the deal closes, on `opened_on`, also when the service
    begins later. No invoice is dated before that day. What an event brings is never the first invoice: it may come
    before it, and its key stays its own.
    """
    planned = plan(terms, horizon=max([horizon, *reached.values()]), reached=reached)  # an event may come after the end
    first = next((invoice for invoice in planned if not invoice.is_event), None)
    for invoice in planned:
        opens = invoice is first and invoice.invoice_date <= terms.start
        day = opened_on if opens else max(invoice.invoice_date, opened_on)
        yield Planned(FIRST if invoice is first else invoice.key, invoice, day)


def horizon_of(terms: Terms, today: date, months: int = HORIZON_MONTHS) -> date:
    """Return how far the schedule is planned: so many months ahead, to the end of a contract that ends before."""
    ahead = add_months(max(today, terms.start), months)
    last = last_invoice_date(terms) if terms.renewal.kind == "none" else None
    return ahead if last is None or last > ahead else last


def planned_again(terms: Terms, *, key: str, on: date, reached: Mapping[str, date]) -> PlannedInvoice | None:
    """Return the planned invoice of that planned key and day; None when the terms bring it no more."""
    return next((one for one in plan(terms, horizon=on, reached=reached) if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Drafted:
    """What stands on an invoice, and by the number of its line there what each was rated from.

    `adjusted` are the lines that put right what earlier invoices billed; they come after its own.
    """

    content: InvoiceContent
    rated: tuple[tuple[int, RatedLine], ...]
    adjusted: tuple[tuple[int, AdjustmentLine], ...] = ()


def draft(
    contract: Contracted,
    rated: RatedInvoice,
    *,
    invoice_date: date,
    opens: bool,
    waiting: Sequence[AdjustmentLine] = (),
) -> Drafted | None:
    """Return the invoice, dated that day, with its lines in the deal's order; None when there is nothing to bill.

    On the first invoice (`opens`) what costs nothing stands too. Of the adjustments that are `waiting` it takes what it
    can without falling below zero. Raises CannotBill for a total of its own lines below zero.
    """
    worded = sorted(_worded_lines(contract, rated, opens=opens), key=lambda found: found[0])
    currency = contract.terms.currency
    if (comes_to := total((line.amount for _, line, _ in worded), currency)) < Money.zero(currency):
        raise CannotBill(f"It comes to {comes_to}: more is given back than is billed, which takes a credit note.")
    adjusted = tuple(enumerate(drawn(waiting, comes_to), start=len(worded) + 1))
    own = (line for _place, line, _rated in worded)
    lines = tuple(
        replace(line, seq=seq) for seq, line in enumerate((*own, *(one.line for _, one in adjusted)), start=1)
    )
    if not lines or (not opens and not any(line.amount for line in lines)):
        return None
    by_line = tuple((seq, line) for seq, (_place, _line, line) in enumerate(worded, start=1) if line is not None)
    return Drafted(_content(contract, lines, invoice_date), by_line, adjusted)


def _content(contract: Contracted, lines: tuple[InvoiceLine, ...], invoice_date: date) -> InvoiceContent:
    terms = contract.terms
    due = due_date(terms.payment, invoice_date)
    days = terms.payment.days if isinstance(terms.payment, Net) else (due - invoice_date).days
    return InvoiceContent(
        bill_to=contract.bill_to,
        currency=terms.currency,
        invoice_date=invoice_date,
        due_date=due,
        terms=format_terms(days) if isinstance(terms.payment, Net) else describe(terms.payment),
        terms_days=days,
        po_number=terms.po_number,
        period_start=min((line.period_start for line in lines if line.period_start), default=None),
        period_end=max((line.period_end for line in lines if line.period_end), default=None),
        lines=lines,
    )


def _worded_lines(
    contract: Contracted, rated: RatedInvoice, *, opens: bool
) -> Iterator[tuple[int, InvoiceLine, RatedLine | None]]:
    """Give every line with its place: as on the deal, and then, for what the deal does not name, as in the terms."""
    places = {name: place for place, name in enumerate(contract.said)}
    for line in rated.lines:
        yield places.get(line.subject, len(places)), _worded(contract, line), line
    billed = {line.subject for line in rated.lines} | {line.id for line in contract.terms.lines if line.is_metered}
    for name, said in contract.said.items():
        if opens and name not in billed and not said.unit_price:
            yield places[name], _free_of_charge(said, contract.terms.currency), None


def _worded(contract: Contracted, line: RatedLine) -> InvoiceLine:
    said = contract.said.get(line.subject)
    if said is None:
        return replace(line.as_invoice_line(1), source=line.provenance.deal_field or line.provenance.terms_path)
    as_said: dict[str, Any] = {"product_code": said.product_code, "source": said.source}
    if "/" not in line.key and line.exact == exact_product(said.quantity, said.unit_price):
        as_said |= {"description": said.description, "quantity": said.quantity, "unit_price": said.unit_price}
    return replace(line.as_invoice_line(1), **as_said)


def _free_of_charge(said: Said, currency: str) -> InvoiceLine:
    """Return a line that costs nothing, once: the customer sees that it was thought of."""
    return InvoiceLine(
        seq=1,
        description=said.description,
        product_code=said.product_code,
        quantity=said.quantity,
        unit_price=said.unit_price,
        amount=Money.zero(currency),
        period_start=None,
        period_end=None,
        account=said.account,
        dimensions=said.dimensions,
        source=said.source,
    )


def billed_so_far(rows: Iterable[tuple[str, str, int]], currency: str) -> dict[str, Billed]:
    """Add up what was billed by key out of (key, measured, minor units) of rated lines."""
    found: dict[str, Billed] = {}
    for key, measured, minor in rows:
        before = found.get(key)
        quantity, amount = Decimal(measured), Money.of_minor(minor, currency)
        found[key] = Billed(quantity + before.quantity, amount + before.amount) if before else Billed(quantity, amount)
    return found
