"""Socket Mode with Bolt's own client: envelopes, acknowledgements, several connections, refresh and redelivery."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from queue import Queue

import pytest
from slack_bolt import Ack
from slack_sdk import WebClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.sandbox.slack.conftest import MakeRig
from tests.sandbox.slack.rig import Json, Rig, button, buttons, modal, section, text_input

GENERAL = "C0GENERAL"
ASK = modal(text_input("why", "reason"))


@pytest.fixture
def rig(make_rig: MakeRig) -> Rig:
    """Return a rig in Socket Mode that is not begun."""
    return make_rig(mode="socket")


def post(rig: Rig) -> str:
    """Post a message with a button."""
    return str(rig.client.chat_postMessage(channel=GENERAL, text="x", blocks=[buttons(button("Go", "go"))])["ts"])


@contextlib.contextmanager
def dial(rig: Rig) -> Iterator[ClientConnection]:
    """Open a bare connection and take its hello."""
    url = rig.client.apps_connections_open(app_token=rig.config.app_token)["url"]
    with connect(url, proxy=None) as connection:
        hello = json.loads(connection.recv(timeout=5))
        assert (hello["type"], hello["connection_info"]["app_id"]) == ("hello", "A0DUNWELL")
        yield connection


def receive(connection: ClientConnection) -> Json:
    """Return the next envelope."""
    envelope: Json = json.loads(connection.recv(timeout=5))
    return envelope


def in_background(rig: Rig, ts: str) -> Queue[Json]:
    """Press the button in another thread; the answer comes through the queue."""
    answers: Queue[Json] = Queue()
    go = {"as": "dana", "channel": GENERAL, "ts": ts, "action_id": "go"}
    threading.Thread(target=lambda: answers.put(rig.do("click", **go)), daemon=True).start()
    return answers


def test_the_same_listeners_work_over_a_socket(rig: Rig) -> None:
    app = rig.bolt()

    @app.action("go")
    def on_go(ack: Ack, body: Json, client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=ASK)
        ack()

    @app.view("reason")
    def on_view(ack: Ack) -> None:
        ack(response_action="errors", errors={"why": "Say more."})

    @app.command("/ar-aging")
    def on_command(ack: Ack) -> None:
        ack("Nothing is overdue.")

    rig.begin()
    opened = rig.do("click", as_="dana", channel=GENERAL, ts=post(rig), action_id="go")
    assert opened["status"] == "ok"
    assert rig.do("submit", as_="dana", view_id=opened["view"], values={"reason": "x"})["errors"] == {
        "why": "Say more."
    }
    answer = rig.do("command", as_="dana", channel=GENERAL, text="/ar-aging")
    assert [m["text"] for m in answer["ephemeral"]] == ["Nothing is overdue."]
    assert {sent["url"] for sent in rig.look("state")["signed_requests"]} == {"socket"}


def test_envelopes_go_to_the_connections_in_turn(rig: Rig) -> None:
    rig.begin()
    ts = post(rig)
    with dial(rig) as one, dial(rig) as two:
        for connection in (one, two, one):
            answers = in_background(rig, ts)
            envelope = receive(connection)
            assert (envelope["type"], envelope["accepts_response_payload"]) == ("interactive", True)
            connection.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
            assert answers.get(timeout=5)["ok"]


def test_what_a_lost_connection_left_unacknowledged_comes_over_the_next(rig: Rig) -> None:
    rig.begin()
    with dial(rig) as one:
        answers = in_background(rig, post(rig))
        first = receive(one)
    with dial(rig) as two:
        again = receive(two)
        assert again == first
        two.send(json.dumps({"envelope_id": again["envelope_id"]}))
        assert answers.get(timeout=5)["status"] == "ok"


def test_an_envelope_that_nobody_acknowledges_ends_in_a_warning(make_rig: MakeRig) -> None:
    rig = make_rig(mode="socket", ack_seconds=0.3).begin()
    with dial(rig) as connection:
        answers = in_background(rig, post(rig))
        receive(connection)
        assert answers.get(timeout=5)["status"] == "timeout"
    assert rig.look("state")["requests"][-1]["warning"] is True


def test_a_refresh_tells_the_app_and_closes_and_the_app_comes_back(rig: Rig) -> None:
    rig.begin()
    with dial(rig) as connection:
        assert rig.do("fault", where="slack", kind="disconnect")["told"] == 1
        assert receive(connection)["reason"] == "refresh_requested"
    with dial(rig) as connection:
        answers = in_background(rig, post(rig))
        connection.send(json.dumps({"envelope_id": receive(connection)["envelope_id"]}))
        assert answers.get(timeout=5)["ok"]


def test_an_address_opens_one_connection(rig: Rig) -> None:
    rig.begin()
    url = rig.client.apps_connections_open(app_token=rig.config.app_token)["url"]
    with connect(url, proxy=None) as first:
        first.recv(timeout=5)
        with pytest.raises(InvalidStatus, match="403"), connect(url, proxy=None):
            pass


def test_the_bots_token_opens_no_connection(rig: Rig) -> None:
    rig.begin()
    assert rig.refusal("apps.connections.open") == "not_allowed_token_type"


def test_events_carry_their_retries(rig: Rig) -> None:
    rig.begin()
    with dial(rig) as connection:
        rig.do("message", as_="dana", channel="#general", text="hello")
        event = receive(connection)
        assert (event["type"], event["accepts_response_payload"], event["retry_attempt"]) == ("events_api", False, 0)
        assert event["payload"]["event"]["text"] == "hello"
        connection.send(json.dumps({"envelope_id": event["envelope_id"]}))
    assert rig.look("idle")["ok"]


def test_a_card_can_be_posted_while_connected(rig: Rig) -> None:
    app, done = rig.bolt(), threading.Event()

    @app.action("go")
    def on_go(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        client.chat_update(channel=GENERAL, ts=body["message"]["ts"], text="decided", blocks=[section("decided")])
        done.set()

    rig.begin()
    rig.do("click", as_="dana", channel=GENERAL, ts=post(rig), action_id="go")
    assert done.wait(10)
    assert [m["text"] for m in rig.messages("general")] == ["decided"]
