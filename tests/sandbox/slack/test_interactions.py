"""Clicks, menus, commands and shortcuts: what reaches the app, signed as by Slack, and what comes of its answer."""

from __future__ import annotations

import threading
from queue import Queue
from typing import Any

import httpx
import pytest
from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from tests.sandbox.slack.conftest import MakeRig
from tests.sandbox.slack.rig import Json, Rig, button, buttons, md, plain, section

APPROVALS = "C0APPROVALS"
PDF, AUDIT = ({"text": plain(name), "value": name.lower()} for name in ("PDF", "Audit"))
CARD = [section("*Northwind*"), buttons(button("Approve", "approve", "apr_1"), button("Reject", "reject", "apr_1"))]


class Heard:
    """Remembers what the app's listeners were given, and lets the test wait for it."""

    def __init__(self, app: App) -> None:
        self.bodies: list[Json] = []
        self.arrived = threading.Semaphore(0)
        self._app = app

    def take(self, body: Json) -> None:
        """Remember one."""
        self.bodies.append(body)
        self.arrived.release()

    def wait(self, count: int = 1) -> list[Json]:
        """Return the bodies once there are `count` of them."""
        for _ in range(count):
            assert self.arrived.acquire(timeout=10), f"only {len(self.bodies)} arrived"
        return self.bodies


def listening(rig: Rig) -> Heard:
    """Begin a rig whose app acknowledges every action and remembers it."""
    app = rig.bolt()
    heard = Heard(app)

    @app.action({"block_id": "acts"})
    @app.action("pick")
    def on_action(ack: Ack, body: Json) -> None:
        ack()
        heard.take(body)

    rig.begin()
    return heard


def post_card(rig: Rig, channel: str = APPROVALS, blocks: list[Json] | None = None) -> str:
    """Post the card and return its ts."""
    return str(rig.client.chat_postMessage(channel=channel, text="Approve?", blocks=blocks or CARD)["ts"])


def test_a_click_reaches_the_listener_as_slack_sends_it(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    ts = post_card(rig)
    answer = rig.do("click", as_="dana", channel="#invoice-approvals", ts=ts, action_id="approve", value="apr_1")
    assert (answer["ok"], answer["status"], answer["http"]) == (True, "ok", 200)
    (body,) = heard.wait()
    assert body["user"] == {"id": "U0DANA", "username": "dana", "name": "dana", "team_id": "T0DEMO"}
    assert body["channel"] == {"id": APPROVALS, "name": "invoice-approvals"}
    assert body["container"] == {"type": "message", "message_ts": ts, "channel_id": APPROVALS, "is_ephemeral": False}
    assert (body["message"]["ts"], body["message"]["bot_id"]) == (ts, "B0DUNWELL")
    assert (body["enterprise"], body["is_enterprise_install"]) == (None, False)
    (action,) = body["actions"]
    assert (action["action_id"], action["value"], action["block_id"], action["type"]) == (
        "approve",
        "apr_1",
        "acts",
        "button",
    )
    (entry,) = rig.look("state")["requests"]
    assert (entry["kind"], entry["by"], entry["what"], entry["status"]) == ("block_actions", "dana", "approve", "ok")
    assert entry["ack_ms"] > 0


def test_somebody_from_another_company_acts_under_their_own_team(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    rig.do("click", as_="olga", channel=APPROVALS, ts=post_card(rig), action_id="approve")
    (body,) = heard.wait()
    assert (body["user"]["team_id"], body["team"]["id"]) == ("T0OUT", "T0DEMO")


@pytest.mark.parametrize(
    ("sentence", "body"),
    [
        ("There is no such button on this message", {"as": "dana", "channel": APPROVALS, "action_id": "nothing"}),
        ("with the value 'apr_2'", {"as": "dana", "channel": APPROVALS, "action_id": "approve", "value": "apr_2"}),
        ("nobody called 'zoe'", {"as": "zoe", "channel": APPROVALS, "action_id": "approve"}),
        ("There is no channel", {"as": "dana", "channel": "#nowhere", "action_id": "approve"}),
        ("Gus Abel is not in", {"as": "gus", "channel": "#general", "action_id": "approve"}),
        ("sees no message", {"as": "dana", "channel": "#general", "action_id": "approve"}),
        ("Say `action_id`", {"as": "dana", "channel": APPROVALS}),
    ],
)
def test_what_a_person_cannot_press_is_refused_in_a_sentence(rig: Rig, sentence: str, body: Json) -> None:
    answer = rig.do("click", **{**body, "ts": post_card(rig)})
    assert 400 <= answer["http"] < 500
    assert sentence in answer["error"]
    assert rig.look("state")["requests"] == []


def test_an_outdated_client_can_send_a_button_that_is_gone(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    ts = post_card(rig)
    rig.client.chat_update(channel=APPROVALS, ts=ts, text="decided", blocks=[section("decided")])
    old = {"action_id": "approve", "block_id": "acts", "value": "apr_1", "type": "button"}
    assert rig.do("click", as_="dana", channel=APPROVALS, ts=ts, stale=old)["ok"]
    assert heard.wait()[0]["actions"][0]["value"] == "apr_1"


def test_choosing_in_a_menu_sends_the_option_and_the_state(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    options = [{"text": plain(name), "value": name.lower()} for name in ("Acme", "Borealis")]
    menu = {"type": "static_select", "action_id": "pick", "options": options}
    ts = post_card(rig, blocks=[{"type": "section", "block_id": "one", "text": md("Which?"), "accessory": menu}])
    rig.do("select", as_="lee", channel=APPROVALS, ts=ts, action_id="pick", value="borealis")
    (body,) = heard.wait()
    assert body["actions"][0]["selected_option"] == options[1]
    assert body["state"]["values"]["one"]["pick"]["selected_option"] == options[1]
    refused = rig.do("select", as_="lee", channel=APPROVALS, ts=ts, action_id="pick", value="cygnus")
    assert "not among the choices" in refused["error"]


def test_requests_are_signed_with_real_time_and_logged(make_rig: MakeRig) -> None:
    rig = make_rig()
    listening(rig)
    rig.do("advance", days=40)
    rig.do("click", as_="dana", channel=APPROVALS, ts=post_card(rig), action_id="approve")
    (sent,) = rig.look("state")["signed_requests"]
    verifier = SignatureVerifier(rig.config.signing_secret)  # refuses time stamps more than five minutes off
    assert verifier.is_valid_request(sent["body"], {name.lower(): value for name, value in sent["headers"].items()})
    assert not verifier.is_valid_request(sent["body"] + "x", {n.lower(): v for n, v in sent["headers"].items()})


def test_an_app_with_another_secret_refuses_and_the_person_sees_a_warning(make_rig: MakeRig) -> None:
    rig = make_rig()
    app = App(token=rig.config.bot_token, signing_secret="another", token_verification_enabled=False)
    rig.serve_instead(app)
    rig.begin()
    answer = rig.do("click", as_="dana", channel=APPROVALS, ts=post_card(rig), action_id="approve")
    (entry,) = rig.look("state")["requests"]
    assert (answer["ok"], answer["status"], entry["http"], entry["warning"]) == (False, "error", 401, True)


def test_an_answer_after_the_limit_counts_as_none(make_rig: MakeRig) -> None:
    rig = make_rig(ack_seconds=0.3)
    app = rig.bolt()
    release = threading.Event()

    @app.action("approve")
    def on_approve(ack: Ack) -> None:
        release.wait(10)
        ack()

    rig.begin()
    answer = rig.do("click", as_="dana", channel=APPROVALS, ts=post_card(rig), action_id="approve")
    release.set()
    (entry,) = rig.look("state")["requests"]
    assert (answer["ok"], entry["status"], entry["warning"]) == (False, "timeout", True)


def test_an_app_that_is_not_there_gives_the_warning_too(rig: Rig) -> None:
    answer = rig.do("click", as_="dana", channel=APPROVALS, ts=post_card(rig), action_id="approve")
    assert (answer["ok"], answer["status"]) == (False, "unreachable")


def test_a_duplicate_delivery_is_the_same_payload_twice(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    ts = post_card(rig)
    rig.do("fault", where="slack", kind="duplicate")
    rig.do("click", as_="dana", channel=APPROVALS, ts=ts, action_id="approve")
    first, second = heard.wait(2)
    assert first == second
    rig.do("click", as_="dana", channel=APPROVALS, ts=ts, action_id="approve")
    assert heard.wait(1)[2]["actions"][0]["action_ts"] > first["actions"][0]["action_ts"]
    assert len(rig.look("state")["requests"]) == 3


def test_a_command_carries_who_where_and_what_and_its_answer_is_shown_to_the_asker(make_rig: MakeRig) -> None:
    rig = make_rig()
    app, heard = rig.bolt(), []

    @app.command("/ar-aging")
    def on_command(ack: Ack, command: Json) -> None:
        heard.append(command)
        ack(text="Nothing is overdue.", blocks=[section("Nothing is overdue.")])

    rig.begin()
    answer = rig.do("command", as_="lee", channel="#random", text="/ar-aging northwind by invoice date")
    (command,) = heard
    assert (command["text"], command["user_id"], command["channel_id"]) == (
        "northwind by invoice date",
        "U0LEE",
        "C0RANDOM",
    )
    assert [m["text"] for m in answer["ephemeral"]] == ["Nothing is overdue."]
    assert rig.messages("random", as_="dana") == []


def test_commands_outside_the_manifest_and_of_outsiders_are_refused(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.write_manifest("features: {slash_commands: [{command: /ar-aging, description: Aging}]}")
    rig.begin()
    assert "not a valid command" in rig.do("command", as_="lee", channel="#random", text="/nothing")["error"]
    assert rig.do("command", as_="olga", channel=APPROVALS, text="/ar-aging")["http"] == 403


def test_a_response_url_posts_replaces_and_deletes_five_times_at_most(make_rig: MakeRig) -> None:
    rig = make_rig()
    app, urls = rig.bolt(), []

    @app.action("approve")
    def on_approve(ack: Ack, body: Json, respond: Respond) -> None:
        urls.append(body["response_url"])
        respond(text="Only you see this", replace_original=False)
        ack()

    rig.begin()
    ts = post_card(rig)
    answer = rig.do("click", as_="dana", channel=APPROVALS, ts=ts, action_id="approve")
    assert [m["text"] for m in answer["ephemeral"]] == ["Only you see this"]
    assert httpx.post(urls[0], json={"text": "to all", "response_type": "in_channel"}).text == "ok"
    assert httpx.post(urls[0], json={"text": "decided", "replace_original": True}).text == "ok"
    card, _, to_all = rig.messages(APPROVALS, as_="dana")
    assert (card["text"], card["blocks"], to_all["text"]) == ("decided", [], "to all")
    assert httpx.post(urls[0], json={"delete_original": True}).text == "ok"
    assert ts not in [m["ts"] for m in rig.messages(APPROVALS)]
    assert httpx.post(urls[0], json={"blocks": [section("no text")]}).json()["error"] == "no_text"
    used = httpx.post(urls[0], json={"text": "a sixth"})
    assert (used.status_code, used.json()["error"]) == (404, "used_url")


def test_a_response_url_ends_after_half_an_hour(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    rig.do("click", as_="dana", channel=APPROVALS, ts=post_card(rig), action_id="approve")
    rig.time.at += 1801
    late = httpx.post(heard.wait()[0]["response_url"], json={"text": "late"})
    assert (late.status_code, late.json()["error"]) == (404, "expired_url")


def test_shortcuts_carry_a_trigger_and_a_message_its_content(make_rig: MakeRig) -> None:
    rig = make_rig()
    app, heard = rig.bolt(), []

    @app.shortcut("find_invoice")
    def on_shortcut(ack: Ack, body: Json) -> None:
        heard.append(body)
        ack()

    rig.begin()
    ts = rig.do("message", as_="sam", channel="#deals", text="Northwind signed")["ts"]
    assert rig.do("shortcut", as_="sam", callback_id="find_invoice")["ok"]
    assert rig.do("shortcut", as_="sam", callback_id="find_invoice", channel="#deals", ts=ts)["ok"]
    assert [body["type"] for body in heard] == ["shortcut", "message_action"]
    assert heard[1]["message"]["text"] == "Northwind signed"


def test_the_choices_of_an_external_menu_come_from_the_app(make_rig: MakeRig) -> None:
    rig = make_rig()
    app = rig.bolt()

    @app.options("account")
    def on_options(ack: Ack, payload: Json) -> None:
        ack(options=[{"text": plain(payload["value"].upper()), "value": "acc_1"}])

    rig.begin()
    menu = {"type": "external_select", "action_id": "account", "min_query_length": 0}
    ts = post_card(rig, blocks=[{"type": "section", "text": md("Which?"), "accessory": menu}])
    answer = rig.do("options", as_="dana", channel=APPROVALS, ts=ts, action_id="account", value="nor")
    assert answer["options"] == [{"text": {"type": "plain_text", "text": "NOR"}, "value": "acc_1"}]


def test_a_button_of_an_ephemeral_message_carries_no_message(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    rig.client.chat_postEphemeral(channel=APPROVALS, user="U0DANA", text="Sure?", blocks=CARD)
    (only,) = rig.messages(APPROVALS, as_="dana")
    assert rig.do("click", as_="lee", channel=APPROVALS, ts=only["ts"], action_id="approve")["http"] == 404
    rig.do("click", as_="dana", channel=APPROVALS, ts=only["ts"], action_id="approve")
    (body,) = heard.wait()
    assert "message" not in body
    assert body["container"]["is_ephemeral"] is True


def test_a_home_button_is_pressed_by_its_view(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    view: Any = {"type": "home", "blocks": CARD}
    home = WebClient.views_publish(rig.client, user_id="U0DANA", view=view)["view"]
    assert rig.do("click", as_="dana", view_id=home["id"], action_id="approve")["ok"]
    (body,) = heard.wait()
    assert (body["view"]["type"], body["container"]) == ("home", {"type": "view", "view_id": home["id"]})
    assert rig.do("click", as_="lee", view_id=home["id"], action_id="approve")["http"] == 404


def test_a_message_from_another_company_names_its_team_as_slack_connect_does(make_rig: MakeRig) -> None:
    rig = make_rig()
    app, heard = rig.bolt(), Queue[tuple[Json, str | None, str | None]]()

    @app.event("message")
    def on_message(body: Json, context: BoltContext) -> None:
        heard.put((body, context.actor_user_id, context.actor_team_id))

    rig.begin()
    rig.do("message", as_="olga", channel=APPROVALS, text="When is it due?")
    body, user, team = heard.get(timeout=10)
    assert (user, team, body["team_id"]) == ("U0OLGA", "T0OUT", "T0DEMO")
    assert (body["is_ext_shared_channel"], body["authorizations"][0]["team_id"]) == (True, "T0DEMO")
    rig.do("message", as_="dana", channel="dm", text="hello")
    body, user, team = heard.get(timeout=10)
    assert (body["event"]["channel_type"], user, team) == ("im", "U0DANA", "T0DEMO")


def test_opening_home_tells_the_app_who_and_shows_what_it_published(make_rig: MakeRig) -> None:
    rig = make_rig()
    app, told = rig.bolt(), Queue[Json]()

    @app.event("app_home_opened")
    def on_home(event: Json, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Nothing waits.")]})
        told.put(event)

    rig.begin()
    assert rig.do("open_home", as_="sam")["told"] is True
    event = told.get(timeout=10)
    assert (event["user"], event["channel"], event["tab"]) == ("U0SAM", "D0SAM", "home")
    assert rig.look("idle")["ok"]
    rig.do("open_home", as_="sam")
    assert told.get(timeout=10)["view"]["blocks"][0]["text"]["text"] == "Nothing waits."
    assert rig.do("open_home", as_="olga")["http"] == 403


@pytest.mark.parametrize(
    ("element", "value", "field", "held"),
    [
        ({"type": "datepicker"}, "2026-12-23", "selected_date", "2026-12-23"),
        ({"type": "users_select"}, "U0SAM", "selected_user", "U0SAM"),
        ({"type": "multi_users_select"}, ["U0SAM", "U0LEE"], "selected_users", ["U0SAM", "U0LEE"]),
        ({"type": "overflow", "options": [PDF, AUDIT]}, "audit", "selected_option", AUDIT),
        ({"type": "radio_buttons", "options": [PDF, AUDIT]}, "PDF", "selected_option", PDF),
        ({"type": "checkboxes", "options": [PDF, AUDIT]}, ["pdf", "audit"], "selected_options", [PDF, AUDIT]),
    ],
)
def test_every_kind_of_choice_reaches_the_app(
    make_rig: MakeRig, element: Json, value: Any, field: str, held: Any
) -> None:
    rig = make_rig()
    heard = listening(rig)
    ts = post_card(rig, blocks=[{**section("Choose"), "accessory": {**element, "action_id": "pick"}}])
    assert "say which value" in rig.do("click", as_="dana", channel=APPROVALS, ts=ts, action_id="pick")["error"]
    assert rig.do("select", as_="dana", channel=APPROVALS, ts=ts, action_id="pick", value=value)["ok"]
    assert heard.wait()[0]["actions"][0][field] == held
