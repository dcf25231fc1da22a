"""What can be broken between the app and Slack, and that it is broken as Slack breaks."""

from __future__ import annotations

import http.client
import urllib.error

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import MakeRig
from tests.sandbox.slack.rig import Json, Rig

GENERAL = "C0GENERAL"
LOST = (http.client.RemoteDisconnected, urllib.error.URLError, ConnectionError)


def texts(rig: Rig) -> list[str]:
    """Return what stands in #general."""
    return [message["text"] for message in rig.messages("general")]


def test_429_says_how_long_to_wait_and_posts_nothing(rig: Rig) -> None:
    rig.do("fault", where="slack", kind="429", count=2, seconds=7)
    for _ in range(2):
        with pytest.raises(SlackApiError) as limited:
            rig.client.chat_postMessage(channel=GENERAL, text="x")
        assert limited.value.response.status_code == 429
        assert limited.value.response.headers["retry-after"] == "7"
    rig.client.chat_postMessage(channel=GENERAL, text="third time")
    assert texts(rig) == ["third time"]


def test_5xx_posts_nothing(rig: Rig) -> None:
    rig.do("fault", where="slack", kind="5xx")
    with pytest.raises(SlackApiError) as failed:
        rig.client.chat_postMessage(channel=GENERAL, text="x")
    assert failed.value.response.status_code == 503
    assert texts(rig) == []


def test_drop_before_loses_the_call(rig: Rig) -> None:
    rig.do("fault", where="slack", kind="drop_before")
    with pytest.raises(LOST):
        rig.client.chat_postMessage(channel=GENERAL, text="x")
    assert texts(rig) == []


def test_drop_after_keeps_the_message_and_the_key_in_its_metadata_finds_it(rig: Rig) -> None:
    rig.do("fault", where="slack", kind="drop_after", method="chat.postMessage")
    metadata = {"event_type": "dunwell_card", "event_payload": {"key": "inv_1:v1:card"}}
    rig.client.auth_test()  # another method does not meet the fault
    with pytest.raises(LOST):
        rig.client.chat_postMessage(channel=GENERAL, text="card", metadata=metadata)
    assert texts(rig) == ["card"]
    (found,) = rig.client.conversations_history(channel=GENERAL, include_all_metadata=True)["messages"]
    assert found["metadata"] == metadata
    (without,) = rig.client.conversations_history(channel=GENERAL)["messages"]
    assert "metadata" not in without


def test_a_retry_handler_for_lost_connections_would_post_twice(rig: Rig) -> None:
    rig.do("fault", where="slack", kind="drop_after")
    client = WebClient(rig.config.bot_token, base_url=f"{rig.config.base_url}/api/")
    client.chat_postMessage(channel=GENERAL, text="card")
    assert texts(rig) == ["card", "card"]


def test_a_revoked_token_stays_revoked_until_it_is_switched_off(rig: Rig) -> None:
    rig.do("fault", where="slack", kind="token_revoked")
    assert [rig.refusal("auth.test") for _ in range(3)] == ["token_revoked"] * 3
    assert [fault["kind"] for fault in rig.look("state")["faults"]] == ["token_revoked"]
    rig.do("fault", where="slack", kind="off")
    assert rig.client.auth_test()["user_id"] == "U0DUNWELL"


def test_slow_does_the_work_and_answers_late(rig: Rig) -> None:
    rig.do("fault", where="slack", kind="slow", seconds=0.05)
    assert rig.client.chat_postMessage(channel=GENERAL, text="x")["ok"]
    assert rig.look("state")["faults"] == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"kind": "earthquake"}, "Slack cannot do 'earthquake'"),
        ({"kind": "429", "count": 0}, "at least once"),
        ({"where": "stripe", "kind": "429"}, "runs without its vendors"),
        ({}, "Say `kind`"),
    ],
)
def test_a_fault_that_is_not_there_is_refused_in_a_sentence(rig: Rig, body: Json, sentence: str) -> None:
    assert sentence in rig.do("fault", **body)["error"]


def test_an_event_is_tried_four_times_with_the_reason_of_each_failure(make_rig: MakeRig) -> None:
    rig = make_rig().begin()  # nobody listens at the app's port
    rig.do("message", as_="dana", channel="#general", text="hello")
    assert rig.look("idle")["ok"]
    sent = [request["headers"] for request in rig.look("state")["signed_requests"]]
    assert [headers.get("X-Slack-Retry-Num") for headers in sent] == [None, "1", "2", "3"]
    assert {headers.get("X-Slack-Retry-Reason") for headers in sent[1:]} == {"connection_failed"}
    entries = rig.look("state")["requests"]
    assert [entry["retry"] for entry in entries] == [0, 1, 2, 3]


def test_an_event_that_waits_for_another_try_is_work_that_is_left(make_rig: MakeRig) -> None:
    rig = make_rig(retry_seconds=(3600.0,)).begin()
    rig.do("message", as_="dana", channel="#general", text="hello")
    assert rig.look("idle", timeout="0.5")["left"] == ["1 events"]
