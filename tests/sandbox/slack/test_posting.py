"""What the app may post, where, and what Slack says when it may not."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack.conftest import MakeRig
from tests.sandbox.slack.rig import Json, Rig, button, buttons, section

GENERAL, RANDOM = "C0GENERAL", "C0RANDOM"


def test_a_posted_message_stands_in_the_channel(rig: Rig) -> None:
    answer = rig.client.chat_postMessage(channel=GENERAL, text="Invoice issued", blocks=[section("*Issued*")])
    (message,) = rig.messages("general")
    assert (message["ts"], message["text"]) == (answer["ts"], "Invoice issued")
    assert (message["user"], message["bot"]) == ("U0DUNWELL", True)
    assert message["blocks"][0]["text"]["text"] == "*Issued*"
    assert message["blocks"][0]["block_id"]


def test_time_stamps_grow_and_never_repeat(rig: Rig) -> None:
    stamps = [rig.client.chat_postMessage(channel=GENERAL, text=f"n{n}")["ts"] for n in range(20)]
    assert stamps == sorted(set(stamps))


def test_an_update_replaces_what_it_gives_and_marks_the_message_edited(rig: Rig) -> None:
    ts = rig.client.chat_postMessage(channel=GENERAL, text="waiting", blocks=[section("waiting")])["ts"]
    rig.client.chat_update(channel=GENERAL, ts=ts, text="approved", blocks=[section("approved")])
    (message,) = rig.messages("general")
    assert (message["text"], message["edited"]["user"]) == ("approved", "U0DUNWELL")
    assert [block["text"]["text"] for block in message["blocks"]] == ["approved"]


def test_an_update_without_blocks_keeps_the_old_ones_and_an_empty_list_ends_them(rig: Rig) -> None:
    ts = rig.client.chat_postMessage(channel=GENERAL, text="waiting", blocks=[section("waiting")])["ts"]
    rig.client.chat_update(channel=GENERAL, ts=ts, text="approved")
    assert [block["text"]["text"] for block in rig.messages("general")[0]["blocks"]] == ["waiting"]
    rig.client.chat_update(channel=GENERAL, ts=ts, text="approved", blocks=[])
    assert rig.messages("general")[0]["blocks"] == []
    assert rig.refusal("chat.update", channel=GENERAL, ts=ts, blocks=[section("x")]) == "no_text"


def test_a_reply_stands_in_its_thread_and_not_in_the_channel(rig: Rig) -> None:
    head = rig.client.chat_postMessage(channel=GENERAL, text="head")["ts"]
    reply = rig.client.chat_postMessage(channel=GENERAL, text="reply", thread_ts=head)["ts"]
    (message,) = rig.messages("general")
    assert [one["ts"] for one in message["replies"]] == [reply]
    assert [m["ts"] for m in rig.client.conversations_history(channel=GENERAL)["messages"]] == [head]
    assert [m["ts"] for m in rig.client.conversations_replies(channel=GENERAL, ts=head)["messages"]] == [head, reply]


def test_an_ephemeral_message_is_seen_by_one_person_and_never_in_history(rig: Rig) -> None:
    rig.client.chat_postEphemeral(channel=GENERAL, user="U0SAM", text="only for Sam")
    assert [m["text"] for m in rig.messages("general", as_="sam")] == ["only for Sam"]
    assert rig.messages("general", as_="dana") == []
    assert rig.client.conversations_history(channel=GENERAL)["messages"] == []


def test_a_message_to_a_person_goes_to_their_direct_messages(rig: Rig) -> None:
    assert rig.client.chat_postMessage(channel="U0SAM", text="hello")["channel"] == "D0SAM"
    assert rig.client.conversations_open(users="U0SAM")["channel"]["id"] == "D0SAM"
    assert [m["text"] for m in rig.messages("D0SAM", as_="sam")] == ["hello"]


@pytest.mark.parametrize(
    ("error", "args"),
    [
        ("channel_not_found", {"channel": "C0NOWHERE", "text": "x"}),
        ("channel_not_found", {"channel": "#general", "text": "x"}),
        ("not_in_channel", {"channel": RANDOM, "text": "x"}),
        ("user_not_found", {"channel": "U0OLGA", "text": "x"}),
        ("no_text", {"channel": GENERAL}),
        ("no_text", {"channel": GENERAL, "blocks": [section("only blocks")]}),
        ("msg_too_long", {"channel": GENERAL, "text": "x" * 40_001}),
        ("thread_not_found", {"channel": GENERAL, "text": "x", "thread_ts": "1.000000"}),
        ("invalid_blocks_format", {"channel": GENERAL, "text": "x", "blocks": "[{"}),
        ("invalid_blocks", {"channel": GENERAL, "text": "x", "blocks": [{"type": "sparkles"}]}),
        ("invalid_arguments", {"channel": GENERAL, "text": "x", "colour": "red"}),
        ("invalid_arguments", {"text": "x"}),
        ("invalid_metadata_format", {"channel": GENERAL, "text": "x", "metadata": {"event_type": "card"}}),
        ("missing_scope", {"channel": GENERAL, "text": "x", "username": "Boss"}),
    ],
)
def test_slack_refuses_by_its_own_name(rig: Rig, error: str, args: Json) -> None:
    assert rig.refusal("chat.postMessage", **args) == error
    assert rig.messages("general") == []


def test_metadata_over_16_kilobytes_is_refused(rig: Rig) -> None:
    metadata = {"event_type": "card", "event_payload": {"key": "x" * 16_400}}
    assert rig.refusal("chat.postMessage", channel=GENERAL, text="x", metadata=metadata) == "metadata_too_large"


def test_only_members_of_the_channel_can_be_shown_an_ephemeral_message(rig: Rig) -> None:
    assert rig.refusal("chat.postEphemeral", channel=GENERAL, user="U0GUS", text="x") == "user_not_in_channel"


def test_an_archived_channel_takes_nothing(rig: Rig) -> None:
    rig.do("channel", channel="#general", archived=True)
    assert rig.refusal("chat.postMessage", channel=GENERAL, text="x") == "is_archived"


def test_the_app_changes_only_its_own_messages(rig: Rig) -> None:
    ts = rig.do("message", as_="dana", channel="#general", text="mine")["ts"]
    assert rig.refusal("chat.update", channel=GENERAL, ts=ts, text="x") == "cant_update_message"
    assert rig.refusal("chat.delete", channel=GENERAL, ts=ts) == "cant_delete_message"
    assert rig.refusal("chat.update", channel=GENERAL, ts="1.000001", text="x") == "message_not_found"


def test_a_reply_cannot_head_a_thread(rig: Rig) -> None:
    head = rig.client.chat_postMessage(channel=GENERAL, text="head")["ts"]
    reply = rig.client.chat_postMessage(channel=GENERAL, text="reply", thread_ts=head)["ts"]
    assert rig.refusal("chat.postMessage", channel=GENERAL, text="x", thread_ts=reply) == "cannot_reply_to_message"


def test_deleting_the_head_of_a_thread_leaves_a_tombstone(rig: Rig) -> None:
    head = rig.client.chat_postMessage(channel=GENERAL, text="head")["ts"]
    rig.client.chat_postMessage(channel=GENERAL, text="reply", thread_ts=head)
    rig.client.chat_delete(channel=GENERAL, ts=head)
    (message,) = rig.messages("general")
    assert (message["subtype"], len(message["replies"])) == ("tombstone", 1)


def test_posting_too_fast_in_one_channel_is_refused_with_the_wait(make_rig: MakeRig) -> None:
    rig = make_rig(posts_per_second=0.5, post_burst=2).begin()
    for n in range(2):
        rig.client.chat_postMessage(channel=GENERAL, text=f"n{n}")
    with pytest.raises(SlackApiError) as limited:
        rig.client.chat_postMessage(channel=GENERAL, text="too much")
    assert (limited.value.response.status_code, limited.value.response["error"]) == (429, "ratelimited")
    assert limited.value.response.headers["retry-after"] == "2"
    rig.client.chat_postMessage(channel="C0DEALS", text="another channel has its own rate")
    rig.time.at += 2
    rig.client.chat_postMessage(channel=GENERAL, text="in time")
    assert [m["text"] for m in rig.messages("general")] == ["n0", "n1", "in time"]


def test_a_message_is_still_there_after_the_workspace_restarts(make_rig: MakeRig) -> None:
    first = make_rig().begin()
    ts = first.client.chat_postMessage(channel=GENERAL, text="x", blocks=[buttons(button("Go", "go"))])["ts"]
    first.end()
    second = make_rig().begin()
    (message,) = second.messages("general")
    assert (message["ts"], message["blocks"][0]["elements"][0]["action_id"]) == (ts, "go")
    assert second.client.chat_postMessage(channel=GENERAL, text="y")["ts"] > ts
