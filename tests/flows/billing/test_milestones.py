"""Milestones: shown while they wait for an event, billed at once when a person says that one is reached, each once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from flows.billing import milestone_days, milestones
from flows.billing.milestone_cards import CORRECT, REACHED, milestones_card
from flows.billing.milestones import BadReachedDay, MilestoneSettled, Reached
from flows.contracts.catalogue import Catalogue, Product
from flows.contracts.product_parts import Parts
from flows.errors import NotFound
from storage.tables import AuditEvent, CardCopy
from tests.faults.small_house import TEAM
from tests.flows.billing.office import PEOPLE, Office
from tests.flows.billing.test_amending import issue
from tests.flows.cards.reading import elements
from tests.flows.deals import DEAL, line

PARTS = Parts.model_validate(
    {
        "milestones": (
            {"description": "Kick-off", "pct": 30, "after_months": 0},
            {"description": "Go-live", "pct": 50, "event": "go-live"},
            {"description": "Acceptance", "pct": 20, "event": "accepted"},
        )
    }
)
PROJECT = line(
    source_id="00k7", product_code="PROJECT", description="Roll-out", quantity=Decimal(1),
    unit_price=Decimal("40000.00"), billing="one_time", frequency=None,
)  # fmt: skip
GO_LIVE, ACCEPTED = "00k7.go-live", "00k7.accepted"


@pytest.fixture
def project(office: Office) -> Office:
    """The office with a contract over a project from 1 December, closed on 23 November."""
    office.runtime.catalogue = Catalogue({"PROJECT": Product("PROJECT", parts=PARTS), "SEAT": Product("SEAT")})
    office.closes(DEAL, lines=(PROJECT,), amount=Decimal("40000.00"))
    return office


def reaches(office: Office, milestone_id: str, on: date, **more: Any) -> str:
    """Let a person say that a milestone is reached; return what the person is told."""
    said = Reached(office.contract().id, milestone_id, on, "U0RITA", **more)
    with office.change() as session:
        return milestones.reach(session, said, people=PEOPLE, evidence={"view_id": "V1"})


def corrects(office: Office, milestone_id: str, was: date, on: date, by: str = "U0SAM") -> str:
    """Let a person say that a milestone was reached on another day; return what the person is told."""
    said = Reached(office.contract().id, milestone_id, on, by, "The acceptance has another date")
    with office.change() as session:
        return milestone_days.correct(session, said, was, people=PEOPLE, evidence={"view_id": "V2"})


def card(office: Office) -> tuple[str, list[str]]:
    """Return the sentence of the card, and the buttons on it."""
    with office.database.read(TEAM) as session:
        shown = milestones_card(milestones.milestones_view(session, office.contract().id))
    return shown.text, [str(one["value"]) for one in elements(shown) if str(one.get("action_id")).startswith(REACHED)]


def test_what_waits_is_on_a_card_of_its_own(project: Office) -> None:
    assert project.billed() == [("2026-11-23", "12000.00")]
    (copy,) = [one for one in project.rows(select(CardCopy)) if one.kind == milestones.CARD]
    assert copy.subject_id == project.contract().id
    text, buttons = card(project)
    assert text == "Northwind GmbH: 2 milestones over USD 28,000.00 wait to be reached."
    assert len(buttons) == 2 and GO_LIVE in buttons[0]


def test_a_contract_without_events_has_no_such_card(office: Office) -> None:
    office.closes()
    assert [one.kind for one in office.rows(select(CardCopy))] == ["approval"]


def test_a_milestone_is_billed_at_once_and_kept_with_who_said_so(project: Office) -> None:
    project.day_is(date(2027, 2, 10))
    told = reaches(project, GO_LIVE, date(2027, 2, 8), note="Signed by Jo")
    assert told == ("“Go-live” is reached on 8 Feb 2027. The invoice over USD 20,000.00 is awaiting approval.")
    assert project.billed()[1:] == [("2027-02-08", "20000.00")]
    assert project.states()[1] == "awaiting approval"
    text, buttons = card(project)
    assert text == "Northwind GmbH: 1 milestone over USD 8,000.00 waits to be reached."
    assert len(buttons) == 1
    (noted,) = [one for one in project.rows(select(AuditEvent)) if one.action == "milestone.reached"]
    assert (noted.actor, noted.reason) == ("U0RITA", "Signed by Jo")
    assert '"on":"2027-02-08"' in noted.after
    project.bills()
    project.bills()
    assert len(project.billed()) == 2


def test_one_that_is_reached_before_the_first_invoice_takes_nothing_from_it(project: Office) -> None:
    # by the terms the first invoice is of 1 December; the event is of the day on which the deal closed
    reaches(project, ACCEPTED, date(2026, 11, 23))
    project.day_is(date(2027, 1, 5))
    reaches(project, GO_LIVE, date(2026, 11, 23))
    project.bills()
    assert sorted(project.billed()) == [
        ("2026-11-23", "12000.00"), ("2026-11-23", "20000.00"), ("2026-11-23", "8000.00"),
    ]  # fmt: skip
    assert card(project) == ("All milestones of Northwind GmbH are reached.", [])


def test_a_second_report_changes_nothing_and_says_so(project: Office) -> None:
    reaches(project, GO_LIVE, date(2026, 11, 23))
    with pytest.raises(MilestoneSettled, match=r"was reported before: reached on 23 Nov 2026\. Nothing was changed"):
        reaches(project, GO_LIVE, date(2026, 11, 22))
    assert len(project.billed()) == 2


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 11, 24), "24 Nov 2026 is still to come"),
        (date(2026, 11, 22), "is before the contract, which begins on 23 Nov 2026"),
    ],
)
def test_a_day_that_cannot_be_is_refused(project: Office, on: date, words: str) -> None:
    with pytest.raises(BadReachedDay, match=words):
        reaches(project, GO_LIVE, on)
    assert project.contract().reached == {}
    assert len(project.billed()) == 1


def test_what_is_not_there_is_refused(project: Office) -> None:
    with pytest.raises(MilestoneSettled, match="no such milestone"):
        reaches(project, "00k7.party", date(2026, 11, 23))
    with pytest.raises(NotFound), project.change() as session:
        milestones.reach(session, Reached("con_none", "x", date(2026, 11, 23), "U0RITA"), people=PEOPLE, evidence={})


def test_nothing_is_billed_of_a_deal_that_is_off_or_incomplete(project: Office) -> None:
    project.clock.pass_by(60)
    project.changes(DEAL, lines=(PROJECT,), amount=Decimal("40000.00"), contact_email=None)
    assert card(project) == ("The milestones of Northwind GmbH are held; nothing of them is billed now.", [])
    with pytest.raises(MilestoneSettled, match="because its deal is incomplete"):
        reaches(project, GO_LIVE, date(2026, 11, 23))
    project.clock.pass_by(60)
    project.changes(DEAL, lines=(PROJECT,), amount=Decimal("40000.00"), is_won=False)
    with pytest.raises(MilestoneSettled, match="because its deal was withdrawn"):
        reaches(project, GO_LIVE, date(2026, 11, 23))


def test_a_changed_deal_keeps_what_was_reached(project: Office) -> None:
    reaches(project, GO_LIVE, date(2026, 11, 23))
    project.clock.pass_by(60)
    project.changes(DEAL, lines=(PROJECT,), amount=Decimal("40000.00"), po_number="4500-9999")
    assert sorted(total for _, total in project.billed()) == ["12000.00", "20000.00"]
    assert len(card(project)[1]) == 1


EIGHTH, SECOND = date(2027, 2, 8), date(2027, 2, 2)


@pytest.fixture
def live(project: Office) -> Office:
    """The project, of which "Go-live" was reported on 10 February as reached on the 8th."""
    project.day_is(date(2027, 2, 10))
    reaches(project, GO_LIVE, EIGHTH)
    assert project.billed()[1:] == [("2027-02-08", "20000.00")]
    return project


def test_a_day_is_corrected_while_the_invoice_is_a_draft(live: Office) -> None:
    told = corrects(live, GO_LIVE, EIGHTH, SECOND)
    assert told == (
        "“Go-live” is reached on 2 Feb 2027, not on 8 Feb 2027. The invoice over USD 20,000.00 is awaiting approval."
    )
    assert live.billed()[1:] == [("2027-02-02", "20000.00")]
    (content,) = live.contents()[1:]
    assert content.due_date == date(2027, 3, 4), "30 days after the new date"
    (entry,) = [one for one in live.entries() if one.key == f"milestone:{GO_LIVE}"]
    assert (entry.planned_on, entry.invoice_date, entry.state) == (SECOND, SECOND, "drafted")
    (invoice,) = live.invoices()[1:]
    assert (invoice.version, invoice.state) == (2, "awaiting approval"), "asked anew: the approval binds to the date"
    (noted,) = [one for one in live.rows(select(AuditEvent)) if one.action == "milestone.corrected"]
    assert (noted.actor, noted.before, noted.reason) == (
        "U0SAM", '{"on":"2027-02-08"}', "The acceptance has another date",
    )  # fmt: skip
    live.bills()
    assert len(live.billed()) == 2
    with live.database.read(TEAM) as session:
        line = milestones.milestones_view(session, live.contract().id).line(GO_LIVE)
    assert line is not None
    assert (line.reached_on, line.reached_by, line.corrected_by, line.billed_with) == (SECOND, "U0RITA", "U0SAM", None)


def test_a_day_is_corrected_again_and_back(live: Office) -> None:
    corrects(live, GO_LIVE, EIGHTH, SECOND)
    corrects(live, GO_LIVE, SECOND, date(2027, 2, 10))
    corrects(live, GO_LIVE, date(2027, 2, 10), EIGHTH)
    assert live.billed()[1:] == [("2027-02-08", "20000.00")]


def test_the_card_offers_it_until_the_invoice_is_out_and_then_it_is_refused(live: Office) -> None:
    with live.database.read(TEAM) as session:
        shown = milestones_card(milestones.milestones_view(session, live.contract().id))
    assert [one["text"]["text"] for one in elements(shown) if str(one.get("action_id")).startswith(CORRECT)] == [
        "Correct day"
    ]
    issue(live, 1)
    before = live.billed()
    with pytest.raises(MilestoneSettled, match=r"is billed with \S+, which is out, so its day cannot be corrected"):
        corrects(live, GO_LIVE, EIGHTH, SECOND)
    assert live.billed() == before and live.contract().reached == {GO_LIVE: "2027-02-08"}
    with live.database.read(TEAM) as session:
        shown = milestones_card(milestones.milestones_view(session, live.contract().id))
    assert not [one for one in elements(shown) if str(one.get("action_id")).startswith(CORRECT)]


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2027, 2, 11), "11 Feb 2027 is still to come"),
        (date(2026, 11, 22), "is before the contract"),
        (EIGHTH, "is reported as reached on 8 Feb 2027 already"),
    ],
)
def test_a_day_that_cannot_take_the_place_of_another_is_refused(live: Office, on: date, words: str) -> None:
    with pytest.raises(BadReachedDay, match=words):
        corrects(live, GO_LIVE, EIGHTH, on)
    assert live.billed()[1:] == [("2027-02-08", "20000.00")]


def test_what_was_corrected_meanwhile_or_never_reached_is_refused(live: Office) -> None:
    corrects(live, GO_LIVE, EIGHTH, SECOND)
    with pytest.raises(MilestoneSettled, match="was corrected meanwhile, to 2 Feb 2027"):
        corrects(live, GO_LIVE, EIGHTH, date(2027, 2, 3))
    with pytest.raises(MilestoneSettled, match="no such milestone that was reached"):
        corrects(live, ACCEPTED, EIGHTH, SECOND)
    assert live.billed()[1:] == [("2027-02-02", "20000.00")]
