"""What callers of the demo interface may mean: it is read generously, and nonsense is refused in a sentence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from bot.sandbox.people import PEOPLE
from tests.sandbox.slack.conftest import MakeRig
from tests.sandbox.slack.rig import Json, Rig, button, buttons, modal, section
from tests.sandbox.slack.test_interactions import listening, post_card


@pytest.mark.parametrize("one", PEOPLE, ids=lambda one: one.handle)
def test_people_go_by_handle_id_name_and_title(rig: Rig, one: Any) -> None:
    first = one.name.split()[0]
    for name in (
        one.handle,
        one.id,
        one.name,
        first,
        one.title,
        one.title.upper(),
        one.title.lower().replace(" ", "_"),
    ):
        state = rig.look("state", as_=name)
        assert one.id in {member for channel in state["channels"] for member in channel["members"]}, name
        assert all(one.id in channel["members"] for channel in state["channels"]), name


def test_nobody_is_called_so_and_who_there_is(rig: Rig) -> None:
    assert "dana (CFO)" in rig.look("state", as_="zorro")["error"]


@pytest.mark.parametrize("channel", ["C0APPROVALS", "c0approvals", "#invoice-approvals", "Invoice-Approvals", None])
def test_a_click_finds_its_channel_and_its_button(make_rig: MakeRig, channel: str | None) -> None:
    rig = make_rig()
    heard = listening(rig)
    ts = post_card(rig)
    where = {"channel": channel} if channel else {}
    assert rig.do("click", as_="CFO", ts=ts, action_id="approve", value="", **where)["ok"]
    assert heard.wait()[0]["message"]["ts"] == ts


def test_a_click_without_a_message_meets_the_newest_one_with_that_button_in_sight(make_rig: MakeRig) -> None:
    rig = make_rig()
    heard = listening(rig)
    post_card(rig)
    newest = post_card(rig)
    post_card(rig, blocks=[section("other"), buttons(button("Other", "other"))])
    post_card(rig, channel="C0OPS")  # which Gus does not see
    assert rig.do("click", as_="gus", action_id="approve")["ok"]
    assert heard.wait()[0]["message"]["ts"] == newest
    assert rig.do("click", as_="gus", action_id="nothing")["http"] == 404
    assert rig.do("click", as_="olga", channel="#deals", action_id="approve")["http"] == 403


def test_a_modal_is_the_one_that_the_person_sees(make_rig: MakeRig) -> None:
    rig = make_rig()
    app = rig.bolt()

    @app.action("approve")
    def on_click(ack: Any, body: Json, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=modal(section("Sure?")))
        ack()

    rig.begin()
    post_card(rig)
    assert rig.do("submit", as_="dana", values={})["http"] == 404
    rig.do("click", as_="dana", action_id="approve")
    assert rig.do("close", as_="dana")["ok"]
    assert rig.look("state")["views"] == []
    assert rig.do("submit", as_="dana", view_id="V1", values=["x"])["http"] == 400


def test_a_command_may_stand_apart_from_its_words(make_rig: MakeRig) -> None:
    rig = make_rig()
    app, texts = rig.bolt(), []

    @app.command("/dunwell")
    def on_command(ack: Any, command: Json) -> None:
        texts.append((command["channel_name"], command["text"]))
        ack()

    rig.begin()
    assert rig.do("command", as_="lee", command="/dunwell", text="status")["ok"]
    assert rig.do("command", as_="lee", channel="#general", text="/dunwell status")["ok"]
    assert texts == [("invoice-approvals", "status"), ("general", "status")]


def test_the_clock_takes_numbers_as_text_dates_and_unix_time(rig: Rig) -> None:
    rig.do("advance", until="2027-03-01")
    assert rig.look("state")["now"].startswith("2027-03-01T00:00:")  # never the day before
    assert rig.do("advance", until="2027-03-01")["now"].startswith("2027-03-01T00:0")  # begun already: nothing moves
    assert rig.do("advance", days="1")["now"].startswith("2027-03-02")
    assert rig.do("advance", days="0.5")["now"].startswith("2027-03-02T12")
    assert rig.do("advance", until="2027-03-03T09:00:00Z")["now"].startswith("2027-03-03T09:00")
    unix = datetime.fromisoformat("2027-03-05T09:00:00+00:00").timestamp()
    assert rig.do("advance", until=unix)["now"].startswith("2027-03-05T09:00")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Accept, then drop", "drop_after"), ("accept_then_drop", "drop_after"), ("slow answer", "slow"), (429, "429"),
        (503, "5xx"), ("token revoked", "token_revoked"), ("duplicate-delivery", "duplicate"), ("5XX", "5xx"),
    ],
)  # fmt: skip
def test_a_fault_goes_by_the_words_that_people_have_for_it(rig: Rig, said: object, kind: str) -> None:
    (fault,) = rig.do("fault", where="Slack", kind=said, count="2", seconds="1.5")["faults"]
    assert (fault["kind"], fault["left"], fault["seconds"]) == (kind, 2, 1.5)
    assert rig.do("fault", kind="off")["faults"] == []


def test_a_restart_is_a_fault_too(rig: Rig) -> None:
    assert rig.do("fault", kind="restart") == {"ok": True, "http": 200}
    assert rig.app.restarts == 1


@pytest.mark.parametrize("wrong", [{"count": "x"}, {"count": -1}, {"seconds": "x"}, {"seconds": -4}, {"method": [1]}])
def test_a_fault_that_cannot_be_meant_is_refused_before_it_is_met(rig: Rig, wrong: Json) -> None:
    answer = rig.do("fault", kind="429", **wrong)
    assert answer["http"] == 400
    assert rig.look("state")["faults"] == []


def test_off_without_a_place_ends_every_fault(make_rig: MakeRig) -> None:
    rig = make_rig(whole=True).begin()
    for where in ("slack", "stripe", "salesforce"):
        rig.do("fault", where=where, kind="429")
    assert len(rig.look("state")["faults"]) == 3
    assert rig.do("fault", where="stripe", kind="off")["ok"]
    assert len(rig.look("state")["faults"]) == 2
    assert rig.do("fault", kind="off")["faults"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": 5}, {"lines": ["x"]}, {"lines": [{"unit_price": "NaN"}]}, {"lines": [{"colour": "red"}]},
        {"start": "soon"}, {"close_date": 5}, {"amount": "much"}, {"amount": True}, {"name": ["x"]}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_deal_that_salesforce_could_not_hold_is_refused_in_a_sentence(make_rig: MakeRig, wrong: Json) -> None:
    rig = make_rig(whole=True).begin()
    deal = {"account": "Acme", "currency": "USD"}
    answer = rig.do("deal", **{**deal, **wrong})
    assert answer["http"] == 400
    assert answer["error"].endswith(".")
    closed = rig.do("deal", deal={**deal, "name": 5, "lines": [{"product": "PLATFORM-Y", "unit_price": "12.50"}]})
    assert (closed["ok"], closed["name"], closed["amount"]) == (True, "5", "12.5")
    assert rig.do("deal/change", id=closed["id"], **wrong)["http"] == 400


def test_what_is_not_there_says_what_is(rig: Rig) -> None:
    base = f"{rig.config.base_url}/_demo/api"
    unknown = httpx.get(f"{base}/people", trust_env=False)
    assert (unknown.status_code, "advance" in unknown.json()["error"]) == (404, True)
    wrong_way = httpx.post(f"{base}/state", json={}, trust_env=False)
    assert (wrong_way.status_code, wrong_way.json()["error"]) == (405, "state answers GET only.")
    assert httpx.get(f"{base}/deal", trust_env=False).headers["allow"] == "POST"
    assert "number" in rig.look("idle", timeout="soon")["error"]
