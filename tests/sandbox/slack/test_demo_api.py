"""The demo interface: the clock, waiting for idleness and changes, what each person sees, and who may call at all."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta

import httpx
import pytest
from starlette.routing import Mount, Route

from tests.places import REPO_ROOT
from tests.sandbox.slack.rig import Json, Rig

GENERAL = "C0GENERAL"


def test_state_has_the_people_and_channels_of_the_demo(rig: Rig) -> None:
    state = rig.look("state")
    assert [person["handle"] for person in state["people"]] == ["dana", "lee", "sam", "rita", "gus", "olga"]
    names = {channel["name"]: channel["bot_is_member"] for channel in state["channels"] if channel["kind"] == "channel"}
    assert names == {"general": True, "invoice-approvals": True, "dunwell-ops": True, "deals": True, "random": False}


@pytest.mark.parametrize(
    ("person", "channels"), [("gus", ["invoice-approvals", "gus"]), ("olga", ["invoice-approvals"])]
)
def test_a_guest_and_an_outsider_see_the_shared_channel_only(rig: Rig, person: str, channels: list[str]) -> None:
    assert [channel["name"] for channel in rig.look("state", as_=person)["channels"]] == channels


def test_a_thread_can_be_read_alone(rig: Rig) -> None:
    head = rig.do("message", as_="dana", channel="#general", text="head")["ts"]
    rig.do("message", as_="lee", channel="#general", text="reply", thread_ts=head)
    message = rig.look("thread", channel="general", ts=head)["message"]
    assert (message["text"], [reply["text"] for reply in message["replies"]]) == ("head", ["reply"])
    assert rig.look("thread", channel="general", ts="1.0")["http"] == 404


def test_the_clock_goes_forward_by_days_or_to_an_instant_and_never_back(rig: Rig) -> None:
    before = datetime.fromisoformat(rig.look("state")["now"])
    after = datetime.fromisoformat(rig.do("advance", days=3)["now"])
    assert timedelta(days=3) <= after - before < timedelta(days=3, minutes=5)
    until = (after + timedelta(days=10)).isoformat()
    assert datetime.fromisoformat(rig.do("advance", until=until)["now"]) - after < timedelta(days=10, minutes=5)
    ts = rig.client.chat_postMessage(channel=GENERAL, text="later")["ts"]
    assert float(ts) >= datetime.fromisoformat(until).timestamp() - 1
    assert "only goes forward" in rig.do("advance", until=before.isoformat())["error"]
    wrongs: tuple[Json, ...] = (
        {"days": 0},
        {"days": "two"},
        {"until": "tomorrow"},
        {"until": "9999-12-31"},
        {"days": 1e9},
        {"days": []},
    )
    for wrong in (*wrongs, {"days": True}, {"days": "nan"}, {}):
        assert rig.do("advance", **wrong)["http"] == 400


def test_idle_waits_until_the_app_has_no_work_twice_in_a_row(rig: Rig) -> None:
    rig.app.left = [["issue inv_1"], [], ["post card"], []]
    assert rig.look("idle") == {"ok": True, "http": 200}
    assert rig.app.left == []


def test_idle_says_what_is_left_when_it_gives_up(rig: Rig) -> None:
    rig.app.left = [["issue inv_1"]] * 10_000
    assert rig.look("idle", timeout="0") == {"ok": False, "left": ["issue inv_1"], "http": 408}


def test_changes_answer_when_something_changed(rig: Rig) -> None:
    version = rig.look("state")["version"]
    answers: list[Json] = []
    waiting = threading.Thread(target=lambda: answers.append(rig.look("changes", since=str(version))))
    waiting.start()
    rig.client.chat_postMessage(channel=GENERAL, text="news")
    waiting.join(timeout=10)
    assert answers[0]["version"] > version


def test_restart_restarts_the_app(rig: Rig) -> None:
    assert rig.do("restart")["ok"]
    assert rig.app.restarts == 1
    rig.app.broken = True
    answer = rig.do("restart")
    assert (answer["http"], answer["ok"]) == (502, False)
    assert "ended with code 1" in answer["error"]


def test_a_message_of_a_person_reaches_nobody_outside_the_channel(rig: Rig) -> None:
    assert rig.do("message", as_="gus", channel="#general", text="hello")["http"] == 403
    assert rig.do("message", as_="dana", channel="dm", text="hello")["channel"] == "D0DANA"


def test_wrong_bodies_get_a_sentence(rig: Rig) -> None:
    url = f"{rig.config.base_url}/_demo/api/click"
    for content in (b"{", b"[]"):
        answer = httpx.post(url, content=content)
        assert (answer.status_code, answer.json()["ok"]) == (400, False)
    assert "without its vendors" in rig.do("deal", kind="flat")["error"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
def test_another_host_name_is_refused(rig: Rig, host: str) -> None:
    answer = httpx.get(f"{rig.config.base_url}/_demo/api/state", headers={"Host": host})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_sites_page_may_change_nothing(rig: Rig, headers: dict[str, str]) -> None:
    url = f"{rig.config.base_url}/_demo/api/message"
    body = {"as": "dana", "channel": "#general", "text": "forged"}
    assert httpx.post(url, json=body, headers=headers).status_code == 403
    own = {"Origin": rig.config.base_url, "Sec-Fetch-Site": "same-origin"}
    assert httpx.post(url, json={**body, "text": "own page"}, headers=own).status_code == 200
    assert [message["text"] for message in rig.messages("general")] == ["own page"]


def test_the_documentation_shows_every_call_with_a_curl_line(rig: Rig) -> None:
    page = (REPO_ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(GET|POST) (\S+)` \|.*\| `curl .*\$DEMO/_demo/api/", page, re.MULTILINE))
    mounted = next(route for route in rig.site.routes if isinstance(route, Mount) and route.path == "/_demo/api")
    served = {
        (method, route.path.removeprefix("/"))
        for route in mounted.routes
        if isinstance(route, Route) and "anything" not in route.path  # which says what there is
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert documented == served
