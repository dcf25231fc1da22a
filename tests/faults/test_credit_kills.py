"""The app is killed while an invoice is credited, or voided and drafted anew; it is done once, everywhere."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from storage import audit
from storage.tables import Correction, EffectRow, InboxRow, Invoice, JournalLine
from tests.faults.invariants import files_of
from tests.faults.kills import FarSideKill, Point, cases
from tests.faults.rig import House, Json, buttons_of
from tests.faults.story import APPROVE, close_and_approve

MORE = "approval.more"
WITHDRAW = "credit.withdraw"
ASKING = ("inbox:invoice.correct", "crediting.workflow.read_asker", "crediting.workflow.take_in")
DOING = ("begin", "look_first", "take_number", "record_done", "try_note")
STEPS = (*ASKING, *(f"crediting.workflow.{step}" for step in DOING))
CREDIT_POINTS = [
    *(f"{step}:{when}" for step in STEPS for when in ("before", "after")),
    *(
        f"effect:{kind}:{when}"
        for kind in ("processor.credit_note", "crm.correction_note")
        for when in ("begun", "done")
    ),
]
VOID_POINTS = [
    *(f"effect:{kind}:{when}" for kind in ("processor.void", "crm.correction_note") for when in ("begun", "done")),
    *(f"crediting.workflow.record_done:{when}" for when in ("before", "after")),
    *(f"invoicing.asking.{step}:{when}" for step in ("read_people", "ask") for when in ("before", "after")),
]
TAKING_BACK = ("inbox:correction.withdraw", "crediting.withdrawing.withdraw")
WITHDRAWING = [f"{step}:{when}" for step in TAKING_BACK for when in ("before", "after")]
ON_POSTGRESQL = {
    *("crediting.workflow.take_number:after", "effect:processor.credit_note:done"),
}


@pytest.mark.parametrize(("database_url", "point"), cases(CREDIT_POINTS, ON_POSTGRESQL), indirect=["database_url"])
def test_a_kill_credits_once(house: House, point: str) -> None:
    house.start(Point(point))
    close_and_approve(house)
    correct(house, "credit", scope="by_line", line_1="2000", reason_choice="goodwill")
    assert house.deaths == 1
    is_credited_once(house)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_far_side_that_credited_while_the_app_died_is_not_asked_twice(house: House) -> None:
    house.start(FarSideKill("POST", "/_vendor/stripe/v1/credit_notes", "after"))
    close_and_approve(house)
    correct(house, "credit", scope="by_line", line_1="2000", reason_choice="goodwill")
    assert house.deaths == 1
    is_credited_once(house)


@pytest.mark.parametrize("when", ["claimed", "sent"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_kill_around_the_upload_shares_the_credit_memo_once(house: House, when: str) -> None:
    house.start(Point(f"post:file:{when}", nth=2))  # the first file is the invoice's
    close_and_approve(house)
    correct(house, "credit", scope="by_line", line_1="2000", reason_choice="goodwill")
    assert house.deaths == 1
    is_credited_once(house)


@pytest.mark.parametrize("kind", ["drop_after", "stored_500_after", "stored_500"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_answer_that_is_lost_credits_once(house: House, kind: str) -> None:
    house.start()
    close_and_approve(house)
    house.vendors.stripe.set_fault(kind, "credit_notes.create")
    correct(house, "credit", scope="by_line", line_1="2000", reason_choice="goodwill")
    is_credited_once(house)


@pytest.mark.parametrize(("database_url", "point"), cases(VOID_POINTS, ON_POSTGRESQL), indirect=["database_url"])
def test_a_kill_voids_and_drafts_anew_once(house: House, point: str) -> None:
    house.start(Point(point))
    close_and_approve(house)
    correct(house, "void", reason_choice="terms")
    assert house.deaths == 1
    with house.database.read(None) as session:
        one, two = session.execute(select(Invoice).order_by(col(Invoice.created_at))).scalars().all()
        assert (one.state, one.number, two.state, two.number) == ("void", "INV-000001", "awaiting approval", None)
        assert two.reissue_of == one.id
        assert session.execute(select(func.sum(col(JournalLine.amount_minor)))).scalar_one() == 0
        assert owed(house) == 0
    (far,) = house.vendors.stripe.store.all("invoice")
    assert far["status"] == "void"
    assert noted(house) == "Void"
    all_is_settled(house)


@pytest.mark.parametrize(
    ("database_url", "point"), cases(WITHDRAWING, {"crediting.withdrawing.withdraw:after"}), indirect=["database_url"]
)
def test_a_kill_withdraws_once(house: House, point: str) -> None:
    house.start(Point(point))
    close_and_approve(house)
    ask(house, "credit", {"reason_choice": "goodwill"})
    for _ in range(2):  # whoever clicked while the app was dead does it again
        (card,) = corrections(house)
        if WITHDRAW in buttons_of(card):
            house.press("sam", WITHDRAW, card)
            house.settle()
    assert house.deaths == 1
    with house.database.read(None) as session:
        assert session.execute(select(Correction)).scalar_one().state == "withdrawn"
    (card,) = corrections(house)
    assert WITHDRAW not in buttons_of(card) and APPROVE not in buttons_of(card)
    assert len([reply for reply in card["replies"] if "withdrew this" in reply["text"]]) == 1
    assert owed(house) == 1_200_000
    all_is_settled(house)


def correct(house: House, act: str, **answers: str) -> None:
    """Ask for a correction as Sam and approve it as Dana; whoever clicked while the app was dead does it again."""
    for _ in range(2):
        if not corrections(house):
            ask(house, act, answers)
    for _ in range(2):
        for card in corrections(house):
            if APPROVE in buttons_of(card):
                house.press("dana", APPROVE, card)
                house.settle()


def ask(house: House, act: str, answers: dict[str, str]) -> None:
    card = house.cards()[0]
    accessories = [block.get("accessory") or {} for block in card["blocks"]]
    (menu,) = [one for one in accessories if one.get("action_id") == MORE]
    value = next(one["value"] for one in menu["options"] if one["value"].startswith(f"{act}:"))
    opened = house.do("click", as_="sam", channel="#invoice-approvals", ts=card["ts"], action_id=MORE, value=value)
    house.do("submit", as_="sam", view_id=opened["view"], values=answers)
    house.settle()


def corrections(house: House) -> list[Json]:
    """Return the cards of corrections."""
    return [card for card in house.cards() if "Asked for by" in str(card["blocks"])]


def owed(house: House) -> int:
    """Return what the customer owes by the ledger."""
    with house.database.read(None) as session:
        theirs = select(func.sum(col(JournalLine.amount_minor))).where(col(JournalLine.customer_id).is_not(None))
        return int(session.execute(theirs).scalar_one())


def is_credited_once(house: House) -> None:
    """Fail unless USD 2,000 of 12,000 were credited exactly once, everywhere."""
    with house.database.read(None) as session:
        row = session.execute(select(Correction)).scalar_one()
        assert (row.state, row.number, row.total_minor) == ("done", "CM-000001", 200_000)
        assert session.execute(select(Invoice)).scalar_one().state == "issued"
    assert owed(house) == 1_000_000
    (note,) = house.vendors.stripe.store.all("credit_note")
    assert (note["id"], note["total"]) == (row.processor_id, 200_000)
    (card,) = corrections(house)
    assert "USD 10,000.00 remains" in card["text"] and APPROVE not in buttons_of(card)
    told = [reply["text"] for reply in house.cards()[0]["replies"] if "Credit memo" in reply["text"]]
    assert len(told) == 1
    assert files_of(house.cards()[0]) == ["INV-000001.pdf", "CM-000001.pdf"]
    assert noted(house) == "Part credited (CM-000001), USD 10,000.00 remains"
    all_is_settled(house)


def noted(house: House) -> str:
    """Return how the invoice stands by its deal in the CRM."""
    (deal,) = [one for one in house.vendors.salesforce.store.all("Opportunity") if one["Dunwell_Invoice_Number__c"]]
    return str(deal["Dunwell_Invoice_Status__c"])


def all_is_settled(house: House) -> None:
    with house.database.read(None) as session:
        assert set(session.execute(select(col(EffectRow.state))).scalars()) == {"done"}
        assert session.execute(select(InboxRow).where(col(InboxRow.handled_at).is_(None))).first() is None
    assert audit.verify(house.database).broken is None
    assert house.left() == []
