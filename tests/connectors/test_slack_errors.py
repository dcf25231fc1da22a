"""What every way in which Slack can fail means to us, over real sockets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.slack.client import Caller, make_client
from connectors.slack.workspace import SlackClientWorkspace
from flows.errors import FarSideError, OutcomeUnknown, Rejected, TryAgain
from flows.values.card import Card
from tests.connectors.far_side import DROP, HANG, Act, FarSide, Reply, Seen, closed_port

CARD = Card("Approve INV-1?")
ME = Reply(body={"ok": True, "user_id": "U0ME", "bot_id": "B0ME", "user": "dunwell", "team_id": "T0"})


def workspace(url: str) -> SlackClientWorkspace:
    return SlackClientWorkspace(make_client("xoxb-1", f"{url}/api/", timeout=0.2))


def refused(reason: str, **more: Any) -> Reply:
    return Reply(body={"ok": False, "error": reason, **more})


def failing_post(far_side: FarSide, act: Act) -> FarSideError:
    far_side.plan("chat.postMessage", act)
    with pytest.raises(FarSideError) as caught:
        workspace(far_side.url).post("C0RANDOM", CARD, key="k1")
    assert len(far_side.asked("chat.postMessage")) == 1, "a post must be sent once, whatever happens"
    return caught.value


@pytest.mark.parametrize(
    "act",
    [
        DROP,
        HANG,
        Reply(500, b"oops"),
        Reply(503, {"ok": False, "error": "service_unavailable"}),
        Reply(200, b"<html>maintenance</html>"),
        Reply(200, {"ok": False, "error": "internal_error"}),
        Reply(200, {"ok": False, "error": "fatal_error"}),
        Reply(200, b'{"ok": true, "ts": "1', {"Content-Type": "application/json; charset=utf-8"}),
    ],
    ids=["dropped", "silent", "500", "503", "html", "internal_error", "fatal_error", "half"],
)
def test_a_post_whose_answer_is_lost_has_an_unknown_outcome(far_side: FarSide, act: Act) -> None:
    error = failing_post(far_side, act)
    assert isinstance(error, OutcomeUnknown)
    assert "looked up" in error.reason


@pytest.mark.parametrize("act", [DROP, HANG, Reply(500, b"oops")], ids=["dropped", "silent", "500"])
def test_an_update_whose_answer_is_lost_may_be_repeated(far_side: FarSide, act: Act) -> None:
    far_side.plan("chat.update", act)
    with pytest.raises(TryAgain):
        workspace(far_side.url).update("C0RANDOM", "1.0", CARD, key="k1")


def test_a_throttled_post_waits_as_long_as_slack_asks(far_side: FarSide) -> None:
    error = failing_post(far_side, Reply(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "7"}))
    assert isinstance(error, TryAgain) and error.after == 7


def test_ratelimited_in_the_body_alone_is_throttling_too(far_side: FarSide) -> None:
    error = failing_post(far_side, refused("ratelimited"))
    assert isinstance(error, TryAgain) and error.after is None


def test_a_refused_connection_was_never_sent() -> None:
    with pytest.raises(TryAgain, match="cannot be reached"):
        workspace(f"http://127.0.0.1:{closed_port()}").post("C0RANDOM", CARD, key="k1")


def test_not_in_channel_names_the_channel_and_the_mend(far_side: FarSide) -> None:
    far_side.plan("auth.test", ME)
    far_side.plan("conversations.info", Reply(body={"ok": True, "channel": {"id": "C0RANDOM", "name": "random"}}))
    error = failing_post(far_side, refused("not_in_channel"))
    assert isinstance(error, Rejected)
    assert error.reason == "Dunwell is not a member of #random; invite it with /invite @dunwell."
    assert error.code == "slack.not_in_channel"


def test_a_channel_that_nobody_can_name_is_called_by_its_id(far_side: FarSide) -> None:
    far_side.plan("auth.test", DROP)
    far_side.plan("conversations.info", Reply(500, b""))
    error = failing_post(far_side, refused("not_in_channel"))
    assert isinstance(error, Rejected) and "C0RANDOM" in error.reason


@pytest.mark.parametrize("reason", ["token_revoked", "invalid_auth", "token_expired", "account_inactive"])
def test_a_dead_token_says_how_to_mend_it(far_side: FarSide, reason: str) -> None:
    error = failing_post(far_side, refused(reason))
    assert isinstance(error, Rejected)
    assert "install Dunwell again" in error.reason and "SLACK_BOT_TOKEN" in error.reason


def test_a_missing_scope_is_named(far_side: FarSide) -> None:
    error = failing_post(far_side, refused("missing_scope", needed="chat:write", provided="users:read"))
    assert isinstance(error, Rejected) and "chat:write" in error.reason and "install" in error.reason


def test_slack_s_own_words_on_bad_blocks_are_passed_on(far_side: FarSide) -> None:
    details = {"messages": ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]}
    error = failing_post(far_side, refused("invalid_blocks", response_metadata=details))
    assert isinstance(error, Rejected) and "no more than 50 items" in error.reason


def test_a_modal_that_was_closed_is_rejected_in_words(far_side: FarSide) -> None:
    from flows.values.card import View

    far_side.plan("views.update", refused("not_found"))
    with pytest.raises(Rejected, match="closed meanwhile"):
        workspace(far_side.url).update_view("V1", View({"type": "modal"}))


def test_a_method_that_the_manifest_does_not_know_is_never_called(far_side: FarSide) -> None:
    with pytest.raises(LookupError):
        Caller(make_client("xoxb-1", far_side.url)).read("admin.users.list")
    assert far_side.seen == []


@pytest.mark.parametrize("act", [DROP, HANG, Reply(500, b"")], ids=["dropped", "silent", "500"])
def test_bytes_that_did_not_arrive_show_nowhere_and_may_be_sent_again(far_side: FarSide, act: Act) -> None:
    announced = {"ok": True, "file_id": "F1", "upload_url": f"{far_side.url}/bytes"}
    far_side.plan("files.getUploadURLExternal", Reply(body=announced))
    far_side.plan("/bytes", act)
    with pytest.raises(TryAgain):
        workspace(far_side.url).upload("C0RANDOM", thread_ts="1.0", filename="a.pdf", title="A", content=b"%PDF")


def test_an_upload_whose_completion_is_lost_has_an_unknown_outcome(far_side: FarSide) -> None:
    announced = {"ok": True, "file_id": "F1", "upload_url": f"{far_side.url}/bytes"}
    far_side.plan("files.getUploadURLExternal", Reply(body=announced))
    far_side.plan("/bytes", Reply(body={"ok": True}))
    far_side.plan("files.completeUploadExternal", DROP)
    with pytest.raises(OutcomeUnknown):
        workspace(far_side.url).upload("C0RANDOM", thread_ts="1.0", filename="a.pdf", title="A", content=b"%PDF")


def test_our_key_in_another_app_s_message_is_not_our_message(far_side: FarSide) -> None:
    metadata = {"event_type": "dunwell_post", "event_payload": {"key": "k1"}}
    theirs = {"ts": "2.0", "user": "U0X", "bot_id": "B0X", "metadata": metadata}
    ours = {"ts": "1.0", "user": "U0ME", "bot_id": "B0ME", "metadata": metadata}
    far_side.plan("auth.test", ME)
    far_side.plan("conversations.history", Reply(body={"ok": True, "messages": [theirs, ours]}))
    found = workspace(far_side.url).find_post("C0RANDOM", key="k1", since=datetime(2026, 11, 23, tzinfo=UTC))
    assert found == "1.0"


def test_a_post_is_looked_for_on_every_page_and_no_further_back_than_asked(far_side: FarSide) -> None:
    def history(seen: Seen) -> Reply:
        if seen.form.get("cursor") != "next=":
            return Reply(body={"ok": True, "messages": [], "response_metadata": {"next_cursor": "next="}})
        metadata = {"event_type": "dunwell_post", "event_payload": {"key": "k1"}}
        found = {"ts": "1.0", "user": "U0ME", "metadata": metadata}
        return Reply(body={"ok": True, "messages": [found], "response_metadata": {"next_cursor": ""}})

    far_side.plan("auth.test", ME)
    far_side.plan("conversations.history", history)
    assert workspace(far_side.url).find_post("C0RANDOM", key="k1", since=datetime(2026, 11, 23, tzinfo=UTC)) == "1.0"
    pages = far_side.asked("conversations.history")
    assert len(pages) == 2
    for page in pages:
        assert page.form["include_all_metadata"] == "1"
        assert float(page.form["oldest"]) == datetime(2026, 11, 22, 23, 55, tzinfo=UTC).timestamp()


def test_a_colleague_at_home_in_another_workspace_of_the_same_grid_is_no_outsider(far_side: FarSide) -> None:
    user = {"id": "U1", "team_id": "T9", "profile": {}, "enterprise_user": {"teams": ["T9", "T0"]}}
    far_side.plan("auth.test", ME)
    far_side.plan(
        "users.info",
        Reply(body={"ok": True, "user": user}),
        Reply(body={"ok": True, "user": user | {"id": "U2", "is_stranger": True}}),
    )
    slack = workspace(far_side.url)
    assert not slack.person("U1").is_outsider
    assert slack.person("U2").is_outsider
