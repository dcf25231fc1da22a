"""Usage that comes, or is corrected, after a contract's last invoice: billed by the next run, and never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from flows import attention
from flows.contracts.catalogue import Catalogue, Product
from flows.inbox import Delivery, record_all
from flows.usage.event import UsageEvent, read_units
from flows.usage.intake import take
from flows.usage.workflow import look_at_some
from storage.tables import Correction, CorrectionLine, InboxRow, RatedLineRow, UsageClosing
from tests.faults.small_house import TEAM
from tests.flows.billing.office import Office
from tests.flows.billing.test_amending import issue
from tests.flows.billing.test_measured import METERED, TIERS
from tests.flows.deals import DEAL

QUARTER = replace(METERED, end_date=date(2027, 2, 28))  # from 1 December
JANUARY, FEBRUARY = datetime(2027, 1, 9, tzinfo=UTC), datetime(2027, 2, 9, tzinfo=UTC)


@pytest.fixture
def ended(office: Office) -> Office:
    """The office after a contract's end: 900 calls in December and 1,200 in January are billed, February had none."""
    api = Product("API", meter="calls", unit="call", price=TIERS)
    office.runtime.catalogue = Catalogue({"API": api, "SEAT": Product("SEAT", unit="seat")})
    office.closes(QUARTER)
    office.uses("900", datetime(2026, 12, 5, tzinfo=UTC), key="dec")
    office.uses("1200", JANUARY, key="jan")
    for day in (date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)):
        office.day_is(day)
        office.bills()
    # seats are billed ahead; nothing falls due in March
    assert office.billed() == [("2026-11-23", "2400.00"), ("2027-01-01", "2490.00"), ("2027-02-01", "2516.00")]
    return office


def comes(
    office: Office, quantity: str, at: datetime, *, key: str, corrects: str | None = None, subject: str = ""
) -> None:
    """Let one event come in, and what follows from it be done."""
    units, decimals = read_units(quantity)
    event = UsageEvent(key, subject or DEAL.external_id, "calls", units, decimals, at, None, corrects)
    batch = {"batch_id": f"ubt_{key}"}
    with office.change() as session:
        take(session, [event], batch_id=batch["batch_id"], at=office.clock.at)
        record_all(session, office.engine, office.clock, [Delivery(TEAM, "usage.batch", f"sig-{key}", batch)])
    (row,) = [one for one in office.rows(select(InboxRow)) if one.payload == batch]
    look_at_some(TEAM, row.id, "")


def next_day(office: Office, day: date) -> None:
    office.day_is(day)
    office.bills()


def owed(office: Office) -> Sequence[str]:
    return [one.reason.partition(" was")[0] for one in office.open_trouble() if one.kind == "usage_owed"]


def test_what_comes_after_the_last_invoice_is_billed_the_next_day(ended: Office) -> None:
    ended.day_is(date(2027, 3, 5))
    comes(ended, "300", datetime(2026, 12, 6, tzinfo=UTC), key="late")
    comes(ended, "10", FEBRUARY, key="first")
    ended.bills()
    assert len(ended.invoices()) == 3, "not on the day it came"
    (told,) = ended.preview(date(2027, 3, 6))
    assert str(told.total) == "USD 27.00"
    next_day(ended, date(2027, 3, 6))
    # December's 1,200 are 116.00 less 90.00; February's 10 are the first, 1.00
    assert ended.billed()[3:] == [("2027-03-06", "27.00")]
    assert ended.states()[3] == "awaiting approval"
    assert [one.description for one in ended.contents()[3].lines] == [
        "API calls, late usage of 1 Dec 2026 to 31 Dec 2026 (300 calls)",
        "API calls, late usage of 1 Feb 2027 to 28 Feb 2027",
    ]
    (december, *_) = [row for row in ended.rated() if "ubt_late" in " ".join(row.usage)]
    assert december.key == "00k9@2026-12-01" and december.words[-1] == "less 90.00 already billed"
    closings = {(one.period_start.month, one.seq, one.quantity) for one in ended.rows(select(UsageClosing))}
    assert {(12, 2, "1200"), (2, 1, "10")} <= closings
    next_day(ended, date(2027, 3, 7))
    assert len(ended.invoices()) == 4, "once"


def test_more_that_comes_while_its_draft_is_not_out_is_billed_on_one_invoice(ended: Office) -> None:
    ended.day_is(date(2027, 3, 5))
    comes(ended, "10", FEBRUARY, key="a")
    next_day(ended, date(2027, 3, 6))
    comes(ended, "20", FEBRUARY, key="b")
    next_day(ended, date(2027, 3, 7))
    assert ended.billed()[3:] == [("2027-03-06", "1.00"), ("2027-03-07", "3.00")]
    assert ended.states()[3:] == ["void", "awaiting approval"]


def test_more_that_comes_when_it_is_out_is_billed_on_another(ended: Office) -> None:
    ended.day_is(date(2027, 3, 5))
    comes(ended, "10", FEBRUARY, key="a")
    next_day(ended, date(2027, 3, 6))
    issue(ended, 0, 1, 2, 3)
    comes(ended, "20", FEBRUARY, key="b")
    next_day(ended, date(2027, 3, 7))
    assert ended.billed()[3:] == [("2027-03-06", "1.00"), ("2027-03-07", "2.00")]


def test_what_was_billed_late_is_not_billed_again_when_the_deal_changes(ended: Office) -> None:
    ended.day_is(date(2027, 3, 5))
    comes(ended, "300", datetime(2026, 12, 6, tzinfo=UTC), key="late")
    comes(ended, "10", FEBRUARY, key="first")
    next_day(ended, date(2027, 3, 6))
    issue(ended, 3)
    ended.changes(QUARTER, po_number="4500-9999")  # the drafts of the schedule are made anew
    assert ended.billed() == [
        *(("2026-11-23", "2400.00"), ("2027-01-01", "2490.00"), ("2027-02-01", "2516.00"), ("2027-03-06", "27.00"))
    ]


def test_a_draft_of_late_usage_follows_the_deal(ended: Office) -> None:
    ended.day_is(date(2027, 3, 5))
    comes(ended, "10", FEBRUARY, key="first")
    next_day(ended, date(2027, 3, 6))
    assert ended.changes(QUARTER, po_number="4500-9999") == "revised"
    assert [one.po_number for one in ended.contents()] == ["4500-9999"] * 4
    assert ended.changes(replace(QUARTER, end_date=date(2027, 4, 30)), po_number="4500-9999") == "drafted"
    assert ended.states()[-1] == "void", "the contract runs on: what came late is on its next invoice"
    next_day(ended, date(2027, 4, 1))
    assert ended.billed()[-1] == ("2027-04-01", "2401.00")


def test_usage_that_is_not_the_contracts_plans_nothing(ended: Office) -> None:
    ended.day_is(date(2027, 3, 5))
    before = len(ended.entries())
    comes(ended, "10", FEBRUARY, key="whose", subject="somebody else")
    comes(ended, "10", datetime(2027, 3, 4, tzinfo=UTC), key="after the end")
    comes(ended, "0", FEBRUARY, key="nothing")
    assert len(ended.entries()) == before


def test_what_is_corrected_below_what_was_billed_is_put_before_a_person_until_it_is_given_back(ended: Office) -> None:
    issue(ended, 0, 1, 2)
    ended.day_is(date(2027, 3, 5))
    comes(ended, "400", JANUARY, key="mend", corrects="jan")
    next_day(ended, date(2027, 3, 6))
    assert len(ended.invoices()) == 3 and owed(ended) == ["USD 76.00"]  # 116.00 less 40.00
    next_day(ended, date(2027, 3, 7))
    assert owed(ended) == ["USD 76.00"], "once, and still"
    comes(ended, "60", FEBRUARY, key="more")
    next_day(ended, date(2027, 3, 8))
    assert len(ended.invoices()) == 3 and owed(ended) == ["USD 70.00"], "February's 6.00 are taken off"
    credit(ended, "00k9@2027-01-01", 7600)
    next_day(ended, date(2027, 3, 9))
    assert owed(ended) == []
    assert ended.billed()[3:] == [("2027-03-09", "6.00")], "what was given back pays nothing any more"


def test_usage_that_a_memo_gave_back_and_that_is_raised_again_is_billed_again(ended: Office) -> None:
    issue(ended, 0, 1, 2)
    ended.day_is(date(2027, 3, 5))
    comes(ended, "400", JANUARY, key="mend", corrects="jan")
    next_day(ended, date(2027, 3, 6))
    assert owed(ended) == ["USD 76.00"]
    credit(ended, "00k9@2027-01-01", 7600)
    next_day(ended, date(2027, 3, 7))
    assert owed(ended) == [] and len(ended.invoices()) == 3
    comes(ended, "1200", JANUARY, key="after all", corrects="mend")
    next_day(ended, date(2027, 3, 8))
    assert ended.billed()[3:] == [("2027-03-08", "76.00")]
    (line,) = ended.contents()[3].lines
    assert (line.description, line.quantity) == ("API calls, late usage of 1 Jan 2027 to 31 Jan 2027", Decimal(800))
    next_day(ended, date(2027, 3, 9))
    assert len(ended.invoices()) == 4, "once"


def test_a_correction_of_a_draft_that_is_not_out_is_taken_off_it(ended: Office) -> None:
    issue(ended, 0, 1)
    ended.day_is(date(2027, 3, 5))
    comes(ended, "400", JANUARY, key="mend", corrects="jan")
    assert ended.billed()[2] == ("2027-02-01", "2440.00"), "at once: 40.00 for January's 400 instead of 116.00"
    assert (ended.invoices()[2].version, ended.states()[2]) == (2, "draft"), "what was approved is not this"
    next_day(ended, date(2027, 3, 6))
    assert ended.states()[2] == "awaiting approval"
    assert len(ended.invoices()) == 3 and owed(ended) == []
    comes(ended, "1200", JANUARY, key="up again", corrects="mend")
    next_day(ended, date(2027, 3, 7))
    assert ended.billed()[2:] == [("2027-02-01", "2440.00"), ("2027-03-07", "76.00")]


def without(office: Office, place: int) -> None:
    """Let the deal lose the seats (0) or the calls (1)."""
    office.clock.pass_by(60)
    lines = tuple(one for number, one in enumerate(QUARTER.lines) if number != place)
    assert office.changes(replace(QUARTER, lines=lines)) != "unchanged"


def left(office: Office) -> Sequence[str]:
    return [one.reason for one in office.open_trouble() if one.kind == "usage_left"]


def test_late_usage_of_a_line_that_is_gone_is_put_before_a_person_by_file_and_line(ended: Office) -> None:
    issue(ended, 0, 1, 2)
    without(ended, 1)
    assert left(ended) == [], "all that was used is billed"
    ended.day_is(date(2027, 3, 5))
    comes(ended, "300", datetime(2026, 12, 6, tzinfo=UTC), key="late")
    comes(ended, "10", FEBRUARY, key="first")
    (reason,) = left(ended)
    assert "“API calls”: 300 calls of 1 Dec 2026 to 31 Dec 2026, request ubt_late, line 1 (1 event)" in reason
    assert (
        "beyond what INV-2 has of it; “API calls”: 10 calls of 1 Feb 2027 to 28 Feb 2027, request ubt_first" in reason
    )
    next_day(ended, date(2027, 3, 6))
    assert len(ended.invoices()) == 3 and len(left(ended)) == 1
    ended.changes(QUARTER)
    assert left(ended) == [], "the line is back, and bills it"
    assert ended.billed()[3:] == [("2027-03-01", "27.00")], "on the last invoice, which had nothing to bill before"


def test_what_was_used_of_a_line_that_goes_before_it_is_billed_is_told_once(ended: Office) -> None:
    without(ended, 1)
    assert [one.total.amount for one in ended.contents()] == [2400, 2400, 2400], "the drafts bill seats alone"
    (reason,) = left(ended)
    assert "900 calls of 1 Dec 2026" in reason and "1,200 calls of 1 Jan 2027" in reason
    (row,) = [one for one in ended.open_trouble() if one.kind == "usage_left"]
    with ended.change() as session:
        attention.settle_attention(session, subject_id=row.subject_id, kind=row.kind, by="operator")
    ended.clock.pass_by(60)
    comes(ended, "10", datetime(2027, 3, 1, tzinfo=UTC), key="after the end")
    assert left(ended) == [], "a person has settled just this"
    comes(ended, "10", FEBRUARY, key="more")
    assert len(left(ended)) == 1 and "10 calls of 1 Feb 2027" in left(ended)[0]


def test_a_line_of_another_name_with_the_same_meter_bills_what_was_used(ended: Office) -> None:
    other = replace(QUARTER.lines[1], source_id="00k10")
    ended.clock.pass_by(60)
    ended.changes(replace(QUARTER, lines=(QUARTER.lines[0], other)))
    assert [str(total) for _, total in ended.billed()] == ["2400.00", "2490.00", "2516.00"] and left(ended) == []


def test_what_no_draft_can_take_is_owed(office: Office) -> None:
    api = Product("API", meter="calls", unit="call", price=TIERS)
    office.runtime.catalogue = Catalogue({"API": api, "SEAT": Product("SEAT", unit="seat")})
    one = replace(QUARTER.lines[0], quantity=Decimal(1), unit_price=Decimal("1.00"), total=Decimal("1.00"))
    office.closes(replace(QUARTER, lines=(one, QUARTER.lines[1]), amount=Decimal("1.00")))
    office.uses("900", datetime(2026, 12, 5, tzinfo=UTC), key="dec")
    office.uses("1200", JANUARY, key="jan")
    for day in (date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)):
        next_day(office, day)
    assert [total for _, total in office.billed()] == ["1.00", "91.00", "117.00"]
    issue(office, 0, 1)
    comes(office, "0", datetime(2026, 12, 5, tzinfo=UTC), key="d", corrects="dec")
    comes(office, "0", JANUARY, key="j", corrects="jan")
    next_day(office, date(2027, 3, 2))
    # the draft took December's 90.00; with 116.00 less it would be below zero, so it stays, and these are owed
    assert (office.billed()[2], owed(office)) == (("2027-02-01", "27.00"), ["USD 116.00"])


def test_a_correction_for_another_customer_gives_back_what_it_takes_away(ended: Office) -> None:
    issue(ended, 0, 1, 2)
    ended.day_is(date(2027, 3, 5))
    comes(ended, "400", JANUARY, key="mend", corrects="jan", subject="somebody else")
    next_day(ended, date(2027, 3, 6))
    assert owed(ended) == ["USD 116.00"]


def test_what_cannot_be_priced_is_put_before_a_person(ended: Office) -> None:
    catalogue = ended.runtime.catalogue
    assert catalogue is not None
    few = TIERS.model_validate({"model": "graduated", "tiers": ({"up_to": 1200, "unit_price": "0.10"},)})
    ended.runtime.catalogue = Catalogue({**catalogue.products, "API": replace(catalogue.products["API"], price=few)})
    ended.changes(QUARTER, po_number="77")
    comes(ended, "2000", FEBRUARY, key="late")
    next_day(ended, date(2027, 3, 2))
    assert [one.kind for one in ended.open_trouble() if one.kind == "billing"] == ["billing"]


def credit(office: Office, key: str, minor: int) -> None:
    """Let a credit memo have given back so much of a line."""
    (line,) = [row for row in office.rows(select(RatedLineRow)) if row.key == key]
    (entry,) = [one for one in office.entries() if one.id == line.entry_id]
    with office.change() as session:
        session.add(
            Correction(
                id="cor_1",
                team_id=TEAM,
                invoice_id=str(entry.invoice_id),
                kind="credit",
                state="done",
                currency="USD",
                total_minor=minor,
                content_hash="-",
                reason="too much",
                requester="U0DANA",
                created_at=office.clock.at,
                updated_at=office.clock.at,
            )
        )
        session.flush()
        session.add(CorrectionLine(correction_id="cor_1", team_id=TEAM, seq=line.seq, amount_minor=minor))
