"""One visible message for each row, in the order of its channel, whatever Slack answers."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from flows import attention, posting
from flows.blockkit import section
from flows.errors import OutcomeUnknown, Rejected, TryAgain
from flows.posting.rules import MOST_TRIES, TELL_AFTER
from flows.posting.workflow import deliver_next
from flows.values.card import Card
from storage.tables import Attention, HomeTab
from tests.faults.small_house import TEAM, SmallHouse

DANA = "U0DANA"
OPS = "#dunwell-ops"


def said(text: str) -> Card:
    return Card(text, (section(text),))


def say(small: SmallHouse, *texts: str) -> None:
    with small.change() as session:
        for text in texts:
            posting.direct(session, user_id=DANA, card=said(text))


def stuck(small: SmallHouse, subject: str, reason: str) -> None:
    """Open an attention row, whose card goes to the operators' channel."""
    with small.change() as session:
        attention.open_attention(session, subject_id=subject, kind="issue", title=subject, reason=reason, code="x")


def open_rows(small: SmallHouse) -> list[Attention]:
    return small.rows(select(Attention).where(Attention.state == "open"))  # type: ignore[arg-type]


def throttled(after: int | None = None) -> TryAgain:
    return TryAgain("Slack", "is asked too often just now", after=after)


def lost() -> OutcomeUnknown:
    return OutcomeUnknown("Slack", "closed the connection early")


def test_a_lost_answer_is_looked_up_and_the_message_stands_once(small: SmallHouse) -> None:
    say(small, "hello")
    small.slack.after["post"] = [lost()]
    small.deliver(DANA)
    assert small.slack.texts() == ["hello"]
    assert [post.state for post in small.posts(DANA)] == ["sent"]


def test_a_look_up_that_is_throttled_does_not_send_it_twice(small: SmallHouse) -> None:
    say(small, "hello")
    small.slack.after["post"] = [lost()]
    small.slack.before["find_post"] = [throttled(), throttled(1)]
    small.deliver(DANA)
    assert small.slack.texts() == ["hello"]


def test_a_message_that_certainly_did_not_go_is_sent_without_looking(small: SmallHouse) -> None:
    say(small, "hello")
    small.slack.before["post"] = [throttled()]
    small.slack.before["find_post"] = [AssertionError("nothing to look for")]
    small.deliver(DANA)
    assert small.slack.texts() == ["hello"]


def test_a_link_that_cannot_be_had_does_not_post_the_card_again(small: SmallHouse) -> None:
    stuck(small, "inv_1", "Stripe is away")
    small.slack.before["permalink"] = [throttled(), throttled()]
    small.deliver(OPS)
    assert small.slack.texts() == ["Stripe is away"]
    (row,) = open_rows(small)
    assert small.card_of(row.id).permalink is not None


def test_a_link_that_is_refused_leaves_the_card_standing_without_one(small: SmallHouse) -> None:
    stuck(small, "inv_1", "Stripe is away")
    small.slack.before["permalink"] = [Rejected("Slack", "not here")]
    small.deliver(OPS)
    assert small.slack.texts() == ["Stripe is away"]
    (row,) = open_rows(small)
    assert small.card_of(row.id).ts is not None


def test_slack_says_how_long_to_wait_and_nothing_passes_what_waits(small: SmallHouse) -> None:
    say(small, "one", "two", "three")
    small.slack.before["post"] = [throttled(7), throttled()]
    assert small.deliver(DANA) == [7.0, 1.0]
    assert small.slack.texts() == ["one", "two", "three"]


def test_an_outage_is_told_after_a_minute_and_settled_when_it_ends(small: SmallHouse) -> None:
    say(small, "one", "two")
    small.slack.before["post"] = [throttled() for _ in range(TELL_AFTER)]
    small.deliver(DANA, tries=TELL_AFTER)
    (row,) = open_rows(small)
    assert row.owner == "operators" and "is asked too often" in row.reason and row.next_try_at is not None
    small.deliver(DANA)
    assert small.slack.texts() == ["one", "two"] and open_rows(small) == []


def test_after_half_an_hour_it_is_given_up_and_the_channel_goes_on(small: SmallHouse) -> None:
    say(small, "one", "two")
    small.slack.before["post"] = [throttled() for _ in range(MOST_TRIES)]
    assert 1500 < sum(small.deliver(DANA)) < 2400
    assert small.slack.texts() == ["two"]
    assert [post.state for post in small.posts(DANA)] == ["failed", "sent"]
    (row,) = open_rows(small)
    assert row.next_try_at is None  # nothing tries it by itself any more: the button is there


def test_what_was_given_up_unknown_is_looked_for_when_a_person_asks_again(small: SmallHouse) -> None:
    say(small, "one")
    small.slack.after["post"] = [lost()]
    small.slack.before["find_post"] = [throttled() for _ in range(MOST_TRIES)]
    small.deliver(DANA)
    (post,) = small.posts(DANA)
    assert post.state == "failed"
    with small.change() as session:
        posting.queue_again(session, post.id)
    small.deliver(DANA)
    assert small.slack.texts() == ["one"] and open_rows(small) == []


def test_a_refusal_is_put_before_a_person_and_settled_once_it_is_sent(small: SmallHouse) -> None:
    say(small, "one", "two")
    small.slack.before["post"] = [Rejected("Slack", "Dunwell is not a member", code="slack.not_in_channel")]
    small.deliver(DANA)
    (row,) = open_rows(small)
    assert (row.kind, row.code) == ("post", "slack.not_in_channel")
    with small.change() as session:
        posting.queue_again(session, row.subject_id)
    small.deliver(DANA)
    assert small.slack.texts() == ["two", "one"] and open_rows(small) == []


def test_an_operators_channel_that_refuses_is_one_row_and_comes_back_in_order(small: SmallHouse) -> None:
    stuck(small, "inv_1", "first")
    stuck(small, "inv_2", "second")
    small.slack.before["post"] = [Rejected("Slack", "not a member") for _ in range(2)]
    small.deliver(OPS)
    rows = [row for row in open_rows(small) if row.kind == "post"]
    assert [row.subject_id for row in rows] == [OPS] and small.slack.texts() == []
    with small.change() as session:
        posting.queue_again(session, OPS)
    small.deliver(OPS)
    assert small.slack.texts() == ["first", "second"]
    assert [row.kind for row in open_rows(small)] == ["issue", "issue"]


def test_a_home_that_cannot_be_drawn_does_not_ask_to_be_drawn_for_ever(small: SmallHouse) -> None:
    with small.change() as session:
        session.add(HomeTab(team_id=TEAM, user_id=DANA, opened_at=small.clock.now()))
        posting.home(session)
    small.deliver(f"home:{DANA}")  # the small house draws no homes unless it is told to
    assert [post.state for post in small.posts(f"home:{DANA}")] == ["failed"]
    assert open_rows(small) == []


def test_a_database_that_is_away_while_a_card_is_drawn_fails_no_message(small: SmallHouse) -> None:
    stuck(small, "inv_1", "Stripe is away")
    small.screens.away = 1
    with pytest.raises(OperationalError):
        deliver_next(TEAM, OPS, 1)
    small.deliver(OPS)
    assert small.slack.texts() == ["Stripe is away"]


def test_a_defect_in_one_card_does_not_hold_up_the_channel(small: SmallHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck(small, "inv_1", "first")

    def broken(*_: object) -> Card:
        raise KeyError("no such view")

    with monkeypatch.context() as broken_screens:
        broken_screens.setattr("tests.faults.small_house.DrawnReasons.card", broken)
        small.deliver(OPS)
    assert any("KeyError" in row.reason for row in open_rows(small))
    stuck(small, "inv_2", "second")
    small.deliver(OPS)
    assert small.slack.texts() == ["second"]


def test_a_card_is_drawn_once_for_changes_that_come_before_it_is_sent(small: SmallHouse) -> None:
    for reason in ("first", "second", "third"):
        stuck(small, "inv_1", reason)
    small.deliver(OPS)
    assert small.slack.texts() == ["third"] and [post.kind for post in small.posts(OPS)] == ["card"]
    for reason in ("fourth", "fifth"):
        stuck(small, "inv_1", reason)
    small.deliver(OPS)
    assert small.slack.texts() == ["fifth"] and [post.kind for post in small.posts(OPS)] == ["card", "card_update"]


def test_a_number_with_a_slash_makes_no_path_of_a_files_name(small: SmallHouse) -> None:
    with small.change() as session:
        posting.post_card(session, kind="approval", subject_id="inv_1", address=OPS)
        posting.file(session, "inv_1", "approval", filename="2026/17.pdf", title="Invoice 2026/17")
    assert small.posts(OPS)[-1].payload["filename"] == "2026-17.pdf"


def test_what_stands_still_promises_no_other_try(small: SmallHouse) -> None:
    stuck(small, "inv_1", "Stripe: did not answer; it is tried again shortly.")
    stuck(small, "inv_1", "Stripe: answered 503; it is tried again shortly.")
    assert [row.reason for row in open_rows(small)] == ["Stripe: answered 503."]
