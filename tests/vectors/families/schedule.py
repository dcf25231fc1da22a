"""The families of proration.json and schedule.json: each takes a vector's input to the product's own answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import TypeAdapter

from flows.schedule import (
    Alignment,
    ArrearsOn,
    BillingCalendar,
    CoTermMethod,
    Frequency,
    PaymentTerms,
    Period,
    Proration,
    RampSegment,
    Remainder,
    Schedule,
    Timing,
    convention,
    coterm,
    credit_cap,
    cycles,
    discount,
    due_date,
    fixed30,
    local_days,
    next_anniversary,
    next_calendar_date,
    prorate,
    proration_change,
    ramp,
    schedule,
    split_by_percents,
    split_equally,
)
from flows.values.money import Money, total

Given = dict[str, Any]
_TERMS: Final[TypeAdapter[PaymentTerms]] = TypeAdapter(PaymentTerms)


def _text(number: Decimal) -> str:
    """Write a number as vectors do: all its digits, never with an exponent."""
    return f"{number:f}"


def _day(given: Given, key: str) -> date:
    return date.fromisoformat(given[key])


def _period(given: Given, start: str = "start", end: str = "end") -> Period:
    return Period(_day(given, start), _day(given, end))


def _frequency(name: str) -> Frequency:
    return convention(Frequency, name)


def _calendar(given: Given) -> BillingCalendar:
    return BillingCalendar(
        frequency=_frequency(given["frequency"]),
        timing=convention(Timing, given.get("timing", "advance")),
        alignment=convention(Alignment, given.get("alignment", "anniversary")),
        anchor_day=given.get("anchor_day"),
        fiscal_year_start_month=given.get("fiscal_year_start_month", 1),
        arrears_on=convention(ArrearsOn, given.get("arrears_on", "day_after")),
    )


def _proration(given: Given) -> Proration:
    return convention(Proration, given.get("proration", "actual_days"))


def _cycles(given: Given) -> Given:
    end = _day(given, "end") if "end" in given else None
    frequency = _frequency(given["period"])
    return {"cycles": _text(cycles(_day(given, "start"), _day(given, "target"), frequency, given["anchor_day"], end))}


def _prorated(given: Given) -> Given:
    full = _period(given, "period_start", "period_end")
    is_empty = _day(given, "service_end") < _day(given, "service_start")
    service = None if is_empty else _period(given, "service_start", "service_end")
    part = prorate(Decimal(given["amount"]), given["currency"], service, full)
    return {
        "amount": _text(part.amount.amount),
        "amount_exact": _text(part.exact),
        "service_days": part.service_days,
        "period_days": part.period_days,
    }


def _changed(given: Given) -> Given:
    old, new = (
        Decimal(given.get(f"{which}_unit_price", 0)) * Decimal(given.get(f"{which}_quantity", 0))
        for which in ("old", "new")
    )
    period = _period(given, "period_start", "period_end")
    change = proration_change(period, _day(given, "change_date"), old, new, given["currency"])
    return {
        "credit": _text(change.credit.amount),
        "charge": _text(change.charge.amount),
        "net": _text(change.net.amount),
        "days": change.days,
        "period_days": change.period_days,
    }


def _capped(given: Given) -> Given:
    potential, original, previous = (
        Decimal(given[key]) for key in ("potential_credit", "original_amount", "previous_credits")
    )
    return {"credit": _text(credit_cap(potential, original, previous))}


def _local_days(given: Given) -> Given:
    start, end = (datetime.fromisoformat(given[key]) for key in ("start", "end"))
    return {"days": local_days(start, end, given["timezone"])}


def _fixed30(given: Given) -> Given:
    span = fixed30(_day(given, "start"), _day(given, "end"), int(given["months"]))
    return {"days": span.days, "fraction": _text(span.fraction)}


def _listed(result: Schedule) -> Given:
    return {
        "count": len(result.invoices),
        "invoices": [
            {
                "invoice_date": invoice.invoice_date.isoformat(),
                "period_start": invoice.period.start.isoformat(),
                "period_end": invoice.period.end.isoformat(),
                "amount": _text(invoice.amount.amount),
                "amount_exact": _text(invoice.exact),
                "days": invoice.days,
                "full_days": invoice.full_days,
            }
            for invoice in result.invoices
        ],
        "total": _text(result.total.amount),
    }


def _scheduled(given: Given) -> Given:
    amount = Decimal(given["amount_per_period"])
    return _listed(schedule(_period(given), amount, given["currency"], _calendar(given), _proration(given)))


def _segment(given: Given) -> RampSegment:
    price, quantity = Decimal(given["unit_price"]), Decimal(given["quantity"])
    return RampSegment(_period(given), price, quantity, _frequency(given["price_per"]))


def _ramped(given: Given) -> Given:
    segments = [_segment(segment) for segment in given["segments"]]
    return _listed(ramp(segments, given["currency"], _calendar(given), _proration(given)))


def _split(given: Given) -> Given:
    whole = Money(Decimal(given["total"]), given["currency"])
    place = convention(Remainder, given.get("remainder", "last"))
    if "percents" in given:
        parts = split_by_percents(whole, [Decimal(percent) for percent in given["percents"]], place)
    else:
        parts = split_equally(whole, int(given["n"]), place)
    return {"amounts": [_text(part.amount) for part in parts], "total": _text(total(parts, whole.currency).amount)}


def _cotermed(given: Given) -> Given:
    price = coterm(
        Decimal(given["annual_unit_price"]),
        Decimal(given["quantity"]),
        given["currency"],
        effective=_day(given, "effective"),
        contract_end=_day(given, "contract_end"),
        method=convention(CoTermMethod, given["method"]),
    )
    amounts = {"amount": _text(price.amount.amount), "amount_exact": _text(price.exact)}
    return {**amounts, "months": price.months, "days": price.days}


def _due(given: Given) -> Given:
    terms, dated = _TERMS.validate_python(given["terms"]), _day(given, "invoice_date")
    answer = {"due": due_date(terms, dated).isoformat()}
    amount = Money(Decimal(given.get("amount", "0")), given.get("currency", "USD"))
    if taken := discount(terms, dated, amount):
        answer |= {"discount_until": taken.until.isoformat(), "discount_amount": _text(taken.amount.amount)}
    return answer


def _next(given: Given) -> Given:
    current, frequency, unit = _day(given, "current"), _frequency(given["period"]), given.get("unit", 1)
    if convention(Alignment, given["kind"]) is Alignment.CALENDAR:
        following = next_calendar_date(current, frequency, unit=unit)
    else:
        anchor = _day(given, "anchor") if "anchor" in given else None
        following = next_anniversary(current, frequency, anchor=anchor, unit=unit)
    return {"next": following.isoformat()}


def _billed(given: Given) -> Given:
    calendar = _calendar({**given, "alignment": given["kind"]})
    period = calendar.billed_period(_day(given, "billing_date"), _day(given, "anchor"))
    return {"period_start": period.start.isoformat(), "period_end": period.end.isoformat()}


FAMILIES: Final[dict[str, Callable[[Given], Given]]] = {
    "cycles": _cycles,
    "proration": _prorated,
    "proration_change": _changed,
    "credit_cap": _capped,
    "day_count_local": _local_days,
    "fixed30": _fixed30,
    "schedule": _scheduled,
    "ramp": _ramped,
    "split": _split,
    "coterm": _cotermed,
    "due_date": _due,
    "next_date": _next,
    "billed_period": _billed,
}
