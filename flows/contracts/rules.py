"""Can this deal be billed, and if not, what is missing? Pure: values in, words out.

`problems` finds everything at once, `mend` puts in what a person typed, `differences` says what a new version changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from flows.contracts import numbers
from flows.contracts.amount_check import check_amount_explained, check_something_to_bill
from flows.contracts.differences import differences
from flows.contracts.email import email_fault
from flows.contracts.line_checks import PlacedLine, check_line
from flows.contracts.mending import BadFix, mend, mendable
from flows.contracts.problem import Problem, line_field
from flows.policy.model import BillingPolicy
from flows.schedule import read_payment_terms
from flows.values import words
from flows.values.currency import MINOR_UNITS
from flows.values.deal import Deal
from flows.values.terms import UnknownTerms

__all__ = ["BadFix", "Problem", "differences", "mend", "mendable", "problems"]

LONGEST_TEXTS: Final = {"account_name": 255, "contact_name": 255, "po_number": 100, "billing_address": 2000}
_CALLED: Final = {
    "account_name": "The customer's name",
    "contact_name": "The contact's name",
    "po_number": "The PO number",
    "billing_address": "The billing address",
}
_LONGEST_RENEWAL, _MOST_UPLIFT, _UPLIFT_PLACES = 120, 100, 6
_YEARS_AROUND = 10  # a start or end further from today than this is a slip of the keyboard
_EARLIEST, _LATEST = date(1990, 1, 1), date(2199, 12, 31)  # no sooner or later may a contract begin or a deal close


def problems(deal: Deal, *, today: date, policy: BillingPolicy, is_billed: bool = False) -> tuple[Problem, ...]:
    """Return everything that keeps the deal from being billed, sorted by field, then code; empty when nothing does.

    One that `is_billed`, with an invoice out, may change late and end early: a person says what that means.

    Never raises, whatever the source wrote. Billing the deal is `flows.invoicing.rules.draft`, which holds for every
    deal that has no problem here.
    """
    dates = list(_dates(deal, today, policy, is_billed=is_billed))
    placed = [PlacedLine(number, line) for number, line in enumerate(deal.lines, start=1)]
    found = [
        *dates,
        *_renewal(deal),
        *_standing(deal),
        *_who(deal),
        *_texts(deal),
        *_terms(deal, policy),
        *_money(deal),
    ]
    dates_hold = not any(problem.code == "deal.bad_dates" for problem in dates)
    found += _lines(deal, placed, dates_hold=dates_hold, is_billed=is_billed)
    if not _blocks_amount_check(found) and deal.lines:
        found += check_amount_explained(deal, placed, is_billed=is_billed)
    return tuple(sorted(set(found), key=lambda problem: (problem.field, problem.code, problem.message)))


def _blocks_amount_check(found: list[Problem]) -> bool:
    return any(
        problem.field in {"amount", "currency", "lines", "start_date", "end_date"} or problem.field.startswith("line_")
        for problem in found
    )


def _renewal(deal: Deal) -> Iterator[Problem]:
    months, rise = deal.renewal_months, deal.uplift_pct
    if months is not None and not (months.is_finite() and 0 <= months <= _LONGEST_RENEWAL and months == int(months)):
        text = (
            f"The deal is renewed for {words.number(months)} months. Give a whole number up to {_LONGEST_RENEWAL}, or "
            "0 when it is not renewed."
        )
        yield Problem("deal.bad_renewal", "renewal_months", text)
    elif months and deal.end_date is None:
        text = f"The deal is renewed for {words.number(months)} months, but has no end date to be renewed at."
        yield Problem("deal.bad_renewal", "end_date", text)
    if rise is not None and not (
        rise.is_finite() and 0 <= rise <= _MOST_UPLIFT and not numbers.too_fine(rise, _UPLIFT_PLACES)
    ):
        text = f"Prices rise by {words.number(rise)} % at a renewal. Give a percentage from 0 to {_MOST_UPLIFT}."
        yield Problem("deal.bad_renewal", "uplift_pct", text)
    elif rise and not months:
        text = (
            f"Prices rise by {words.number(rise)} % at a renewal, but the deal does not say for how many months it is."
        )
        yield Problem("deal.bad_renewal", "renewal_months", text)


def _standing(deal: Deal) -> Iterator[Problem]:
    if not deal.is_won:
        yield Problem("deal.not_won", "is_won", "The deal is not closed won, so there is nothing to bill yet.")


def _who(deal: Deal) -> Iterator[Problem]:
    if not (deal.account_name or "").strip():
        yield Problem("deal.no_customer", "account_name", "The deal has no customer to bill.")
    if not (deal.contact_email or "").strip():
        text = "The deal has no contact with an e-mail address to send the invoice to."
        yield Problem("deal.no_contact", "contact_email", text)
    elif deal.contact_email and (fault := email_fault(deal.contact_email)):
        text = f"The contact's e-mail address {words.quoted(deal.contact_email)} {fault}."
        yield Problem("deal.bad_email", "contact_email", text)


def _texts(deal: Deal) -> Iterator[Problem]:
    for field, longest in LONGEST_TEXTS.items():
        text: str = getattr(deal, field) or ""
        if words.is_unreadable(text, lines=field == "billing_address"):
            says = f"{_CALLED[field]} {words.quoted(text)} has hidden control characters in it; type it again."
            yield Problem("deal.unreadable_text", field, says)
        if len(text) > longest:
            says = f"{_CALLED[field]} {words.quoted(text)} is {len(text):,} characters long; {longest:,} is the most."
            yield Problem("deal.text_too_long", field, says)


def _terms(deal: Deal, policy: BillingPolicy) -> Iterator[Problem]:
    terms = (deal.terms or "").strip() or policy.default_terms
    if terms is None:
        yield Problem("deal.unknown_terms", "terms", "The deal has no payment terms, and the policy has no default.")
        return
    try:
        read_payment_terms(terms)
    except UnknownTerms as unknown:
        yield Problem(
            "deal.unknown_terms", "terms", f"The payment terms {words.quoted(terms)} are not clear. {unknown}"
        )


def _money(deal: Deal) -> Iterator[Problem]:
    yield from _currency(deal.currency)
    amount = deal.amount
    if amount is None:
        yield Problem("deal.missing_amount", "amount", "The deal has no amount to check its lines against.")
        return
    faults = list(numbers.check_number(amount, "amount", "The deal's amount"))
    if not faults and amount < 0:
        text = f"The deal's amount is {words.amount(amount, deal.currency)}. A credit cannot be billed."
        faults.append(Problem("deal.negative_amount", "amount", text))
    if not faults and deal.currency in MINOR_UNITS:
        faults.extend(numbers.check_whole(amount, "amount", "The deal's amount", deal.currency))
    yield from faults


def _currency(currency: str | None) -> Iterator[Problem]:
    if currency in MINOR_UNITS:
        return
    if not (currency or "").strip():
        text = "The deal has no currency. Give its ISO code, such as USD."
    elif currency and (meant := currency.strip().upper()) in MINOR_UNITS:
        text = f"The currency is written {words.quoted(currency)}; write {meant}."
    else:
        text = f"The currency {words.quoted(currency or '')} is not one I know. Give its ISO code, such as USD."
    yield Problem("deal.unknown_currency", "currency", text)


def _lines(deal: Deal, placed: list[PlacedLine], *, dates_hold: bool, is_billed: bool) -> Iterator[Problem]:
    if not placed:
        text = (
            "The deal has no products, so there is nothing to put on an invoice. Add them where the deal comes from, "
            "or say what to bill once for the deal's whole amount."
        )
        yield Problem("deal.no_lines", line_field(1, "description"), text)
    for one in placed:
        yield from check_line(one, deal, dates_hold=dates_hold, is_billed=is_billed)
    if dates_hold and deal.start_date is None and any(one.is_recurring for one in placed):
        text = "The deal has recurring lines but no start date, so I cannot tell which period to bill."
        yield Problem("deal.missing_start", "start_date", text)
    seen = [one.line.source_id for one in placed]
    if len(set(seen)) < len(seen):
        text = "The same line stands on the deal twice; it would be billed twice. Correct the deal."
        yield Problem("deal.duplicate_line", "lines", text)
    yield from check_something_to_bill(deal, placed)


def _dates(deal: Deal, today: date, policy: BillingPolicy, *, is_billed: bool) -> Iterator[Problem]:
    yield from _closed(deal.close_date, today, None if is_billed else policy.far_past_days)
    for field, value, called in (("start_date", deal.start_date, "starts"), ("end_date", deal.end_date, "ends")):
        if value and (not _EARLIEST <= value <= _LATEST or abs(value.year - today.year) > _YEARS_AROUND):
            text = f"The contract {called} on {words.day(value)}, which is too far from today to be right."
            yield Problem("deal.bad_dates", field, text)
    if deal.start_date and deal.end_date and deal.end_date < deal.start_date:
        text = f"The contract ends on {words.day(deal.end_date)}, before it starts on {words.day(deal.start_date)}."
        yield Problem("deal.bad_dates", "end_date", text)


def _closed(closed: date | None, today: date, far_past_days: int | None) -> Iterator[Problem]:
    if closed is None:
        return
    if not _EARLIEST <= closed <= _LATEST or closed.year > today.year + _YEARS_AROUND:
        yield Problem("deal.bad_dates", "close_date", f"The deal closed on {words.day(closed)}, which cannot be right.")
    elif far_past_days is not None and (ago := (today - closed).days) > far_past_days:
        text = (
            f"The deal closed on {words.day(closed)}, {ago:,} days ago; I bill by myself only what closed in the last "
            f"{far_past_days:,} days. Correct the date if it is wrong; if it is not, bill the deal by hand."
        )
        yield Problem("deal.far_past", "close_date", text)
