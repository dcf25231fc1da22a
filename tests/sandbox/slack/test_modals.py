"""Modals: triggers that expire, the stack of three, what is typed, refused and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from tests.sandbox.slack.conftest import MakeRig
from tests.sandbox.slack.rig import Json, Rig, button, buttons, modal, plain, section, text_input

APPROVALS = "C0APPROVALS"
ASK = modal(section("Northwind, EUR 12,400.00"), text_input("why", "reason", multiline=True))
Respond = Callable[[Ack, Json], None]


def clicked(rig: Rig, on_click: Callable[[WebClient, Json], None], **listeners: Respond) -> Json:
    """Begin a rig whose button runs `on_click` before the acknowledgement, press it as Dana, and return the answer."""
    app = rig.bolt()

    @app.action("open")
    def on_open(ack: Ack, body: Json, client: WebClient) -> None:
        on_click(client, body)
        ack()

    _listen(app, listeners)
    rig.begin()
    return press(rig)


def _listen(app: App, listeners: dict[str, Respond]) -> None:
    for callback_id, respond in listeners.items():
        app.view(callback_id)(_submitted(respond))
        app.view_closed(callback_id)(_submitted(respond))


def _submitted(respond: Respond) -> Callable[[Ack, Json], None]:
    def on_view(ack: Ack, body: Json) -> None:
        respond(ack, body)

    return on_view


def press(rig: Rig) -> Json:
    """Post a card and press its button as Dana."""
    ts = rig.client.chat_postMessage(channel=APPROVALS, text="x", blocks=[buttons(button("Open", "open"))])["ts"]
    return rig.do("click", as_="dana", channel=APPROVALS, ts=ts, action_id="open")


def opening(view: Json = ASK) -> Callable[[WebClient, Json], None]:
    """Return a listener that opens a view."""

    def open_it(client: WebClient, body: Json) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=view)

    return open_it


def taken(bodies: list[Json], **answer: Any) -> Respond:
    """Return a listener that remembers a submission and acknowledges it with `answer`."""

    def respond(ack: Ack, body: Json) -> None:
        bodies.append(body)
        ack(**answer)

    return respond


def trigger_of(rig: Rig) -> str:
    """Return a fresh trigger of Dana's."""
    return rig.workspace.permissions.trigger("U0DANA")


def test_a_click_opens_a_modal_that_submits_what_was_typed(make_rig: MakeRig) -> None:
    rig, bodies = make_rig(), list[Json]()
    answer = clicked(rig, opening(), reason=taken(bodies))
    (view,) = rig.look("state", as_="dana")["views"]
    assert (answer["view"], view["depth"], view["user"]) == (view["id"], 1, "U0DANA")
    sent = rig.do("submit", as_="dana", view_id=view["id"], values={"reason": "Wrong PO"})
    assert sent["ok"]
    assert bodies[0]["view"]["state"]["values"]["why"]["reason"] == {"type": "plain_text_input", "value": "Wrong PO"}
    assert rig.look("state")["views"] == []


def test_values_may_be_given_as_slack_nests_them(make_rig: MakeRig) -> None:
    rig, bodies = make_rig(), list[Json]()
    id_ = clicked(rig, opening(), reason=taken(bodies))["view"]
    nested = {"why": {"reason": {"type": "plain_text_input", "value": "Nested"}}}
    assert rig.do("submit", as_="dana", view_id=id_, values=nested)["ok"]
    assert bodies[0]["view"]["state"]["values"]["why"]["reason"]["value"] == "Nested"


def test_errors_stand_at_the_field_and_nothing_typed_is_lost(make_rig: MakeRig) -> None:
    rig = make_rig()
    id_ = clicked(rig, opening(), reason=taken([], response_action="errors", errors={"why": "Say more."}))["view"]
    sent = rig.do("submit", as_="dana", view_id=id_, values={"reason": "no"})
    (view,) = rig.look("state")["views"]
    assert (sent["ok"], sent["errors"], view["errors"]) == (False, {"why": "Say more."}, {"why": "Say more."})
    assert view["state"]["values"]["why"]["reason"]["value"] == "no"


def test_errors_at_a_block_that_is_not_there_are_the_apps_mistake(make_rig: MakeRig) -> None:
    rig = make_rig()
    id_ = clicked(rig, opening(), reason=taken([], response_action="errors", errors={"nowhere": "x"}))["view"]
    rig.do("submit", as_="dana", view_id=id_, values={"reason": "no"})
    entry = rig.look("state")["requests"][-1]
    assert (entry["status"], entry["warning"]) == ("error", True)
    assert "no input has the block id nowhere" in entry["problem"]


@pytest.mark.parametrize(
    ("more", "typed", "sentence"),
    [
        ({}, "", "Please complete this required field."),
        ({"min_length": 5}, "no", "Enter at least 5 characters."),
        ({"max_length": 5}, "too long", "Enter no more than 5 characters."),
        ({"type": "email_text_input"}, "dana", "Enter a valid email."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Enter a whole number."),
        (
            {"type": "number_input", "is_decimal_allowed": True, "max_value": "10"},
            "10.5",
            "Enter a number of at most 10.",
        ),
    ],
)
def test_slack_itself_refuses_what_the_input_does_not_allow(
    make_rig: MakeRig, more: Json, typed: str, sentence: str
) -> None:
    rig, bodies = make_rig(), list[Json]()
    id_ = clicked(rig, opening(modal(text_input("why", "reason", **more))), reason=taken(bodies))["view"]
    sent = rig.do("submit", as_="dana", view_id=id_, values={"reason": typed})
    assert (sent["errors"], bodies) == ({"why": sentence}, [])


def test_an_answer_can_replace_cover_or_clear_the_modal(make_rig: MakeRig) -> None:
    rig = make_rig()
    second, third = modal(text_input("b", "two"), callback_id="second"), modal(section("third"), callback_id="third")
    id_ = clicked(
        rig, opening(), reason=taken([], response_action="update", view=second),
        second=taken([], response_action="push", view=third), third=taken([], response_action="clear"),
    )["view"]  # fmt: skip
    rig.do("submit", as_="dana", view_id=id_, values={"reason": "x"})
    (updated,) = rig.look("state")["views"]
    assert (updated["id"], updated["callback_id"]) == (id_, "second")
    pushed = rig.do("submit", as_="dana", view_id=id_, values={"two": "x"})["view"]
    assert [view["callback_id"] for view in rig.look("state")["views"]] == ["second", "third"]
    assert "Another modal lies on top" in rig.do("submit", as_="dana", view_id=id_, values={})["error"]
    rig.do("submit", as_="dana", view_id=pushed, values={})
    assert rig.look("state")["views"] == []


def test_at_most_three_modals_lie_on_each_other(rig: Rig) -> None:
    view = rig.client.views_open(trigger_id=trigger_of(rig), view=ASK)["view"]
    for _ in range(2):
        trigger = rig.workspace.permissions.trigger("U0DANA", view["id"])
        view = rig.client.views_push(trigger_id=trigger, view=ASK)["view"]
    trigger = rig.workspace.permissions.trigger("U0DANA", view["id"])
    assert rig.refusal("views.push", trigger_id=trigger, view=ASK) == "push_limit_reached"
    assert [v["depth"] for v in rig.look("state")["views"]] == [1, 2, 3]
    rig.do("close", as_="dana", view_id=view["id"])
    assert [v["depth"] for v in rig.look("state")["views"]] == [1, 2]
    top = rig.look("state")["views"][-1]["id"]
    rig.do("close", as_="dana", view_id=top, all=True)
    assert rig.look("state")["views"] == []


def test_a_trigger_dies_after_three_seconds(rig: Rig) -> None:
    trigger = trigger_of(rig)
    rig.time.at += 3.01
    assert rig.refusal("views.open", trigger_id=trigger, view=ASK) == "expired_trigger_id"


def test_a_trigger_opens_one_view(rig: Rig) -> None:
    trigger = trigger_of(rig)
    rig.time.at += 2.99
    rig.client.views_open(trigger_id=trigger, view=ASK)
    assert rig.refusal("views.open", trigger_id=trigger, view=ASK) == "exchanged_trigger_id"
    assert rig.refusal("views.open", trigger_id="1.2.3", view=ASK) == "invalid_trigger_id"


def test_an_update_needs_the_newest_hash_and_keeps_what_was_typed(make_rig: MakeRig) -> None:
    rig = make_rig()
    id_ = clicked(rig, opening(), reason=taken([], response_action="errors", errors={"why": "x"}))["view"]
    rig.do("submit", as_="dana", view_id=id_, values={"reason": "typed"})
    old = rig.look("state")["views"][0]["hash"]
    new = rig.client.views_update(view_id=id_, hash=old, view=modal(section("filled"), ASK["blocks"][1]))["view"]
    assert new["state"]["values"]["why"]["reason"]["value"] == "typed"
    assert rig.refusal("views.update", view_id=id_, hash=old, view=ASK) == "hash_conflict"
    rig.do("close", as_="dana", view_id=id_)
    assert rig.refusal("views.update", view_id=id_, view=ASK) == "not_found"


def test_an_external_id_finds_a_view_and_is_taken_once(rig: Rig) -> None:
    named = {**ASK, "external_id": "reject-1"}
    rig.client.views_open(trigger_id=trigger_of(rig), view=named)
    assert rig.client.views_update(external_id="reject-1", view=named)["view"]["external_id"] == "reject-1"
    other = rig.workspace.permissions.trigger("U0LEE")
    assert rig.refusal("views.open", trigger_id=other, view=named) == "duplicate_external_id"


def test_the_app_hears_of_a_closed_modal_when_it_asked_to(make_rig: MakeRig) -> None:
    rig, bodies = make_rig(), list[Json]()
    id_ = clicked(rig, opening({**ASK, "notify_on_close": True}), reason=taken(bodies))["view"]
    rig.do("close", as_="dana", view_id=id_, all=True)
    assert (bodies[0]["type"], bodies[0]["is_cleared"], bodies[0]["view"]["id"]) == ("view_closed", True, id_)


def test_home_keeps_its_id_and_guards_its_hash(rig: Rig) -> None:
    home: Json = {"type": "home", "blocks": [section("Nothing waits for you.")]}
    first = rig.client.views_publish(user_id="U0DANA", view=home)["view"]
    again = rig.client.views_publish(user_id="U0DANA", view=home, hash=first["hash"])["view"]
    assert again["id"] == first["id"]
    assert rig.refusal("views.publish", user_id="U0DANA", view=home, hash=first["hash"]) == "hash_conflict"
    assert rig.look("state", as_="dana")["homes"]["U0DANA"]["blocks"][0]["text"]["text"] == "Nothing waits for you."
    assert rig.look("state", as_="lee")["homes"] == {}


@pytest.mark.parametrize(
    ("where", "view"),
    [
        ("/view/title/text", {**ASK, "title": plain("x" * 25)}),
        ("/view", {key: value for key, value in ASK.items() if key != "submit"}),
        ("/view/private_metadata", {**ASK, "private_metadata": "x" * 3001}),
        ("/view/blocks", modal(*[{"type": "divider"}] * 101)),
        ("/view/blocks/0/type", modal({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]})),
        ("/view/callback_id", {**ASK, "callback_id": "x" * 256}),
        ("/view", {**ASK, "colour": "red"}),
    ],
)
def test_a_view_slack_would_not_show_is_refused_with_the_place(rig: Rig, where: str, view: Json) -> None:
    trigger = trigger_of(rig)
    answer = rig.refused("views.open", trigger_id=trigger, view=view)
    assert answer["error"] == "invalid_arguments"
    assert any(m.endswith(f"[json-pointer:{where}]") for m in answer["response_metadata"]["messages"])
    rig.client.views_open(trigger_id=trigger, view=ASK)  # a refused view does not use up the trigger
