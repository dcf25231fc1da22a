"""A correction is posted on an open day: when it is asked for, and once more when it is carried out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from flows.crediting.refusals import PeriodClosed
from flows.crediting.showing import form_again, form_of, memo_of
from flows.crediting.workflow import begin, record_done, take_number, try_correction
from flows.dimensions.model import AccountingPeriod, DimensionConfig, PeriodStatus, Subsidiary
from flows.values.money import Money
from storage.tables import Invoice, JournalEntry, SlackPost
from tests.faults.small_house import TEAM
from tests.flows.crediting.office import CreditOffice

CLOSED, LOCKED, OPEN = PeriodStatus.CLOSED, PeriodStatus.AR_LOCKED, PeriodStatus.OPEN
DECEMBER = date(2026, 12, 1)


def november(office: CreditOffice, status: PeriodStatus, *, december: PeriodStatus = OPEN) -> None:
    """Keep books with three months; it is 23 Nov 2026."""
    months = ((11, 30, status), (12, 31, december))
    periods = [
        AccountingPeriod(date(2026, month, 1), date(2026, month, days), how, f"{2026}-{month}")
        for month, days, how in months
    ]
    periods.append(AccountingPeriod(date(2027, 1, 1), date(2027, 1, 31), OPEN, "2027-1"))
    office.runtime.dimensions = DimensionConfig(accounts={}, dimensions={}, periods=tuple(periods))


@pytest.fixture
def issued(office: CreditOffice) -> Invoice:
    """An invoice that went out while no books were checked."""
    office.closes()
    return office.issues()


def posted_on(office: CreditOffice, key: str) -> list[date]:
    return office.rows(select(col(JournalEntry.posting_date)).where(col(JournalEntry.key) == key))


def some(invoice: Invoice) -> dict[int, Money]:
    return {1: Money.of_minor(100, invoice.currency)}


@pytest.mark.parametrize("kind", ["credit", "void"])
@pytest.mark.parametrize("status", [CLOSED, LOCKED])
def test_a_closed_period_is_refused_and_the_next_open_date_is_offered(
    office: CreditOffice, issued: Invoice, kind: str, status: PeriodStatus
) -> None:
    november(office, status)
    with pytest.raises(PeriodClosed, match="Ask once more, and post it on 1 Dec 2026 instead"):
        office.asks(issued, kind)
    with office.database.read(TEAM) as session:
        form = form_of(session, issued.id)
    assert form is not None and form.asked.closed is not None
    assert form.asked.closed.open_dates == (DECEMBER, date(2027, 1, 1))
    with pytest.raises(PeriodClosed, match="There is no accounting period for 1 Jan 2030"):
        office.asks(issued, kind, on=date(2030, 1, 1))
    assert office.corrections() == []


def test_where_no_period_follows_that_is_said(office: CreditOffice, issued: Invoice) -> None:
    november(office, CLOSED, december=LOCKED)
    config = office.runtime.dimensions
    assert config is not None
    office.runtime.dimensions = replace(config, periods=config.periods[:2])
    with pytest.raises(PeriodClosed, match="No open period follows"):
        office.asks(issued)


def test_what_is_asked_for_another_day_is_posted_on_it(office: CreditOffice, issued: Invoice) -> None:
    november(office, CLOSED)
    one = office.asks(issued, amounts=some(issued), on=DECEMBER)
    office.decides(one)
    office.carries_out(one)
    assert posted_on(office, f"{one}:credited") == [DECEMBER]
    with office.database.read(TEAM) as session:
        memo = memo_of(session, one)
    assert memo is not None and memo[1].dated == DECEMBER
    assert office.correction(one).state == "done"


@pytest.mark.parametrize("kind", ["credit", "void"])
def test_a_period_that_is_closed_after_the_approval_turns_it_down(
    office: CreditOffice, issued: Invoice, kind: str
) -> None:
    november(office, OPEN)
    one = office.asks(issued, kind, amounts=some(issued) if kind == "credit" else None)
    office.decides(one)
    november(office, LOCKED)
    assert office.carries_out(one) == []
    assert (office.correction(one).state, office.correction(one).number) == ("turned down", None)
    assert office.invoice(issued.id).state == "issued"
    assert office.processor.invoices[str(issued.processor_id)].status == "open" and not office.processor.credits
    assert office.receivable() == issued.total_minor and office.open_trouble() == []
    said = newest_reply(office)
    assert said["text"] == "Not done: The period 2026-11 is closed for invoices. Nothing was changed."
    (button,) = said["blocks"][-1]["elements"]
    assert (button["value"], button["text"]["text"]) == (one, "Ask again for 1 Dec 2026")
    with office.database.read(TEAM) as session:
        again = form_again(session, one)
    assert again is not None and again[0] == kind
    assert (again[1].asked.amounts, again[1].asked.reason) == (
        some(issued) if kind == "credit" else None,
        "it was wrong",
    )


def test_a_period_that_is_closed_before_the_number_is_taken_takes_none(office: CreditOffice, issued: Invoice) -> None:
    november(office, OPEN)
    one = office.asks(issued)
    office.decides(one)
    assert begin(TEAM, one)
    november(office, CLOSED)
    assert take_number(TEAM, one) == "The period 2026-11 is closed"
    assert (office.correction(one).state, office.correction(one).number) == ("turned down", None)
    assert office.receivable() == issued.total_minor


def test_a_void_that_the_processor_has_done_is_posted_on_the_next_open_date(
    office: CreditOffice, issued: Invoice
) -> None:
    november(office, OPEN)
    one = office.asks(issued, "void")
    office.decides(one)
    assert begin(TEAM, one) and take_number(TEAM, one) == ""
    assert try_correction(TEAM, one).state == "done"
    november(office, CLOSED)
    record_done(TEAM, one)
    assert posted_on(office, f"{issued.id}:voided") == [DECEMBER]
    assert (office.correction(one).state, office.receivable()) == ("done", 0)


def test_a_correction_is_held_against_the_books_of_the_subsidiary_that_issued(
    office: CreditOffice, issued: Invoice
) -> None:
    november(office, OPEN)
    config = office.runtime.dimensions
    assert config is not None
    own = AccountingPeriod(date(2026, 11, 1), date(2026, 11, 30), LOCKED, "Nov 2026", "DE")
    with office.database.read(TEAM) as session:
        found = form_of(session, issued.id)
    assert found is not None
    german = {"DE": Subsidiary("DE", "Acme GmbH", (found.customer,))}
    other = {"DE": Subsidiary("DE", "Acme GmbH", ("Somebody else",))}
    office.runtime.dimensions = replace(config, periods=(*config.periods, own), subsidiaries=german)
    with pytest.raises(PeriodClosed, match="The period Nov 2026 of Acme GmbH is closed for invoices"):
        office.asks(issued)
    with office.database.read(TEAM) as session:
        form = form_of(session, issued.id)
    assert form is not None and form.asked.closed is not None and form.asked.closed.open_dates[0] == DECEMBER
    office.runtime.dimensions = replace(config, periods=(*config.periods, own), subsidiaries=other)
    one = office.asks(issued)
    office.decides(one)
    office.runtime.dimensions = replace(config, periods=(*config.periods, own), subsidiaries=german)
    assert office.carries_out(one) == [] and office.correction(one).state == "turned down"


def newest_reply(office: CreditOffice) -> dict[str, Any]:
    """Return what was said last in a thread."""
    posts = office.rows(select(SlackPost).where(col(SlackPost.kind) == "reply").order_by(col(SlackPost.seq)))
    return dict(posts[-1].payload)
