"""The rest of the Web API: who may call what, lists in pages, files, OAuth, and what is unknown."""

from __future__ import annotations

import base64
import re

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.webapi import METHODS
from tests.sandbox.slack.conftest import MakeRig
from tests.sandbox.slack.rig import Json, Rig, button, buttons, section

GENERAL = "C0GENERAL"
MANIFEST = """
features: {app_home: {home_tab_enabled: false}}
oauth_config: {scopes: {bot: [chat:write, users:read, channels:read]}}
settings: {event_subscriptions: {bot_events: [app_mention]}}
"""


def test_auth_test_says_who_the_bot_is(rig: Rig) -> None:
    who = rig.client.auth_test()
    assert (who["team_id"], who["user_id"], who["bot_id"]) == ("T0DEMO", "U0DUNWELL", "B0DUNWELL")


def test_the_manifests_scopes_are_all_there_are(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.write_manifest(MANIFEST)
    rig.begin()
    refused = rig.refused("usergroups.list")
    assert (refused["error"], refused["needed"]) == ("missing_scope", "usergroups:read")
    assert refused["provided"] == "channels:read,chat:write,users:read"
    assert rig.refusal("conversations.history", channel=GENERAL) == "missing_scope"
    assert rig.refusal("users.lookupByEmail", email="dana@demo.example") == "missing_scope"
    assert "email" not in rig.client.users_info(user="U0DANA")["user"]["profile"]
    assert rig.refusal("views.publish", user_id="U0DANA", view={"type": "home", "blocks": []}) == "not_enabled"


def test_only_subscribed_events_are_sent(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.write_manifest(MANIFEST)
    rig.begin()
    rig.do("message", as_="dana", channel="#general", text="hello")
    rig.do("open_home", as_="dana")
    assert rig.look("state")["requests"] == []
    rig.do("message", as_="dana", channel="#general", text="<@U0DUNWELL> help")
    assert rig.look("state")["requests"][0]["kind"] == "event app_mention"


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("xapp-1-A0DUNWELL-demo", "not_allowed_token_type")],
)
def test_a_wrong_token_is_refused(rig: Rig, token: str, error: str) -> None:
    answer = httpx.post(f"{rig.config.base_url}/api/auth.test", headers={"Authorization": f"Bearer {token}".strip()})
    assert answer.json() == {"ok": False, "error": error}


def test_arguments_may_come_as_json_form_or_query_and_the_token_in_the_body(rig: Rig) -> None:
    url = f"{rig.config.base_url}/api/conversations.info"
    body = {"token": rig.config.bot_token, "channel": GENERAL}
    for answer in (httpx.post(url, json=body), httpx.post(url, data=body), httpx.get(url, params=body)):
        assert answer.json()["channel"]["name"] == "general"


def test_an_unknown_method_is_refused_and_remembered(rig: Rig) -> None:
    assert rig.refusal("chat.scheduleMessage", channel=GENERAL) == "unknown_method"
    assert rig.look("state")["unknown_methods"] == ["chat.scheduleMessage"]


def test_refusals_are_remembered_for_tests_to_look_at(rig: Rig) -> None:
    rig.refusal("chat.postMessage", channel="C0RANDOM", text="x")
    (refused,) = rig.look("state")["refusals"]
    assert (refused["method"], refused["error"]) == ("chat.postMessage", "not_in_channel")


def test_every_method_of_the_issue_is_there() -> None:
    wanted = """auth.test chat.postMessage chat.update chat.delete chat.postEphemeral chat.getPermalink
        conversations.open conversations.info conversations.list conversations.members conversations.history
        conversations.replies conversations.join users.info users.list users.lookupByEmail usergroups.list
        usergroups.users.list views.open views.update views.push views.publish files.getUploadURLExternal
        files.completeUploadExternal
        team.info bots.info reactions.add oauth.v2.access blocks.validate apps.connections.open"""
    assert set(METHODS) == set(wanted.split())


def test_joining_lets_the_bot_post(rig: Rig) -> None:
    assert rig.refusal("conversations.history", channel="C0RANDOM") == "not_in_channel"
    rig.client.conversations_join(channel="C0RANDOM")
    rig.client.chat_postMessage(channel="C0RANDOM", text="hello")
    assert "U0DUNWELL" in rig.client.conversations_members(channel="C0RANDOM")["members"]
    rig.do("channel", channel="#random", bot="remove")
    assert rig.refusal("chat.postMessage", channel="C0RANDOM", text="x") == "not_in_channel"


def test_history_comes_in_pages_newest_first_and_between_two_instants(rig: Rig) -> None:
    stamps = [rig.client.chat_postMessage(channel=GENERAL, text=f"n{n}")["ts"] for n in range(5)]
    first = rig.client.conversations_history(channel=GENERAL, limit=2)
    assert ([m["ts"] for m in first["messages"]], first["has_more"]) == (stamps[:2:-1], True)
    rest = rig.client.conversations_history(channel=GENERAL, cursor=first["response_metadata"]["next_cursor"])
    assert ([m["ts"] for m in rest["messages"]], rest["has_more"]) == (stamps[2::-1], False)
    between = rig.client.conversations_history(channel=GENERAL, oldest=stamps[1], latest=stamps[3])
    assert [m["ts"] for m in between["messages"]] == [stamps[2]]
    edges = rig.client.conversations_history(channel=GENERAL, oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [m["ts"] for m in edges["messages"]] == stamps[3:0:-1]


def test_people_groups_team_and_bot_can_be_looked_up(rig: Rig) -> None:
    assert rig.client.users_lookupByEmail(email="Dana@demo.example")["user"]["id"] == "U0DANA"
    assert rig.refusal("users.lookupByEmail", email="olga@elsewhere.example") == "users_not_found"
    assert rig.client.usergroups_users_list(usergroup="S0FINANCE")["users"] == ["U0DANA", "U0LEE"]
    assert rig.client.usergroups_list()["usergroups"][0]["handle"] == "finance-approvers"
    assert rig.refusal("usergroups.users.list", usergroup="S0NONE") == "no_such_subteam"
    guest, outsider = (rig.client.users_info(user=user)["user"] for user in ("U0GUS", "U0OLGA"))
    assert (guest["is_restricted"], outsider["is_stranger"], outsider["team_id"]) == (True, True, "T0OUT")
    assert rig.client.team_info()["team"]["domain"] == "dunwell-demo"
    assert rig.client.bots_info(bot="B0DUNWELL")["bot"]["user_id"] == "U0DUNWELL"
    assert [m["id"] for m in rig.client.users_list(limit=2)["members"]] == ["U0DANA", "U0LEE"]
    public = rig.client.conversations_list()["channels"]
    assert {c["name"]: c["is_member"] for c in public}["random"] is False


def test_a_permalink_leads_to_the_message(rig: Rig) -> None:
    ts = rig.client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    link = rig.client.chat_getPermalink(channel=GENERAL, message_ts=ts)["permalink"]
    assert link == f"{rig.config.base_url}/archives/{GENERAL}/p{ts.replace('.', '')}"
    assert rig.refusal("chat.getPermalink", channel=GENERAL, message_ts="1.000000") == "message_not_found"


def test_a_reaction_is_put_once(rig: Rig) -> None:
    ts = rig.client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    rig.client.reactions_add(channel=GENERAL, name="eyes", timestamp=ts)
    assert rig.refusal("reactions.add", channel=GENERAL, name="eyes", timestamp=ts) == "already_reacted"
    assert rig.messages("general")[0]["reactions"] == [{"name": "eyes", "users": ["U0DUNWELL"], "count": 1}]


def test_a_file_is_attached_in_a_thread_in_three_steps(rig: Rig) -> None:
    head = rig.client.chat_postMessage(channel=GENERAL, text="card")["ts"]
    content = b"%PDF-1.7 invoice"
    answer = rig.client.files_upload_v2(
        filename="INV-1042.pdf", content=content, title="INV-1042", channel=GENERAL, thread_ts=head,
        initial_comment="The invoice", request_file_info=False,
    )  # fmt: skip
    (reply,) = rig.messages("general")[0]["replies"]
    (file,) = reply["files"]
    assert (reply["text"], file["name"], file["mimetype"], file["size"]) == (
        "The invoice",
        "INV-1042.pdf",
        "application/pdf",
        16,
    )
    assert answer["file"]["id"] == file["id"]
    assert httpx.get(f"{rig.config.base_url}/_demo/api/files/{file['id']}").content == content
    assert httpx.get(file["url_private"]).status_code == 403
    bearer = {"Authorization": f"Bearer {rig.config.bot_token}"}
    assert httpx.get(file["url_private"], headers=bearer).content == content


def test_an_upload_must_be_as_long_as_announced_and_is_completed_once(rig: Rig) -> None:
    announced = rig.client.files_getUploadURLExternal(filename="a.pdf", length=5)
    assert rig.refusal("files.completeUploadExternal", files=[{"id": announced["file_id"]}]) == "file_update_failed"
    assert httpx.post(announced["upload_url"], content=b"1234").status_code == 400
    assert httpx.post(announced["upload_url"], content=b"12345").text == "OK - 5"
    missing = {"files": [{"id": announced["file_id"]}], "channel_id": "C0RANDOM"}
    assert rig.refusal("files.completeUploadExternal", **missing) == "not_in_channel"
    rig.client.files_completeUploadExternal(files=[{"id": announced["file_id"], "title": "A"}], channel_id=GENERAL)
    assert rig.refusal("files.completeUploadExternal", files=[{"id": announced["file_id"]}]) == "file_update_failed"


def test_blocks_can_be_validated_alone(rig: Rig) -> None:
    assert rig.client.blocks_validate(blocks=[section("fine")])["ok"]
    assert rig.refusal("blocks.validate", blocks=[section("")]) == "invalid_blocks"
    assert rig.refusal("blocks.validate", view={"type": "modal", "blocks": []}) == "invalid_arguments"
    assert rig.refusal("blocks.validate", message={"blocks": [buttons(button("Go", "go"))]}) == "no_text"


def install(
    rig: Rig, scope: str = "chat:write", redirect: str = "http://127.0.0.1:1/slack/oauth_redirect"
) -> httpx.Response:
    """Allow an installation on the page and return the redirect."""
    query = {"client_id": rig.config.client_id, "scope": scope, "state": "s1", "redirect_uri": redirect}
    return httpx.post(f"{rig.config.base_url}/oauth/v2/authorize", params=query, data={"answer": "allow"})


def test_an_installation_gives_a_token_with_the_scopes_that_were_allowed(rig: Rig) -> None:
    back = install(rig)
    code = re.search(r"code=([^&]+)", back.headers["location"])
    assert code
    assert "state=s1" in back.headers["location"]
    asked = {"code": code[1], "redirect_uri": "http://127.0.0.1:1/slack/oauth_redirect"}
    client = WebClient(base_url=f"{rig.config.base_url}/api/")
    grant = client.oauth_v2_access(client_id=rig.config.client_id, client_secret=rig.config.client_secret, **asked)
    assert (grant["team"]["id"], grant["bot_user_id"], grant["authed_user"]["id"]) == ("T0DEMO", "U0DUNWELL", "U0DANA")
    installed = WebClient(grant["access_token"], base_url=f"{rig.config.base_url}/api/")
    assert installed.chat_postMessage(channel=GENERAL, text="installed")["ok"]
    with pytest.raises(SlackApiError, match="missing_scope"):
        installed.users_list()
    with pytest.raises(SlackApiError, match="invalid_code"):
        client.oauth_v2_access(client_id=rig.config.client_id, client_secret=rig.config.client_secret, **asked)


def test_rotated_tokens_expire_by_the_demo_clock_and_are_refreshed_once(make_rig: MakeRig) -> None:
    rig = make_rig(token_rotation=True).begin()
    code = re.search(r"code=([^&]+)", install(rig).headers["location"])
    assert code
    basic = base64.b64encode(f"{rig.config.client_id}:{rig.config.client_secret}".encode()).decode()

    def access(**fields: str) -> Json:
        url = f"{rig.config.base_url}/api/oauth.v2.access"
        answer: Json = httpx.post(url, data=fields, headers={"Authorization": f"Basic {basic}"}).json()
        return answer

    first = access(code=code[1], redirect_uri="http://127.0.0.1:1/slack/oauth_redirect")
    assert first["expires_in"] == 43_200
    rig.do("advance", days=1)
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert httpx.post(f"{rig.config.base_url}/api/auth.test", headers=bearer).json()["error"] == "token_expired"
    second = access(grant_type="refresh_token", refresh_token=first["refresh_token"])
    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert httpx.post(f"{rig.config.base_url}/api/auth.test", headers=bearer).json()["ok"]
    assert access(grant_type="refresh_token", refresh_token=first["refresh_token"])["error"] == "invalid_refresh_token"


def test_an_installation_cannot_ask_for_more_than_the_manifest(rig: Rig) -> None:
    assert install(rig, scope="chat:write,admin").status_code == 400
    assert install(rig, redirect="javascript:alert(1)").status_code == 400
