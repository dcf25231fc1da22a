"""Usage that comes, or is corrected, after a contract's last invoice: billed by the next run, and never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

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
