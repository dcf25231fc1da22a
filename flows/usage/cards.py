"""The card that says that a customer has reached a share of what was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal, localcontext

from flows.blockkit import ago, context, day, escape, fields, mention, section
from flows.values.card import Card
from flows.values.currency import MINOR_UNITS
from flows.values.extension import format_quantity
from flows.values.money import format_amount
from flows.values.periods import Period

_EXACT_DIGITS = 60


@dataclass(frozen=True, slots=True)
class UsageAlertView:
    """One share of an allowance or commitment that was reached. `unit` is what is counted, or a currency."""

    customer: str
    what: str  # the line in words
    unit: str
    allowance: Decimal
    used: Decimal
    percent: Decimal
    period: Period
    account_manager: str | None
    reached_at: datetime
    contract: str


def usage_alert_card(view: UsageAlertView) -> Card:
    """Return the card: who has used how much of what is agreed, in which period, and who looks after them."""
    customer, days = escape(view.customer, 120), f"{day(view.period.start)} to {day(view.period.end)}"
    used, allowance = _amount(view.used, view.unit), _amount(view.allowance, view.unit)
    share = f"{_share(view.used, view.allowance)} %"
    over = view.used > view.allowance
    so_much = used if view.unit in MINOR_UNITS else format_quantity(view.used)
    text = f"{customer} has used {so_much} of {allowance}, {share} of what is agreed for {days}."
    return Card(
        text,
        (
            section(
                f"*{customer} · {escape(view.what, 150)}*",
                f"{format_quantity(view.percent)} % of what is agreed for {days} is used"
                + (f". {mention(view.account_manager)}, please have a look." if view.account_manager else "."),
            ),
            fields(
                {
                    "Used": f"{used} ({share})",
                    "Agreed": allowance,
                    "Over" if over else "Left": _amount(abs(view.allowance - view.used), view.unit),
                    "Period": days,
                }
            ),
            context(escape(view.contract, 80), ago(view.reached_at), "told once a period for each share"),
        ),
    )


def _amount(value: Decimal, unit: str) -> str:
    if unit in MINOR_UNITS:
        return f"{unit} {format_amount(value, unit)}"
    return f"{format_quantity(value)} {escape(unit, 40)}"


def _share(used: Decimal, allowance: Decimal) -> str:
    """Return used / allowance in percent with one decimal, cut and not rounded: 79.99 is never shown as 80."""
    with localcontext() as exact:
        exact.prec = _EXACT_DIGITS
        return f"{exact.divide(used * 100, allowance).quantize(Decimal('0.1'), rounding=ROUND_FLOOR):,f}"
