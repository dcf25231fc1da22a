"""From a deal to the terms of its contract. Pure. Each part of the terms names the line of the deal that it comes from.

Recurring lines are billed in advance for periods counted from the deal's start, one-time lines as fees on its first
day. What a product is billed by, beyond what the deal says, stands in the product catalogue; a product that is not in
it is asked about. Without a catalogue every product is billed as the deal says, by the policy's accounts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from flows.billing import Contracted, Said
from flows.contracts import brought
from flows.contracts.brought import Sold
from flows.contracts.catalogue import Catalogue, Product
from flows.contracts.conventions import NONE, Conventions, agreed
from flows.contracts.problem import Problem, line_field
from flows.contracts.product_parts import NO_RENEWAL
from flows.policy.model import BillingPolicy
from flows.schedule import Alignment, ArrearsOn, Proration, Timing, read_payment_terms
from flows.terms.model import Allowance, Billing, Customer, PriceLine, Renewal, Terms
from flows.terms.price import FlatPrice, StandardPrice
from flows.values import words
from flows.values.deal import Billing as Charged
from flows.values.deal import Deal, DealLine, line_source
from flows.values.extension import charged_quantity
from flows.values.invoice import BillTo

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
    if asked := tuple(unmapped(deal, catalogue)):
        return asked
    sold = _sold(deal, catalogue, policy, since)
    if asked := tuple(brought.questions(sold)):
        return asked
    try:
        terms = _terms(deal, bill_to, policy, sold, since)
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


def _sold(deal: Deal, catalogue: Catalogue | None, policy: BillingPolicy, since: date) -> tuple[Sold, ...]:
    """Return the lines of a deal, each with its product, in the contract's time."""
    start, end = _time(deal, since)
    sold = (
        Sold(
            number=number,
            id=id_of(line),
            line=line,
            product=_product(line, catalogue),
            conventions=_conventions(deal, line, catalogue, end),
            coding=_coding(deal, line, catalogue, policy),
            description=_worded(line),
            currency=deal.currency or "",
            start=start,
            end=end,
            has_end=end is not None,
        )
        for number, line in enumerate(deal.lines, start=1)
    )
    found = tuple(sold)
    renewed = any(one.is_priced and one.conventions.renewal != NO_RENEWAL for one in found)
    return tuple(replace(one, end=None) for one in found) if renewed else found


def _conventions(deal: Deal, line: DealLine, catalogue: Catalogue | None, end: date | None) -> Conventions:
    """Return what a line goes by; that contracts are renewed is for those with an end, unless its product says so.

    What the deal says of its renewal goes before both.
    """
    usual = catalogue.contract if catalogue else NONE
    product = _product(line, catalogue)
    if end is None:
        usual = replace(usual, renewal=None)
    found = (product.conventions if product else NONE).over(usual)
    return found if deal.renewal_months is None else replace(found, renewal=_agreed_renewal(deal))


def _agreed_renewal(deal: Deal) -> Renewal:
    if not deal.renewal_months:
        return NO_RENEWAL
    return Renewal(kind="fixed", months=int(deal.renewal_months), uplift_pct=deal.uplift_pct or Decimal(0))


def _time(deal: Deal, since: date) -> tuple[date, date | None]:
    """Return the first and the last day of the contract."""
    start = deal.start_date or since
    return start, deal.end_date if deal.end_date and deal.end_date >= start else None


def _terms(deal: Deal, bill_to: BillTo, policy: BillingPolicy, sold: Sequence[Sold], since: date) -> Terms:
    start, end = _time(deal, since)
    terms = (deal.terms or "").strip() or policy.default_terms or ""
    priced = [one for one in sold if one.is_priced]
    held = agreed(brought.holding(sold))
    return Terms(
        version=1,
        contract=_text(deal.external_id),
        customer=Customer(name=bill_to.name, email=bill_to.email, id=bill_to.customer_id),
        currency=deal.currency or "",
        time_zone=policy.zone,
        start=start,
        end=end,
        renewal=held.renewal if priced and held.renewal else NO_RENEWAL,
        billing=Billing(
            alignment=held.alignment or Alignment.ANNIVERSARY,
            anchor_day=held.anchor_day,
            fiscal_year_start_month=held.fiscal_year_start_month,
            arrears_on=held.arrears_on or ArrearsOn.DAY_AFTER,
            proration=held.proration or Proration.ACTUAL_DAYS,
        ),
        payment=read_payment_terms(terms),
        po_number=deal.po_number or None,
        lines=tuple(_line(one) for one in priced),
        fees=tuple(fee for one in sold for fee in brought.fees(one)),
        milestones=tuple(milestone for one in sold for milestone in brought.milestones(one)),
        commitments=tuple(brought.commitments(sold)),
        credits=tuple(brought.credits_of(sold)),
        allowances=tuple(_allowances(priced)),
    )


def _allowances(priced: Sequence[Sold]) -> Iterator[Allowance]:
    by_meter = {one.product.meter: one.product.allowance for one in priced if one.product}
    for meter, quantity in by_meter.items():
        if meter is not None and quantity is not None:
            yield Allowance(meter=meter, quantity=quantity)


def _line(one: Sold) -> PriceLine:
    line, product = one.line, one.product
    price = line.unit_price or Decimal(0)
    is_flat = line.billing == Charged.FLAT
    common: dict[str, Any] = {
        "id": one.id,
        "description": one.description,
        "frequency": (product.frequency if product else None) or line.frequency,
        "when_zero": "omit" if product and product.meter else "show",
        **brought.over_time(one),
        **one.coding,
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
    unit, timing, per = (product.unit, product.timing, product.price_per) if product else ("unit", None, None)
    timing = timing or (Timing(line.timing) if line.timing else None)
    quantity = None if is_flat and own is None else charged_quantity(line)
    return PriceLine(**common, price=own or usual, quantity=quantity, unit=unit, timing=timing, price_per=per)


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
            sorted(
                {
                    **policy.dimensions.get(code, {}),
                    **(product.dimensions if product else {}),
                    **dict(line.dimensions),
                }.items()
            )
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
