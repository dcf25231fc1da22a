"""The app is killed without warning at every boundary of the story; told to its end, everything is there once."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from storage.tables import EffectRow, SlackPost
from tests.faults.kills import FarSideKill, Point, cases
from tests.faults.rig import House
from tests.faults.story import close_and_approve, is_told_once

PROCESSOR = ("customer", "draft", "lines", "finalize", "send")

STEPS = [
    *("billing.workflow.draft_some", "billing.workflow.anything_to_ask", "billing.workflow.plan_on"),
    *("contracts.polling.look_for_changes", "contracts.workflow.take_in", "contracts.taking_over.next_without"),
    *("approvals.workflow.read_people", "approvals.workflow.decide_click"),
    *("invoicing.workflow.begin", "invoicing.workflow.compare_totals"),
    *("invoicing.workflow.take_number", "invoicing.workflow.record_issued"),
    *("invoicing.workflow.try_write_back", "invoicing.processor_events.note"),
]
POINTS = [
    *(f"inbox:{kind}:{when}" for kind in ("deal.notice", "approval.click") for when in ("before", "after")),
    *(f"{step}:{when}" for step in STEPS for when in ("before", "after")),
    *(f"effect:processor.{kind}:{when}" for kind in PROCESSOR for when in ("begun", "done")),
    *(f"effect:crm.note:{when}" for when in ("begun", "done")),
    *(f"post:{kind}:{when}" for kind in ("card", "card_update", "reply", "file") for when in ("claimed", "sent")),
]
ON_POSTGRESQL = {
    *("inbox:deal.notice:after", "inbox:approval.click:after", "contracts.workflow.take_in:after"),
    *("post:card:sent", "post:card_update:sent", "effect:processor.finalize:done", "effect:processor.send:done"),
    *("invoicing.workflow.take_number:after", "invoicing.workflow.record_issued:after"),
}
# (method, path, nth): the calls of the story that change something at a far side.
STRIPE = "/_vendor/stripe/v1"
CALLS = [
    ("POST", "/api/chat.postMessage", 1),
    ("POST", "/api/chat.postMessage", 2),
    ("POST", "/api/chat.update", 1),
    ("POST", "/api/files.completeUploadExternal", 1),
    ("POST", f"{STRIPE}/customers", 1),
    ("POST", f"{STRIPE}/invoices", 1),
    ("POST", f"{STRIPE}/invoiceitems", 1),
]


@pytest.mark.parametrize(("database_url", "point"), cases(POINTS, ON_POSTGRESQL), indirect=["database_url"])
def test_a_kill_inside_the_app_changes_nothing(house: House, point: str) -> None:
    house.start(Point(point))
    deal_id = close_and_approve(house)
    assert house.deaths == 1
    is_told_once(house, deal_id)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call[1].rpartition('/')[2]}:{call[2]}")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_far_side_that_did_it_while_the_app_died_is_not_asked_twice(house: House, call: tuple[str, str, int]) -> None:
    method, path, nth = call
    house.start(FarSideKill(method, path, "after", nth))
    deal_id = close_and_approve(house)
    assert house.deaths == 1
    is_told_once(house, deal_id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_step_of_the_story_has_its_points(house: House) -> None:
    """The lists above are the story's own: a step that is added to it has to be added here."""
    house.start()
    close_and_approve(house)
    with house.database.begin(None) as session:
        ran = session.connection().execute(text("SELECT DISTINCT function_name FROM operation_outputs")).scalars()
        steps = {str(name) for name in ran} - {"DBOS.sleep"}
        effects = set(session.execute(select(EffectRow.kind)).scalars())  # type: ignore[call-overload]
        posts = set(session.execute(select(SlackPost.kind)).scalars())  # type: ignore[call-overload]
    by_effect_or_post = {"invoicing.workflow.try_effect", "posting.workflow.deliver_next"}
    assert steps - by_effect_or_post == set(STEPS)
    assert {f"effect:{kind}:done" for kind in effects} <= set(POINTS)
    assert {f"post:{kind}:sent" for kind in posts} <= set(POINTS)
    assert len(POINTS) >= 40
