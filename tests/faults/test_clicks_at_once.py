"""Twenty clicks at once on one card, against the real app over HTTP: one decision, and everybody else is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from storage import audit
from storage.tables import AuditEvent, Decision, InboxRow
from tests.faults.rig import House
from tests.faults.story import is_told_once, the_card

CLICKS = 20


def test_twenty_clicks_at_once_are_one_decision(house: House) -> None:
    house.start()
    deal_id = house.close_deal("flat")
    house.settle()
    card = the_card(house)
    with ThreadPoolExecutor(CLICKS) as people:
        who = ["dana", "lee"] * (CLICKS // 2)
        answers = list(people.map(lambda name: house.press(name, "approval.approve", card), who))
    house.settle()
    assert [answer["status"] for answer in answers] == ["ok"] * CLICKS
    with house.database.read(None) as session:
        session.execute(select(Decision)).scalar_one()
        clicks = session.execute(select(InboxRow.outcome).where(InboxRow.kind == "approval.click")).scalars().all()  # type: ignore[call-overload]
        refused = session.execute(
            select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "approval.refused")  # type: ignore[arg-type]
        ).scalar_one()
    assert len(clicks) == CLICKS and clicks.count("approved") == 1
    assert refused == CLICKS - 1
    assert audit.verify(house.database).broken is None
    is_told_once(house, deal_id)


def test_approvals_and_a_rejection_at_once_leave_one_verdict_that_counts(house: House) -> None:
    house.start()
    house.close_deal("flat")
    house.settle()
    card = the_card(house)
    with ThreadPoolExecutor(2) as people:
        opening = people.submit(house.press, "lee", "approval.reject", card)
        modal = str(opening.result()["view"])
        rejecting = people.submit(house.do, "submit", as_="lee", view_id=modal, values={"reason_choice": "duplicate"})
        approving = people.submit(house.press, "dana", "approval.approve", card)
        assert rejecting.result()["ok"] and approving.result()["ok"]
    house.settle()
    with house.database.read(None) as session:
        verdict = session.execute(select(Decision)).scalar_one().verdict
    card = the_card(house)
    issued = "INV-000001 is issued" in card["text"]
    assert issued == (verdict == "approve")
    assert len(house.vendors.stripe.store.all("invoice")) == (1 if issued else 0)
