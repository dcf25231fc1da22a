"""Somebody opened App Home: publish it, and remember to keep it up to date for them."""

from __future__ import annotations

from flows import posting
from flows.durable import step, workflow
from flows.inbox import load_once, settle
from flows.runtime import runtime
from storage.tables import HomeTab


@workflow("open_home")
def open_home(team_id: str, inbox_id: str) -> None:
    """Publish the Home tab of whoever opened it."""
    remember(team_id, inbox_id)


@step
def remember(team_id: str, inbox_id: str) -> None:
    """Keep that the person has a Home tab, and queue its publication."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        user_id = str(row.payload["user_id"])
        session.merge(HomeTab(team_id=team_id, user_id=user_id, opened_at=runtime().clock.now()))
        posting.home(session, {user_id})
        settle(session, row, runtime().clock, "published")


@workflow("answer_unhandled")
def answer_unhandled(team_id: str, inbox_id: str) -> None:
    """Tell a person why their click led nowhere."""
    answer(team_id, inbox_id)


@step
def answer(team_id: str, inbox_id: str) -> None:
    """Queue the sentence, to be seen by that person only, and keep the click in the audit trail."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        posting.tell(session, row.payload, str(row.payload["sentence"]))
        settle(session, row, runtime().clock, "answered")
