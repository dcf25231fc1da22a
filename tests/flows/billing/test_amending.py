"""A running contract that changes: a person says from which day, and every cent of it is billed, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from flows.billing import asking
from flows.billing.adjustments import AMEND
from flows.billing.amending import Again, AmendmentMovedOn, BadDay, Decision, NotYoursToAmend, again, decide
from flows.billing.amending_cards import AmendView, amend_card, amend_modal
from flows.billing.drafting import newest_of
from storage.tables import Correction, Invoice, ScheduleEntry
from tests.flows.billing.office import PEOPLE, Office
from tests.flows.deals import DEAL, SEATS

YEARLY = replace(SEATS, quantity=Decimal(10), unit_price=Decimal("365.00"), total=None, frequency="annual")
ANNUAL = replace(DEAL, lines=(YEARLY,), amount=Decimal("3650.00"))
DAY = date(2027, 3, 1)  # 275 of the 365 days from 1 December 2026 to 30 November 2027 are left


def seats(office: Office, quantity: str, deal: Any = ANNUAL, **changes: Any) -> str:
    (line,) = deal.lines
    more = replace(line, quantity=Decimal(quantity))
    office.clock.pass_by(60)
    return office.changes(deal, lines=(more,), amount=more.quantity * more.unit_price, **changes)


def issue(office: Office, *numbers: int) -> None:
    for number in numbers:
        invoice = office.invoices()[number]
        with office.change() as session:
            row = session.get_one(Invoice, invoice.id)
            row.state, row.number = "issued", f"INV-{number + 1}"
            session.add(row)
            for entry in session.execute(select(ScheduleEntry)).scalars():
                if entry.invoice_id == invoice.id:
                    entry.state = "issued"
                    session.add(entry)


def view(office: Office) -> AmendView:
    with office.database.read("T0TEST") as session:
        found = asking.amend_view(session, office.contract().id)
    assert found is not None
    return found


def chooses(office: Office, effective: date | None = DAY, *, by: str = "U0DANA", **how: Any) -> str:
    contract = office.contract()
    chosen = Decision(contract.id, how.pop("version", contract.version), by, effective, **how)
    with office.change() as session:
        return decide(session, chosen, PEOPLE, {})


def running(office: Office, deal: Any = ANNUAL) -> None:
    office.closes(deal)
    issue(office, 0)
    office.day_is(DAY)


def memos(office: Office) -> list[tuple[int, str, str]]:
    """Return what credit memos are asked for: minor units, state and reason."""
    return [(one.total_minor, one.state, one.reason) for one in office.rows(select(Correction))]


def adjusted(office: Office) -> list[tuple[str, str]]:
    """Return what the amendments bill by themselves."""
    lines = [line for content in office.contents()[1:] for line in content.lines]
    return [(line.description, str(line.amount)) for line in lines]


def test_added_seats_are_charged_to_the_contracts_end(office: Office) -> None:
    running(office)
    seats(office, "14")
    shown = view(office)
    # 10 x 365 x 275/365 = 2,750.00 back, 14 x 365 x 275/365 = 3,850.00: 1,100.00 for four more
    assert shown.is_open and shown.words == ("Seats: 10 -> 14, USD 3,650.00 -> USD 5,110.00 a year",)
    assert [(one.effective, str(one.adjustment.net)) for one in shown.choices] == [
        (DAY, "USD 1,100.00"),
        (date(2026, 12, 1), "USD 1,460.00"),
    ]
    told = amend_card(shown)
    assert "charge USD 1,100.00; it ends with the rest of the contract, 30 Nov 2027" in str(told.blocks)
    assert len(office.invoices()) == 1, "until somebody chooses nothing is billed"
    assert chooses(office) == "Amended from 1 Mar 2027: charge USD 1,100.00, now."
    assert office.billed() == [("2026-11-23", "3650.00"), ("2027-03-01", "1100.00")]
    assert office.states() == ["issued", "awaiting approval"]
    assert adjusted(office) == [
        ("Seats: change of what was billed", "USD -2,750.00"),
        ("Seats", "USD 3,850.00"),
    ]
    assert [entry.key for entry in office.entries()][1] == f"{AMEND}3"
    assert not view(office).is_open and office.open_trouble() == []


def test_a_second_click_and_an_outdated_one_are_refused_in_words(office: Office) -> None:
    running(office)
    seats(office, "14")
    with pytest.raises(AmendmentMovedOn, match="This card showed v1; the contract is v2 by now"):
        chooses(office, version=1)
    with pytest.raises(NotYoursToAmend):
        chooses(office, by="U0MALLORY")
    with pytest.raises(BadDay, match="The contract is over then"):
        chooses(office, date(2028, 1, 1))
    chooses(office)
    with pytest.raises(AmendmentMovedOn, match="This is settled"):
        chooses(office)
    assert len(office.invoices()) == 2


def test_left_as_it_is_nothing_is_charged_and_the_next_change_is_of_what_is_billed(office: Office) -> None:
    running(office)
    seats(office, "14")
    chooses(office, None)
    assert len(office.invoices()) == 1 and not view(office).is_open
    seats(office, "15")
    # ten are billed, and fifteen are wanted: 5 x 365 x 275/365
    assert str(view(office).choices[0].adjustment.net) == "USD 1,375.00"


def test_a_decrease_gives_back_what_an_invoice_can_take_and_carries_the_rest(office: Office) -> None:
    monthly = replace(DEAL, lines=(YEARLY, replace(SEATS, source_id="00k9", quantity=Decimal(1), total=None)))
    office.closes(monthly, amount=Decimal("3710.00"))
    issue(office, 0)
    office.day_is(date(2026, 12, 20))
    fewer = (replace(YEARLY, quantity=Decimal(9)), monthly.lines[1])
    office.changes(monthly, lines=fewer, amount=Decimal("3345.00"))
    chooses(office, date(2026, 12, 1), now=False)
    for month in range(1, 8):
        office.day_is(date(2027, month, 1))
        office.bills()
    # 365.00 is owed; each month bills 60.00: six months are free, the seventh costs 55.00
    assert [total for _, total in office.billed()] == ["3710.00", *["0.00"] * 6, "55.00"]
    assert office.open_trouble() == []


def test_without_credit_nothing_is_given_back(office: Office) -> None:
    running(office)
    seats(office, "4")
    assert chooses(office, with_credit=False) == (
        "Amended from 1 Mar 2027: nothing to charge or credit for what is billed, nothing given back."
    )
    assert len(office.invoices()) == 1 and office.open_trouble() == []


def test_a_credit_that_no_invoice_can_take_is_asked_for_as_a_credit_memo(office: Office) -> None:
    running(office)
    seats(office, "4")
    # 2,750.00 is given back and 1,100.00 charged
    assert chooses(office) == (
        "Amended from 1 Mar 2027: credit USD 1,650.00. "
        "A credit memo over USD 1,650.00 asks for approval by somebody else."
    )
    assert len(office.invoices()) == 1 and office.open_trouble() == []
    assert memos(office) == [(165_000, "awaiting approval", "Change of the contract from 1 Mar 2027")]


def test_a_credit_memo_that_cannot_be_asked_for_is_put_before_a_person(office: Office) -> None:
    running(office)
    with office.change() as session:
        session.get_one(Invoice, office.invoices()[0].id).state = "issuing"
    seats(office, "4")
    chooses(office)
    (trouble,) = office.open_trouble()
    assert trouble.title == "Northwind GmbH is owed USD 1,650.00, and no invoice is left to take it off"
    with pytest.raises(NotYoursToAmend), office.change() as session:
        again(session, Again(office.contract().id, "U0MALLORY"), PEOPLE, {})
    issue(office, 0)
    with office.change() as session:
        words = again(session, Again(office.contract().id, "U0DANA"), PEOPLE, {})
    assert words == "A credit memo over USD 1,650.00 asks for approval." and office.open_trouble() == []
    with office.change() as session:
        assert "Nothing was changed" in again(session, Again(office.contract().id, "U0DANA"), PEOPLE, {})
    assert len(memos(office)) == 1


def test_a_contract_cancelled_early_credits_the_rest_and_bills_no_more(office: Office) -> None:
    office.closes()
    office.day_is(date(2027, 1, 1))
    office.bills()
    office.day_is(date(2027, 2, 1))
    office.bills()  # February is a draft when the end comes
    issue(office, 0, 1)
    office.changes(end_date=date(2027, 1, 15))
    shown = view(office)
    # 16 of 31 days of January: 2,400.00 x 16/31 = 1,238.709...
    assert [(one.effective, str(one.adjustment.net)) for one in shown.choices] == [(date(2027, 1, 16), "USD -1,238.71")]
    assert office.states() == ["issued", "issued", "void"]
    chooses(office, shown.day)
    assert {entry.state for entry in office.entries()} == {"issued", "superseded"}
    assert [minor for minor, _, _ in memos(office)] == [123_871] and office.open_trouble() == []


def test_a_year_that_is_cancelled_inside_it_is_asked_about(office: Office) -> None:
    running(office)
    assert office.changes(ANNUAL, end_date=date(2027, 3, 15)) == "too late"
    shown = view(office)
    # 16 March to 30 November: 260 of 365 days
    assert [(one.effective, str(one.adjustment.net)) for one in shown.choices] == [(date(2027, 3, 16), "USD -2,600.00")]
    assert chooses(office, shown.day, with_credit=False).endswith("nothing given back.")
    assert len(office.invoices()) == 1 and office.open_trouble() == [] and memos(office) == []


def test_a_deal_that_was_never_billed_does_not_end_inside_a_period(office: Office) -> None:
    assert office.closes(ANNUAL, end_date=date(2027, 3, 15)) == "incomplete"
    office.closes(ANNUAL, modified_at=office.clock.at)
    assert office.changes(ANNUAL, end_date=date(2027, 3, 15), po_number="4") == "incomplete", "its draft is not out"


def test_a_price_that_changes_on_a_later_day_changes_only_what_is_billed_then(office: Office) -> None:
    office.closes(end_date=date(2028, 11, 30))
    issue(office, 0)
    office.day_is(date(2026, 12, 10))
    dearer = replace(SEATS, unit_price=Decimal("66.00"), total=None)
    office.changes(lines=(dearer,), amount=Decimal("2640.00"), end_date=date(2028, 11, 30))
    words = chooses(office, date(2027, 12, 1))
    assert words == "Amended from 1 Dec 2027: nothing to charge or credit for what is billed."
    planned = {str(entry.planned_on): entry.planned_minor for entry in office.entries()}
    assert (planned["2027-11-01"], planned["2027-12-01"]) == (240_000, 264_000)


def test_a_flat_price_has_a_day_from_which_it_changes(office: Office) -> None:
    flat = replace(YEARLY, quantity=Decimal(1), unit_price=Decimal("3650.00"), billing="flat")
    deal = replace(ANNUAL, lines=(flat,))
    running(office, deal)
    office.changes(deal, lines=(replace(flat, unit_price=Decimal("7300.00")),), amount=Decimal("7300.00"))
    shown = view(office)
    assert shown.words == ("Seats: USD 3,650.00 -> USD 7,300.00 a year",)
    assert str(shown.choices[0].adjustment.net) == "USD 2,750.00"  # 3,650.00 x 275/365
    chooses(office)
    assert office.billed()[-1] == ("2027-03-01", "2750.00")


def test_a_line_that_is_added_and_one_that_goes_begin_and_end_on_the_day(office: Office) -> None:
    running(office)
    other = replace(YEARLY, source_id="00k9", description="Support", quantity=Decimal(1), unit_price=Decimal("730.00"))
    office.changes(ANNUAL, lines=(other,), amount=Decimal("730.00"))
    # 10 x 365.00 x 275/365 = 2,750.00 back; 730.00 x 275/365 = 550.00 falls due with the day itself
    shown = "credit USD 2,750.00; USD 550.00 is invoiced for what begins"
    assert shown in str(amend_card(view(office)).blocks)
    chooses(office)
    assert office.billed()[1:] == [("2027-03-01", "0.00")]
    assert [minor for minor, _, _ in memos(office)] == [220_000] and office.open_trouble() == []


def test_a_second_change_before_the_first_is_out_bills_both_on_one_invoice(office: Office) -> None:
    running(office)
    seats(office, "14")
    chooses(office)
    seats(office, "12")
    assert str(view(office).choices[0].adjustment.net) == "USD -550.00"
    chooses(office)
    assert [one.state for one in office.invoices()] == ["issued", "void", "awaiting approval"]
    assert office.billed()[-1] == ("2027-03-01", "550.00")


def test_what_was_billed_by_the_deal_while_nobody_chose_is_put_right(office: Office) -> None:
    office.closes()
    issue(office, 0)
    office.day_is(date(2026, 12, 20))
    more = replace(SEATS, quantity=Decimal(50), total=None)
    office.changes(lines=(more,), amount=Decimal("3000.00"))
    office.day_is(date(2027, 1, 5))
    office.bills()
    issue(office, 1)
    # January was billed for 50; from 16 January there are 50, so 15 of 31 days of ten seats go back: 600 x 15/31
    chooses(office, date(2027, 1, 16), now=False)
    office.day_is(date(2027, 2, 1))
    office.bills()
    assert office.billed()[-1] == ("2027-02-01", "2709.68")  # 3,000.00 - 290.32


def test_a_change_of_words_alone_keeps_the_amended_terms(office: Office) -> None:
    running(office)
    seats(office, "14")
    chooses(office)
    issue(office, 1)
    (line,) = ANNUAL.lines
    renamed = replace(line, quantity=Decimal(14), description="Named seats")
    office.changes(ANNUAL, lines=(renamed,), amount=Decimal("5110.00"))
    assert not view(office).is_open and len(office.invoices()) == 2
    with office.database.read("T0TEST") as session:
        terms = newest_of(session, office.contract().id)[0].terms
    assert [segment.quantity for segment in terms.lines[0].ramp] == [10, 14]
    assert terms.lines[0].description == "Named seats"


def test_what_cannot_be_told_as_a_change_is_left_to_a_person(office: Office) -> None:
    running(office)
    (line,) = ANNUAL.lines
    office.changes(ANNUAL, lines=(replace(line, frequency="monthly"),))
    assert not view(office).is_open
    assert [one.kind for one in office.open_trouble()] == ["changed_after_issue"]


def test_the_form_asks_about_credit_only_where_there_is_any(office: Office) -> None:
    running(office)
    seats(office, "14")
    inputs = [one["block_id"] for one in amend_modal(view(office), {}).payload["blocks"] if one["type"] == "input"]
    assert inputs == ["effective", "charge"]
    seats(office, "4")
    inputs = [one["block_id"] for one in amend_modal(view(office), {}).payload["blocks"] if one["type"] == "input"]
    assert inputs == ["effective", "credit", "charge"]


def test_a_change_whose_draft_went_with_its_deal_is_billed_when_the_deal_is_won_again(office: Office) -> None:
    running(office)
    seats(office, "14")
    chooses(office)
    more = {"lines": (replace(YEARLY, quantity=Decimal(14)),), "amount": Decimal(5110)}
    office.clock.pass_by(60)
    office.changes(ANNUAL, is_won=False, **more)
    assert office.states() == ["issued", "void"]
    office.clock.pass_by(60)
    office.changes(ANNUAL, **more)
    assert office.states() == ["issued", "awaiting approval"]
    assert office.billed() == [("2026-11-23", "3650.00"), ("2027-03-01", "1100.00")]
    office.clock.pass_by(60)
    office.changes(ANNUAL, po_number="4", **more)
    assert office.billed()[1:] == [("2027-03-01", "1100.00")], "and once"


def test_a_change_that_arrives_twice_or_late_is_asked_about_once(office: Office) -> None:
    running(office)
    seats(office, "14")
    newest = office.clock.at
    (line,) = ANNUAL.lines
    again = {"lines": (replace(line, quantity=Decimal(14)),), "amount": Decimal(5110)}
    before = office.contract().version
    assert office.closes(ANNUAL, modified_at=newest, **again) == "unchanged"
    older = {"lines": (replace(line, quantity=Decimal(12)),), "amount": Decimal(4380)}
    assert office.closes(ANNUAL, modified_at=newest - timedelta(seconds=5), **older) == "unchanged"
    assert office.contract().version == before
    chooses(office)
    assert office.billed()[-1] == ("2027-03-01", "1100.00")


def test_a_change_of_the_customer_moves_no_money_and_is_left_to_a_person(office: Office) -> None:
    running(office)
    office.changes(ANNUAL, account_id="001-8", account_name="Southwind GmbH")
    assert not view(office).is_open and len(office.invoices()) == 1
    assert [one.kind for one in office.open_trouble()] == ["changed_after_issue"]


@pytest.mark.parametrize("effective", [date(2026, 11, 30), date(2027, 12, 2), date(2031, 1, 1)])
def test_a_day_outside_the_contract_is_refused(office: Office, effective: date) -> None:
    running(office)
    seats(office, "14")
    with pytest.raises(BadDay, match="Nothing was changed"):
        chooses(office, effective)
    assert len(office.invoices()) == 1 and view(office).is_open


def test_a_change_on_the_day_after_the_end_moves_nothing_of_what_is_billed(office: Office) -> None:
    running(office)
    seats(office, "14")
    told = "Amended from 1 Dec 2027: nothing to charge or credit for what is billed."
    assert chooses(office, date(2027, 12, 1)) == told
    assert len(office.invoices()) == 1
    seats(office, "15")
    assert str(view(office).choices[0].adjustment.net) == "USD 1,375.00", "ten are billed: 5 x 365.00 x 275/365"


def test_a_change_on_the_day_of_an_invoice_changes_that_invoice_and_the_later_ones(office: Office) -> None:
    office.closes()
    issue(office, 0)
    office.day_is(date(2027, 1, 1))
    office.bills()
    issue(office, 1)
    more = replace(SEATS, quantity=Decimal(50), total=None)
    office.changes(lines=(more,), amount=Decimal("3000.00"))
    chooses(office, date(2027, 1, 1))
    office.day_is(date(2027, 2, 1))
    office.bills()
    january = {("2027-01-01", "2400.00"), ("2027-01-01", "600.00")}
    assert set(office.billed()[1:3]) == january and office.billed()[3:] == [("2027-02-01", "3000.00")]


def test_a_change_and_its_opposite_come_to_nothing(office: Office) -> None:
    running(office)
    seats(office, "14")
    chooses(office)
    issue(office, 1)
    seats(office, "10")
    assert chooses(office).startswith("Amended from 1 Mar 2027: credit USD 1,100.00. A credit memo over USD 1,100.00")
    assert [minor for minor, _, _ in memos(office)] == [110_000] and office.open_trouble() == []
