"""The currencies that Stripe takes, and how its amounts are counted. Amounts are always in the smallest unit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from bot.sandbox.vendors.stripe.refusals import invalid

SUPPORTED: Final = frozenset(
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp "
    "cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr "
    "isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn "
    "myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle "
    "sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw".split()
)
THREE_DECIMALS: Final = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
LARGEST: Final = 99_999_999
"""Stripe's amounts have at most eight digits."""


def check_currency(code: str, param: str = "currency") -> str:
    """Return the code in lower case. Raises StripeRefusal for a currency that Stripe does not take."""
    lower = code.lower()
    if lower not in SUPPORTED:
        known = ", ".join(sorted(SUPPORTED))
        raise invalid(f"Invalid currency: {lower}. Stripe currently supports these currencies: {known}", None, param)
    return lower


def check_amount(amount: int, currency: str, param: str) -> int:
    """Return the amount. Raises StripeRefusal for one with a third decimal, which no card network can settle."""
    if currency in THREE_DECIMALS and amount % 10:
        words = f"Invalid amount: in {currency} the last digit must be 0, since amounts have two decimals of precision"
        raise invalid(words, "invalid_amount", param)
    return amount


def extended(quantity: str, unit_amount: str) -> int:
    """Return quantity times unit price in the smallest unit, half rounded away from zero."""
    return int((Decimal(quantity) * Decimal(unit_amount)).quantize(Decimal(1), ROUND_HALF_UP))
