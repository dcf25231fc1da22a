"""What a deal would bill if it closed as it stands: its schedule on paper, and the questions that are open. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from flows.approvals import Why
from flows.billing import Contracted
from flows.contracts import mapping, rules
from flows.contracts.catalogue import Catalogue
from flows.contracts.problem import Problem
from flows.errors import DunwellError
from flows.policy.model import BillingPolicy
from flows.rating import Quote, RatedInvoice, RatedLine, quote
from flows.rating.once import milestone_amount
from flows.schedule import describe
from flows.terms.model import Terms
from flows.values.deal import Deal
from flows.values.invoice import BillTo
from flows.values.money import Money, total

_ID: Final = re.compile(r"(?=.*\d)[A-Za-z0-9-]{6,}")  # a part of a link that can be an id
_QUERY: Final = re.compile(r"\?[^#]*")
_NOT_OF_THE_SCHEDULE: Final = frozenset(
    {"account_name", "contact_email", "contact_name", "po_number", "billing_address", "terms", "amount", "close_date"}
)
_SOMEBODY: Final = BillTo("customer", "The customer", "billing@customer.example", None, None)  # on no invoice


@dataclass(frozen=True, slots=True)
class ForeseenLine:
    """A line of an invoice to come, and how it comes to its amount: the words that its draft's card will have."""

    description: str
    amount: Money
    why: Why


@dataclass(frozen=True, slots=True)
class Waiting:
    """A milestone that is billed when somebody reports that it is reached; on which day nobody knows yet."""

    description: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One invoice to come: its date, the first and last day that it bills (None: a one-time amount), its total."""

    invoice_date: date
    first: date | None
    last: date | None
    amount: Money
    lines: tuple[ForeseenLine, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A deal with what is to be asked about it; `invoices` are empty while a question keeps them from being known.

    `opens` is the day on which it closes or closed. `meters` are measured: what they come to is not known ahead. A
    contract without an `end` is shown for one year. `waiting` are milestones, which stand on none of the invoices.
    """

    deal: Deal
    opens: date
    questions: tuple[Problem, ...]
    invoices: tuple[Foreseen, ...] = ()
    currency: str = ""
    start: date | None = None
    end: date | None = None
    meters: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    payment: str = ""  # the payment terms in words, while nothing is asked about them
    is_known: bool = False

    @property
    def total(self) -> Money:
        """What the invoices come to."""
        return total((one.amount for one in self.invoices), self.currency)


def deal_id_in(typed: str) -> str:
    """Return the id out of what a person typed: an id, or the link to a deal's page."""
    text = typed.strip().strip("<>").partition("|")[0].strip()
    if "://" not in text:
        return text
    beyond_host = text.partition("://")[2].partition("/")[2]
    parts = [part for part in re.split("[/#]", _QUERY.sub("", beyond_host)) if _ID.fullmatch(part)]
    return parts[-1] if parts else text


def preview(deal: Deal, catalogue: Catalogue | None, policy: BillingPolicy, *, today: date) -> Preview:
    """Return what the deal would bill. That it is not won yet is no question; whatever else is missing is one."""
    found = [one for one in rules.problems(deal, today=today, policy=policy) if one.code != "deal.not_won"]
    questions = (*found, *mapping.unmapped(deal, catalogue))
    opens = _closes(deal, questions, today)
    unknown = Preview(deal, opens, questions)
    if any(one.field not in _NOT_OF_THE_SCHEDULE for one in questions):
        return unknown
    terms = "Net 0" if any(one.field == "terms" for one in questions) else deal.terms
    bare = replace(deal, terms=terms, po_number=None)
    contract = mapping.terms_of_deal(bare, _SOMEBODY, catalogue, policy, since=opens)
    if not isinstance(contract, Contracted):
        return replace(unknown, questions=(*questions, *contract))
    try:
        quoted = quote(contract.terms)
    except DunwellError as error:
        refused = Problem("deal.terms_refused", "lines", f"The deal cannot be billed as it is: {error}")
        return replace(unknown, questions=(*questions, refused))
    payment = "" if terms != deal.terms else describe(contract.terms.payment)
    return replace(_known(unknown, contract.terms, quoted), payment=payment)


def _closes(deal: Deal, questions: tuple[Problem, ...], today: date) -> date:
    """Return the day on which the deal closed; one that is open closes on its close date, but not before today."""
    if deal.close_date is None or any(one.field == "close_date" for one in questions):
        return today
    return deal.close_date if deal.is_won else max(deal.close_date, today)


def _known(unknown: Preview, terms: Terms, quoted: Quote) -> Preview:
    return replace(
        unknown,
        invoices=tuple(_foreseen(terms, quoted, unknown.opens)),
        currency=terms.currency,
        start=terms.start,
        end=terms.end,
        meters=tuple(sorted({line.meter for line in terms.lines if line.meter})),
        waiting=tuple(Waiting(one.description, milestone_amount(terms, one)) for one in terms.milestones if one.event),
        is_known=True,
    )


def _foreseen(terms: Terms, quoted: Quote, opens: date) -> Iterator[Foreseen]:
    """Give the invoices with their dates as the billing run gives them: none before the deal closes."""
    for number, invoice in enumerate(quoted.invoices):
        falls_due_first = number == 0 and invoice.invoice_date <= terms.start
        day = opens if falls_due_first else max(invoice.invoice_date, opens)
        first, last = _billed_days(invoice)
        yield Foreseen(day, first, last, invoice.total, tuple(map(_line, invoice.lines)))


def _line(line: RatedLine) -> ForeseenLine:
    said = line.provenance
    return ForeseenLine(line.description, line.amount, Why(line.words, said.terms_path, said.deal_field, said.usage))


def _billed_days(invoice: RatedInvoice) -> tuple[date | None, date | None]:
    periods = [line.period for line in invoice.lines if line.period]
    return min((one.start for one in periods), default=None), max((one.end for one in periods), default=None)
