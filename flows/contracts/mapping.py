"""From a deal to the terms of its contract. Pure. Each part of the terms names the line of the deal that it comes from.

Recurring lines are billed in advance for periods counted from the deal's start, one-time lines as fees on its first
day. What a product is billed by, beyond what the deal says, stands in the product catalogue; a product that is not in
it is asked about. Without a catalogue every product is billed as the deal says, by the policy's accounts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from flows.billing import Contracted, Said
from flows.contracts.catalogue import Catalogue, Product
from flows.contracts.problem import Problem, line_field
from flows.policy.model import BillingPolicy
from flows.schedule import Net
from flows.terms.model import Allowance, Customer, Fee, PriceLine, Terms
from flows.terms.price import FlatPrice, StandardPrice
from flows.values import words
from flows.values.deal import Billing, Deal, DealLine, line_source
from flows.values.extension import charged_quantity
from flows.values.invoice import BillTo
from flows.values.terms import parse_terms

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SHOWN: Final = 20  # products that a question names
_LONGEST: Final = 300  # characters of a text in the terms; invoices have the deal's own words


def unmapped(deal: Deal, catalogue: Catalogue | None) -> Iterator[Problem]:
    """Yield a question for every line whose product is not in the catalogue."""
    for number, line in enumerate(deal.lines, start=1):
        if not line.source_id or catalogue is None or (line.product_code or "") in catalogue.products:
            continue  # a line without an id stands for a deal that has no products
        said = f"the product {words.quoted(line.product_code)}" if line.product_code else "no product code"
        text = (
            f"Line {number} ({words.shortened(line.description, 60)}) has {said}, and I do not know how that is "
            f"billed. Which is it? The catalogue has: {_choices(catalogue)}."
        )
        yield Problem("deal.unmapped_product", line_field(number, "product_code"), text)


def terms_of_deal(
    deal: Deal, bill_to: BillTo, catalogue: Catalogue | None, policy: BillingPolicy, *, since: date
) -> Contracted | tuple[Problem, ...]:
    """Return the contract that the deal is, or the questions that stand in its way.

    `since` is the first day of a deal that names none (it has only one-time lines then). The deal has no problems
    otherwise: `flows.contracts.rules.problems` has been asked.
    """
    if questions := tuple(unmapped(deal, catalogue)):
        return questions
    try:
        terms = _terms(deal, bill_to, catalogue, policy, since)
    except ValidationError as error:
        refused = "; ".join(str(entry["msg"]) for entry in error.errors(include_url=False, include_context=False))
        text = f"The deal cannot be billed as its products are: {words.shortened(refused, 300)}."
        return (Problem("deal.terms_refused", "lines", text),)
    return Contracted(terms, bill_to, dict(_said(deal, catalogue, policy)))


def id_of(line: DealLine) -> str:
    """Return the id that a line of the deal has in the terms: the source's own where it can be one."""
    if not line.source_id:
        return "deal"
    if _ID.fullmatch(line.source_id):
        return line.source_id
    return f"line-{hashlib.sha256(line.source_id.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _terms(deal: Deal, bill_to: BillTo, catalogue: Catalogue | None, policy: BillingPolicy, since: date) -> Terms:
    start = deal.start_date or since
    parts = [(line, _product(line, catalogue), _coding(deal, line, catalogue, policy)) for line in deal.lines]
    terms = (deal.terms or "").strip() or policy.default_terms or ""
    return Terms(
        version=1,
        contract=_text(deal.external_id),
        customer=Customer(name=bill_to.name, email=bill_to.email, id=bill_to.customer_id),
        currency=deal.currency or "",
        time_zone=policy.zone,
        start=start,
        end=deal.end_date if deal.end_date and deal.end_date >= start else None,
        payment=Net(days=parse_terms(terms)),
        po_number=deal.po_number or None,
        lines=tuple(_line(line, product, coding) for line, product, coding in parts if not _is_fee(line, product)),
        fees=tuple(
            _fee(line, line.unit_price, coding)
            for line, product, coding in parts
            if _is_fee(line, product) and line.unit_price
        ),
        allowances=tuple(
            Allowance(meter=meter, quantity=quantity)
            for meter, quantity in {
                product.meter: product.allowance for _, product, _ in parts if product and product.meter
            }.items()
            if quantity is not None
        ),
    )


def _is_fee(line: DealLine, product: Product | None) -> bool:
    return line.billing == Billing.ONE_TIME and not (product and product.meter)


def _fee(line: DealLine, amount: Decimal, coding: Mapping[str, Any]) -> Fee:
    quantity = charged_quantity(line) or Decimal(1)
    return Fee(id=id_of(line), description=_worded(line), amount=amount, quantity=quantity, **coding)


def _line(line: DealLine, product: Product | None, coding: Mapping[str, Any]) -> PriceLine:
    price = line.unit_price or Decimal(0)
    is_flat = line.billing == Billing.FLAT
    common: dict[str, Any] = {
        "id": id_of(line),
        "description": _worded(line),
        "frequency": (product.frequency if product else None) or line.frequency,
        "when_zero": "omit" if product and product.meter else "show",
        **coding,
    }
    own = product.price if product else None
    if product and product.meter:
        return PriceLine(
            **common,
            price=own or StandardPrice(unit_price=price),
            meter=product.meter,
            aggregation=product.aggregation,
            accumulate=product.accumulate,
            unit=product.unit,
        )
    usual = FlatPrice(unit_price=price) if is_flat else StandardPrice(unit_price=price)
    unit, timing = (product.unit, product.timing) if product else ("unit", None)
    quantity = None if is_flat and own is None else charged_quantity(line)
    return PriceLine(**common, price=own or usual, quantity=quantity, unit=unit, timing=timing)


def _product(line: DealLine, catalogue: Catalogue | None) -> Product | None:
    return catalogue.products.get(line.product_code or "") if catalogue else None


def _coding(deal: Deal, line: DealLine, catalogue: Catalogue | None, policy: BillingPolicy) -> dict[str, Any]:
    """Return how a line is booked: by the catalogue where it says so, else by the policy."""
    product, code = _product(line, catalogue), line.product_code or ""
    account = policy.revenue_accounts.get(code, policy.default_revenue_account)
    return {
        "product_code": code if _ID.fullmatch(code) else None,
        "account": (product.account if product else None) or account,
        "tax_code": product.tax_code if product else None,
        "dimensions": tuple(
            sorted({**policy.dimensions.get(code, {}), **(product.dimensions if product else {})}.items())
        ),
        "source": _text(line_source(deal, line)),
    }


def _said(deal: Deal, catalogue: Catalogue | None, policy: BillingPolicy) -> Iterator[tuple[str, Said]]:
    for line in deal.lines:
        coding = _coding(deal, line, catalogue, policy)
        yield (
            id_of(line),
            Said(
                description=line.description.strip(),
                product_code=line.product_code,
                quantity=charged_quantity(line) or Decimal(0),
                unit_price=line.unit_price or Decimal(0),
                account=coding["account"],
                dimensions=coding["dimensions"],
                source=line_source(deal, line),
            ),
        )


def _worded(line: DealLine) -> str:
    return _text(line.description) or "a line of the deal"


def _text(text: str) -> str | None:
    return " ".join(words.shortened(text, _LONGEST).split()) or None


def _choices(catalogue: Catalogue | None) -> str:
    codes = sorted(catalogue.products) if catalogue else []
    more = len(codes) - _SHOWN
    return ", ".join(codes[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
