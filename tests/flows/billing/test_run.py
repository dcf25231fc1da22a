"""The schedule of a contract and the daily run: everything is drafted once, however often and however late."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from flows.billing import rules
from tests.faults.small_house import TEAM
from tests.flows.billing.office import PEOPLE, SETUP, Office
from tests.flows.deals import DEAL, SEATS

TWICE = replace(DEAL, lines=(*DEAL.lines, SETUP), amount=Decimal("2900.00"))


def test_a_closed_deal_is_a_contract_with_its_whole_schedule(office: Office) -> None:
    assert office.closes(TWICE) == "drafted"
    entries = office.entries()
    # a year of seats from 1 December, billed monthly in advance: the first invoice at the closing, with the setup
    assert [entry.key for entry in entries] == [rules.FIRST, *(f"2027-{month:02}-01" for month in range(1, 12))]
    assert [entry.state for entry in entries] == ["drafted", *["planned"] * 11]
    assert entries[0].invoice_date == date(2026, 11, 23)
    assert [entry.planned_minor for entry in entries] == [290_000, *[240_000] * 11]
    assert office.billed() == [("2026-11-23", "2900.00")]
    assert office.states() == ["awaiting approval"]
    assert office.contract().planned_until is None


def test_a_contract_without_an_end_is_planned_three_years_ahead_and_then_on(office: Office) -> None:
    office.closes(end_date=None)
    assert len(office.entries()) == 37  # 1 Dec 2026 to 1 Dec 2029
    office.day_is(date(2027, 12, 2))
    office.bills()
    assert office.entries()[-1].planned_on == date(2030, 12, 1)
    assert len(office.invoices()) == 13


def test_the_run_drafts_what_has_come_due_and_asks_for_its_approval(office: Office) -> None:
    office.closes(TWICE)
    office.day_is(date(2026, 12, 31))
    office.bills()
    assert len(office.invoices()) == 1
    office.day_is(date(2027, 1, 1))
    office.bills()
    assert office.billed() == [("2026-11-23", "2900.00"), ("2027-01-01", "2400.00")]
    assert office.states() == ["awaiting approval", "awaiting approval"]
    second = office.contents()[1]
    (seats,) = second.lines
    assert (seats.description, seats.quantity, seats.unit_price) == ("Seats", Decimal(40), Decimal("60.00"))
    assert (seats.period_start, seats.period_end) == (date(2027, 1, 1), date(2027, 1, 31))
    assert second.due_date == date(2027, 1, 31)
    assert second.lines[0].source == "salesforce OpportunityLineItem 00k1"
    words = [row.words for row in office.rated() if row.key == "00k1@2027-01-01"]
    assert words == [["40 units at 60.00 = 2,400.00"]]


def test_it_is_due_by_the_date_in_the_contracts_own_time_zone(office: Office) -> None:
    office.closes()
    office.day_is(date(2026, 12, 31), hour=22)  # 23:00 in Berlin
    office.bills()
    assert len(office.invoices()) == 1
    office.day_is(date(2026, 12, 31), hour=23)  # midnight in Berlin
    office.bills()
    assert office.billed()[1:] == [("2027-01-01", "2400.00")]


def test_a_second_run_drafts_nothing_more(office: Office) -> None:
    office.closes()
    office.day_is(date(2027, 1, 1))
    office.bills()
    before = [(one.id, one.version) for one in office.invoices()]
    office.bills()
    assert [(one.id, one.version) for one in office.invoices()] == before
    assert len(before) == 2


def test_a_late_run_makes_the_drafts_that_daily_runs_make(office: Office, tmp_path: object) -> None:
    office.closes()
    office.day_is(date(2027, 3, 9))  # nothing has run since November
    office.bills()
    assert office.billed() == [
        ("2026-11-23", "2400.00"),
        ("2027-01-01", "2400.00"),
        ("2027-02-01", "2400.00"),
        ("2027-03-01", "2400.00"),
    ]


def test_two_runs_at_once_draft_once(office: Office) -> None:
    for number in range(3):
        office.closes(external_id=f"006-{number}", account_id=f"001-{number}")
    office.day_is(date(2027, 1, 1))
    gate, failed = threading.Barrier(2), []

    def one_of_two() -> None:
        gate.wait(10)
        try:
            office.bills()
        except Exception as error:  # noqa: BLE001  told below, in the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=one_of_two) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert len(office.invoices()) == 6
    assert office.states() == ["awaiting approval"] * 6


def test_a_contract_that_starts_in_the_past_is_caught_up_with(office: Office) -> None:
    office.closes(start_date=date(2026, 9, 15), end_date=None)
    # billed from 15 September: the first invoice, then October and November; none is dated before the closing
    assert office.billed() == [("2026-11-23", "2400.00")] * 3
    assert [entry.key for entry in office.entries()[:3]] == [rules.FIRST, "2026-10-15", "2026-11-15"]


def test_a_changed_deal_is_another_version_and_changes_what_is_not_out(office: Office) -> None:
    office.closes()
    office.day_is(date(2027, 1, 1))
    office.bills()
    more = replace(SEATS, quantity=Decimal(50), total=None)
    assert office.changes(lines=(more,), amount=Decimal("3000.00")) == "revised"
    assert office.contract().version == 2
    assert office.billed() == [("2026-11-23", "3000.00"), ("2027-01-01", "3000.00")]
    assert [one.version for one in office.invoices()] == [2, 2]
    assert {entry.planned_minor for entry in office.entries()} == {300_000}


def test_what_is_out_stays_and_a_person_is_asked_once(office: Office) -> None:
    office.closes()
    office.day_is(date(2027, 1, 1))
    office.bills()
    _issue(office, 0)
    more = replace(SEATS, quantity=Decimal(50), total=None)
    assert office.changes(lines=(more,), amount=Decimal("3000.00")) == "revised"
    assert office.billed() == [("2026-11-23", "2400.00"), ("2027-01-01", "3000.00")]
    assert [one.code for one in office.open_trouble()] == ["invoice.changed_after_issue"]
    assert [entry.planned_minor for entry in office.entries()][1:3] == [300_000, 300_000]


def test_a_lost_deal_is_not_billed_any_more_and_one_that_is_won_again_is(office: Office) -> None:
    office.closes()
    office.day_is(date(2027, 1, 1))
    office.bills()
    office.changes(is_won=False)
    office.day_is(date(2027, 2, 1))
    office.bills()
    assert office.states() == ["void", "void"]
    assert office.preview(date(2027, 3, 1)) == []
    assert office.changes() == "drafted"
    assert office.states() == ["awaiting approval"] * 3
    assert office.billed()[2] == ("2027-02-01", "2400.00")


def test_a_deal_that_became_incomplete_waits(office: Office) -> None:
    office.closes()
    assert office.changes(contact_email=None) == "incomplete"
    office.day_is(date(2027, 1, 1))
    office.bills()
    assert office.states() == ["draft"]
    assert office.changes() == "drafted"
    assert office.states() == ["awaiting approval"] * 2


def test_a_contract_that_cannot_be_billed_is_told_of_and_the_others_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        office.closes(external_id=f"006-{number}", account_id=f"001-{number}")
    bad = office.entries()[12].contract_id
    office.day_is(date(2027, 1, 1))
    with office.change() as session:
        for entry in office.entries():
            if entry.contract_id == bad and entry.key == "2027-01-01":
                entry.planned_key = "gone"
                session.merge(entry)
    office.bills()
    assert len(office.invoices()) == 5
    (told,) = office.open_trouble()
    assert (told.subject_id, told.code) == (bad, "billing.not_planned")
    assert "gone" in told.reason


@pytest.mark.parametrize("days", [0, 40])
def test_the_preview_is_what_the_run_drafts(office: Office, days: int) -> None:
    office.closes(TWICE)
    on = date(2027, 1, 1) + timedelta(days=days)
    shown = [(str(row.invoice_date), str(row.total.amount)) for row in office.preview(on) if row.total]
    office.day_is(on)
    office.bills()
    assert shown == office.billed()[1:]
    assert len(shown) == 1 + days // 31


def _issue(office: Office, place: int) -> None:
    """Mark an invoice as issued, as its workflow does at its end."""
    from sqlalchemy import update
    from sqlmodel import col

    from storage.tables import Invoice, ScheduleEntry

    invoice = office.invoices()[place]
    with office.change() as session:
        session.execute(update(Invoice).where(col(Invoice.id) == invoice.id).values(state="issued", number="INV-1"))
        entry = col(ScheduleEntry.invoice_id) == invoice.id
        session.execute(update(ScheduleEntry).where(entry).values(state="issued"))


def test_when_slack_is_away_the_drafts_wait_and_a_person_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.billing import workflow
    from flows.errors import TryAgain

    def away(*_: object) -> None:
        raise TryAgain("Slack", "it is away")

    monkeypatch.setattr(workflow, "known_people", away)
    found = workflow.read_people(TEAM)
    assert found.again and not found.people.ids
    workflow.report_unread(TEAM, found)
    (trouble,) = office.open_trouble()
    assert trouble.reason == "Slack did not say who the approvers are (it is away). The drafts wait for the next run."
    workflow.ask_some(TEAM, "", PEOPLE)
    assert office.open_trouble() == []
