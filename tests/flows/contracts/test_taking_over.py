"""Deals that were read before contracts were kept get one, once, and what they were billed counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update

from flows.contracts import service
from flows.contracts.taking_over import DONE, deal_without_contract
from storage.tables import Contract, ContractVersion, Invoice, RatedLineRow, ScheduleEntry
from tests.flows.billing.office import PEOPLE, Office
from tests.flows.billing.test_amending import ANNUAL, DAY, chooses, issue, seats, view


@pytest.fixture
def office(migrated_url: str) -> Iterator[Office]:
    """The office, on SQLite and on PostgreSQL."""
    found = Office(migrated_url)
    yield found
    found.close()


def forget_contracts(office: Office) -> None:
    """Leave the database as it was before contracts were kept."""
    with office.change() as session:
        for table in (RatedLineRow, ScheduleEntry, ContractVersion, Contract):
            session.execute(delete(table))


def takes_over(office: Office) -> list[str | None]:
    """Give what has no contract one; return what came of each deal."""
    found: list[str | None] = []
    with office.change() as session:
        deal_id = deal_without_contract(session, "")
    while deal_id != DONE:
        with office.change() as session:
            taken = service.take_over(session, deal_id, people=PEOPLE)
            found.append(taken.outcome if taken else None)
            assert service.take_over(session, deal_id, people=PEOPLE) is None, "it has one now"
        with office.change() as session:
            deal_id = deal_without_contract(session, deal_id)
    return found


def test_a_deal_that_is_older_than_contracts_is_billed_on(office: Office) -> None:
    office.closes()
    issue(office, 0)
    forget_contracts(office)
    office.day_is(date(2027, 1, 10))
    office.bills()
    assert len(office.invoices()) == 1, "without a contract nothing more is billed"
    assert takes_over(office) == ["drafted"] and takes_over(office) == []
    assert [(one.state, str(one.invoice_date)) for one in office.invoices()] == [
        ("issued", "2026-11-23"),
        ("awaiting approval", "2027-01-10"),  # January, which fell due meanwhile
    ]
    office.day_is(date(2027, 2, 1))
    office.bills()
    assert office.billed()[-1] == ("2027-02-01", "2400.00") and office.open_trouble() == []


def test_a_change_afterwards_counts_what_was_billed_before(office: Office) -> None:
    office.closes(ANNUAL)
    issue(office, 0)
    forget_contracts(office)
    office.day_is(DAY)
    assert takes_over(office) == ["too late"]
    assert [(row.key, row.amount_minor) for row in office.rated()] == [("00k1@2026-12-01", 365_000)]
    seats(office, "14")
    assert str(view(office).choices[0].adjustment.net) == "USD 1,100.00"
    chooses(office)
    assert office.billed()[-1] == ("2027-03-01", "1100.00")


def test_where_the_old_invoice_says_something_else_a_person_is_asked_and_nothing_is_reckoned(office: Office) -> None:
    office.closes(ANNUAL)
    issue(office, 0)
    forget_contracts(office)
    with office.change() as session:
        session.execute(update(Invoice).values(content_hash="0" * 64))
    office.day_is(DAY)
    assert takes_over(office) == ["too late"]
    assert [one.kind for one in office.open_trouble()] == ["changed_after_issue"]
    seats(office, "14")
    assert not view(office).is_open, "what its lines billed is not known, so no credit can be reckoned"
    assert len(office.rows(select(Contract))) == 1 and Decimal(office.billed()[0][1]) == 3650
