"""Slack throttles, breaks, drops its answers, and shows the bot the door: one visible message, nothing lost."""

from __future__ import annotations

import pytest

from tests.faults.rig import APPROVALS, OPERATORS, House, Json, buttons_of
from tests.faults.story import (
    RETRY,
    approve,
    close_and_approve,
    is_told_once,
    the_card,
    try_again,
    what_needs_attention,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

POST = "chat.postMessage"


def break_slack(house: House, kind: str, method: str | None = None, **more: float) -> None:
    assert house.do("fault", kind=kind, method=method, **more)["ok"]


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        (POST, "5xx"),
        (POST, "drop_before"),
        (POST, "drop_after"),
        ("chat.update", "drop_after"),
        ("files.completeUploadExternal", "drop_after"),
        pytest.param("chat.update", "5xx", marks=pytest.mark.nightly),
        pytest.param("files.completeUploadExternal", "5xx", marks=pytest.mark.nightly),
    ],
)
def test_a_call_that_fails_or_loses_its_answer_shows_once(house: House, kind: str, method: str) -> None:
    house.start()
    break_slack(house, kind, method, count=2)
    is_told_once(house, close_and_approve(house))


def test_a_lost_answer_is_looked_for_even_when_the_look_up_fails_too(house: House) -> None:
    house.start()
    break_slack(house, "drop_after", POST)
    break_slack(house, "5xx", "conversations.history", count=2)
    break_slack(house, "5xx", "chat.getPermalink", count=2)
    is_told_once(house, close_and_approve(house))


def test_slack_says_when_to_come_back_and_is_asked_then(house: House) -> None:
    house.start()
    break_slack(house, "429", POST, count=2, seconds=1)
    is_told_once(house, close_and_approve(house))


def test_a_channel_without_the_bot_is_put_before_the_operators_and_posted_after_the_invitation(house: House) -> None:
    house.start()
    house.do("channel", channel=APPROVALS, bot="remove")
    house.close_deal("flat")
    house.settle()
    card = what_needs_attention(house)
    assert "invite" in card["text"] and house.cards() == []
    house.do("channel", channel=APPROVALS, bot="invite")
    try_again(house)
    assert [RETRY in buttons_of(one) for one in house.messages(OPERATORS)] == [False]
    approve(house)
    assert "INV-000001 is issued" in the_card(house)["text"]


def test_a_revoked_token_loses_nothing_once_it_works_again(house: House) -> None:
    house.start()
    first = house.close_deal("one_time")
    house.settle()
    break_slack(house, "token_revoked")
    house.close_deal("flat", owner="rita")
    house.do("open_home", as_="dana")
    house.settle()
    assert len(house.cards()) == 1
    break_slack(house, "off")
    house.do("open_home", as_="dana")
    house.settle()
    assert len(house.cards()) == 2 and first  # the first thing that Slack takes brings the others after it
    assert "token was revoked" not in str(home_of(house, "U0DANA")["blocks"])
    assert [RETRY in buttons_of(one) for one in house.messages(OPERATORS)] == [False]


def home_of(house: House, user_id: str) -> Json:
    """Return a person's App Home."""
    home: Json = house.workspace.state()["homes"][user_id]
    return home


def test_a_click_that_is_delivered_twice_is_one_decision(house: House) -> None:
    house.start()
    house.do("fault", kind="duplicate", count=4)
    is_told_once(house, close_and_approve(house))


def test_an_event_that_is_delivered_twice_opens_one_home(house: House) -> None:
    house.start()
    house.do("fault", kind="duplicate")
    house.do("open_home", as_="dana")
    house.settle()
    assert len(house.workspace.state("dana")["homes"]) == 1
