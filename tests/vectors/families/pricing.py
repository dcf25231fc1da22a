"""The families `pricing` and those of money: rounding, subtotal, tax, discount, commitment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flows.pricing import Priced, amount_off, percent_off, price, price_buckets, subtotal, taxes, true_up
from flows.terms.price import read_price
from flows.values.money import Money
from tests.vectors.families import Adapter

# What is said when a line is priced; everything else in the input is the price itself.
AT_THE_CALL = {
    "currency",
    "quantity",
    "events",
    "buckets",
    "prior_quantity",
    "previously_billed",
    "is_final_line",
}


def pricing(given: dict[str, Any]) -> dict[str, Any]:
    model = read_price({name: value for name, value in given.items() if name not in AT_THE_CALL})
    billed = given.get("previously_billed")
    previously_billed = None if billed is None else Decimal(billed)
    final = given.get("is_final_line", True)
    if "buckets" in given:
        buckets = decimals(given["buckets"])
        return answer(
            price_buckets(model, buckets, given["currency"], previously_billed=previously_billed, is_final_line=final)
        )
    return answer(
        price(
            model,
            Decimal(given.get("quantity", 0)),
            given["currency"],
            events=decimals(given.get("events", ())),
            prior_quantity=Decimal(given.get("prior_quantity", 0)),
            previously_billed=previously_billed,
            is_final_line=final,
        )
    )


def answer(priced: Priced) -> dict[str, Any]:
    return {"amount": text(priced.amount), "amount_exact": str(priced.exact), "words": priced.words}


def rounding(given: dict[str, Any]) -> dict[str, Any]:
    return {"amount": text(Money.rounded(Decimal(given["amount"]), given["currency"]))}


def line_subtotal(given: dict[str, Any]) -> dict[str, Any]:
    return {"amount": text(subtotal(decimals(given["line_amounts"]), given["currency"]))}


def tax(given: dict[str, Any]) -> dict[str, Any]:
    due = taxes(
        Decimal(given["taxable_amount"]),
        decimals(given["rates_pct"]),
        given["currency"],
        discount=Decimal(given.get("discount", 0)),
    )
    return {"taxes": [text(each) for each in due.taxes], "total_tax": text(due.total)}


def discount(given: dict[str, Any]) -> dict[str, Any]:
    full, currency = Decimal(given["price"]), given["currency"]
    if "percent_off" in given:
        taken = percent_off(full, Decimal(given["percent_off"]), currency)
    else:
        taken = amount_off(full, Decimal(given["amount_off"]), currency)
    return {"discount": text(taken.discount), "final": str(taken.final)}


def commitment(given: dict[str, Any]) -> dict[str, Any]:
    left = true_up(Decimal(given["commitment"]), decimals(given["billed_amounts"]), given["currency"])
    return {"true_up": text(left)}


def decimals(texts: list[str]) -> list[Decimal]:
    return [Decimal(number) for number in texts]


def text(money: Money) -> str:
    return str(money.amount)


FAMILIES: dict[str, Adapter] = {
    "pricing": pricing,
    "rounding": rounding,
    "subtotal": line_subtotal,
    "tax": tax,
    "discount": discount,
    "commitment": commitment,
}
