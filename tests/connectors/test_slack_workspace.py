"""Slack's adapter against the demo workspace, with exactly the scopes of the project's manifest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.slack.client import make_client
from connectors.slack.scopes import SCOPES
from connectors.slack.workspace import SlackClientWorkspace
from flows.errors import OutcomeUnknown, Rejected, TryAgain
from flows.values.card import Block, Card, View
from flows.values.clock import FixedClock
from tests.connectors.conftest import NOON
from tests.sandbox.slack.rig import Rig

SECTION: Block = {"type": "section", "text": {"type": "mrkdwn", "text": "Approve *INV-1*?"}}
CARD = Card("Approve INV-1?", (SECTION,))
APPROVALS, GENERAL = "C0APPROVALS", "C0GENERAL"
SINCE = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def slack(rig: Rig) -> SlackClientWorkspace:
    return SlackClientWorkspace(make_client(rig.config.bot_token, f"{rig.config.base_url}/api/", timeout=5))


def test_a_post_is_found_again_by_its_key(slack: SlackClientWorkspace) -> None:
    ts = slack.post(APPROVALS, CARD, key="inv_1:1:card")
    slack.post(APPROVALS, CARD, key="inv_2:1:card")
    assert slack.find_post(APPROVALS, key="inv_1:1:card", since=SINCE) == ts
    assert slack.find_post(APPROVALS, key="inv_3:1:card", since=SINCE) is None
    assert slack.find_post(GENERAL, key="inv_1:1:card", since=SINCE) is None


def test_posts_from_before_are_not_looked_through(slack: SlackClientWorkspace) -> None:
    slack.post(GENERAL, CARD, key="k")
    assert slack.find_post(GENERAL, key="k", since=datetime.now(UTC) + timedelta(hours=1)) is None


def test_replies_are_found_in_their_thread_only(slack: SlackClientWorkspace) -> None:
    head = slack.post(APPROVALS, CARD, key="head")
    reply = slack.post(APPROVALS, Card("Issued"), key="reply", thread_ts=head)
    assert slack.find_post(APPROVALS, key="reply", since=SINCE, thread_ts=head) == reply
    assert slack.find_post(APPROVALS, key="reply", since=SINCE) is None


def test_a_post_whose_answer_was_lost_is_there_once(rig: Rig, slack: SlackClientWorkspace) -> None:
    rig.do("fault", where="slack", kind="drop_after", method="chat.postMessage")
    with pytest.raises(OutcomeUnknown):
        slack.post(GENERAL, CARD, key="k")
    found = slack.find_post(GENERAL, key="k", since=SINCE)
    assert [message["ts"] for message in rig.messages("general")] == [found]


def test_an_update_changes_everything_but_the_key(rig: Rig, slack: SlackClientWorkspace) -> None:
    ts = slack.post(GENERAL, CARD, key="k")
    for _ in range(2):
        slack.update(GENERAL, ts, Card("Approved by Dana"), key="k")
    (message,) = rig.messages("general")
    assert message["text"] == "Approved by Dana" and not message.get("blocks")
    assert slack.find_post(GENERAL, key="k", since=SINCE) == ts


def test_an_ephemeral_word_is_for_one_person(rig: Rig, slack: SlackClientWorkspace) -> None:
    slack.post_ephemeral(APPROVALS, "U0GUS", Card("Only approvers decide."))
    assert [one["text"] for one in rig.messages("invoice-approvals", as_="gus")] == ["Only approvers decide."]
    assert rig.messages("invoice-approvals", as_="dana") == []


def test_a_file_is_shared_in_the_thread_and_found_by_its_name(rig: Rig, slack: SlackClientWorkspace) -> None:
    head = slack.post(APPROVALS, CARD, key="head")
    assert slack.find_upload(APPROVALS, thread_ts=head, filename="INV-1.pdf") is None
    shared = slack.upload(APPROVALS, thread_ts=head, filename="INV-1.pdf", title="Invoice INV-1", content=b"%PDF-1.7")
    assert slack.find_upload(APPROVALS, thread_ts=head, filename="INV-1.pdf") == shared
    assert slack.find_upload(APPROVALS, thread_ts=head, filename="INV-2.pdf") is None
    (thread,) = rig.messages("invoice-approvals")
    assert [file["title"] for reply in thread["replies"] for file in reply["files"]] == ["Invoice INV-1"]


def test_an_upload_whose_answer_was_lost_is_found(rig: Rig, slack: SlackClientWorkspace) -> None:
    head = slack.post(APPROVALS, CARD, key="head")
    rig.do("fault", where="slack", kind="drop_after", method="files.completeUploadExternal")
    with pytest.raises(OutcomeUnknown):
        slack.upload(APPROVALS, thread_ts=head, filename="INV-1.pdf", title="Invoice INV-1", content=b"%PDF-1.7")
    assert slack.find_upload(APPROVALS, thread_ts=head, filename="INV-1.pdf")


def test_an_empty_file_is_refused_in_words(slack: SlackClientWorkspace) -> None:
    with pytest.raises(Rejected, match="empty"):
        slack.upload(APPROVALS, thread_ts="1.0", filename="INV-1.pdf", title="Invoice", content=b"")


def test_people_are_known_for_what_they_may_do(slack: SlackClientWorkspace) -> None:
    dana, gus, olga = slack.person("U0DANA"), slack.person("U0GUS"), slack.person("U0OLGA")
    assert (dana.name, dana.email, dana.team_id) == ("Dana Whitfield", "dana@demo.example", "T0DEMO")
    assert not (dana.is_guest or dana.is_outsider or dana.is_deactivated)
    assert gus.is_guest and not gus.is_outsider
    assert olga.is_outsider and olga.team_id == "T0OUT"
    with pytest.raises(Rejected, match="no person U0NOBODY"):
        slack.person("U0NOBODY")


def test_people_are_found_by_their_address(slack: SlackClientWorkspace) -> None:
    found = slack.person_by_email("lee@demo.example")
    assert found is not None and found.user_id == "U0LEE"
    assert slack.person_by_email("nobody@demo.example") is None


def test_a_person_is_remembered_for_a_minute_and_a_group_is_not(rig: Rig) -> None:
    clock = FixedClock(NOON)
    slack = SlackClientWorkspace(make_client(rig.config.bot_token, f"{rig.config.base_url}/api/"), clock)
    slack.person("U0DANA")
    slack.group_members("finance-approvers")
    rig.do("fault", where="slack", kind="5xx", count=100)
    assert slack.person("U0DANA").name == "Dana Whitfield"
    with pytest.raises(TryAgain):
        slack.group_members("finance-approvers")
    clock.advance(timedelta(seconds=60))
    with pytest.raises(TryAgain):
        slack.person("U0DANA")


@pytest.mark.parametrize("group", ["S0FINANCE", "finance-approvers", "@finance-approvers"])
def test_a_group_is_read_by_id_or_handle(slack: SlackClientWorkspace, group: str) -> None:
    assert slack.group_members(group) == {"U0DANA", "U0LEE"}


def test_a_group_that_is_not_there_lets_nobody_approve(slack: SlackClientWorkspace) -> None:
    with pytest.raises(Rejected, match="no active user group @finance"):
        slack.group_members("@finance")


@pytest.mark.parametrize("name", ["#invoice-approvals", "invoice-approvals", "C0APPROVALS"])
def test_a_channel_is_found_by_name_or_id(slack: SlackClientWorkspace, name: str) -> None:
    found = slack.channel(name)
    assert found is not None
    assert (found.channel_id, found.name, found.is_member) == (APPROVALS, "invoice-approvals", True)


def test_a_channel_that_we_are_not_in_says_so(slack: SlackClientWorkspace) -> None:
    found = slack.channel("#random")
    assert found is not None and not found.is_member
    assert slack.channel("#nowhere") is None
    assert slack.channel("C0NOWHERE") is None
    with pytest.raises(Rejected, match=r"not a member of #random; invite it with /invite @dunwell"):
        slack.post("C0RANDOM", CARD, key="k")


def test_a_direct_message_is_opened_and_used(rig: Rig, slack: SlackClientWorkspace) -> None:
    channel = slack.open_dm("U0SAM")
    ts = slack.post(channel, Card("Your deal was invoiced."), key="k")
    assert slack.find_post(channel, key="k", since=SINCE) == ts


def test_the_home_is_published(rig: Rig, slack: SlackClientWorkspace) -> None:
    slack.publish_home("U0DANA", View({"type": "home", "blocks": [SECTION]}))
    assert rig.look("state")["homes"]["U0DANA"]["blocks"][0]["text"]["text"] == "Approve *INV-1*?"


def test_a_modal_that_is_gone_cannot_be_filled(slack: SlackClientWorkspace) -> None:
    view = View({"type": "modal", "title": {"type": "plain_text", "text": "Details"}, "blocks": [SECTION]})
    with pytest.raises(Rejected, match="closed meanwhile"):
        slack.update_view("V0GONE", view)


def test_a_link_leads_to_the_message(slack: SlackClientWorkspace) -> None:
    ts = slack.post(GENERAL, CARD, key="k")
    assert slack.permalink(GENERAL, ts).endswith(f"/archives/{GENERAL}/p{ts.replace('.', '')}")
    with pytest.raises(Rejected, match="was deleted"):
        slack.permalink(GENERAL, "1.000000")


def test_the_manifest_grants_every_scope_that_our_calls_need(slack: SlackClientWorkspace) -> None:
    needed = frozenset().union(*SCOPES.values())
    assert needed <= slack.granted_scopes()


def test_a_revoked_token_says_how_to_mend_it(rig: Rig, slack: SlackClientWorkspace) -> None:
    rig.do("fault", where="slack", kind="token_revoked")
    with pytest.raises(Rejected, match="install Dunwell again"):
        slack.post(GENERAL, CARD, key="k")
