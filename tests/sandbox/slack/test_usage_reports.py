"""Usage through the demo interface: signed as the app asks for, in the demo's time, and refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from werkzeug.wrappers import Response

from tests.sandbox.slack.rig import Json, Rig
from tests.sandbox.slack.usage_door import UsageDoor

DEAL = "006Dn0000000001IAA"


@pytest.fixture
def door(rig: Rig) -> Iterator[UsageDoor]:
    """The app's webhook for usage, behind the workspace."""
    door = UsageDoor(rig.config.usage_webhook_secret)
    rig.app.url = door.url
    yield door
    door.end()


def test_the_app_is_told_the_secret(rig: Rig) -> None:
    assert rig.config.child_environment()["USAGE_WEBHOOK_SECRET"] == rig.config.usage_webhook_secret != ""


def test_one_event_is_signed_and_happens_on_the_demos_clock(rig: Rig, door: UsageDoor) -> None:
    now = datetime.fromisoformat(rig.do("advance", days=40)["now"])
    told = rig.do("usage", customer=DEAL, quantity=1200)
    assert (told["http"], told["ok"], told["accepted"], told["duplicate"], told["refused"]) == (200, True, 1, 0, 0)
    ((event,),) = door.taken
    assert (event["customer"], event["meter"], event["quantity"]) == (DEAL, "api-calls", "1200")
    assert timedelta(0) <= datetime.fromisoformat(event["occurred_at"]) - now < timedelta(minutes=5)
    assert event["key"] == told["events"][0]["key"]


def test_the_same_report_sent_again_is_signed_anew(rig: Rig, door: UsageDoor) -> None:
    for _ in range(3):
        rig.do("usage", customer=DEAL, quantity="5", key="evt-1", at="2026-11-23T12:00:00+00:00")
    assert door.taken[0] == door.taken[1] == door.taken[2]
    assert len(set(door.keys)) == 3


def test_rows_of_a_file_take_what_they_do_not_say_from_the_report(rig: Rig, door: UsageDoor) -> None:
    rows = "\ufeffkey,customer,quantity,occurred_at\r\na,,700,\r\n\r\nb,001X,500,2026-11-05T14:30:00Z\r\n"
    assert rig.do("usage", customer=DEAL, csv=rows, at="2026-11-23T12:00:00Z")["accepted"] == 2
    ((one, other),) = door.taken
    usual = {"customer": DEAL, "meter": "api-calls", "occurred_at": "2026-11-23T12:00:00Z"}
    assert one == {**usual, "key": "a", "quantity": "700"}
    assert other == {**usual, "key": "b", "quantity": "500", "customer": "001X", "occurred_at": "2026-11-05T14:30:00Z"}


def test_what_the_app_refuses_is_told_in_its_words(rig: Rig, door: UsageDoor) -> None:
    door.refuses = {"many": "The quantity is not a number."}
    some = rig.do("usage", customer=DEAL, csv="quantity\n5\nmany\n")
    assert (some["http"], some["ok"], some["accepted"], some["refused"]) == (200, False, 1, 1)
    assert some["events"][1]["message"] == "The quantity is not a number."
    every = rig.do("usage", customer=DEAL, quantity="many")
    assert (every["http"], every["error"]) == (422, "The quantity is not a number.")


def test_an_app_that_takes_no_usage_is_told(rig: Rig, door: UsageDoor) -> None:
    door.says = Response('{"ok": false, "error": "webhook.not_found", "message": "There is nothing here."}', 404)
    assert rig.do("usage", customer=DEAL, quantity="5")["error"] == "There is nothing here."
    door.says = Response("<h1>Broken</h1>", 500)
    assert rig.do("usage", customer=DEAL, quantity="5")["error"] == "The app answered 500 without saying why."


def test_an_app_that_is_away_is_told(rig: Rig) -> None:
    answer = rig.do("usage", customer=DEAL, quantity="5")
    assert (answer["http"], answer["ok"]) == (502, False)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"quantity": "5"}, "Say `customer` in the report"),
        ({"customer": DEAL}, "Say `quantity` in the report"),
        ({"customer": DEAL, "quantity": "5", "colour": "red"}, "A report has no colour"),
        ({"customer": DEAL, "csv": "quantity\n5", "quantity": "5"}, "A report has no quantity"),
        ({"customer": DEAL, "csv": "  "}, "`csv` must be text"),
        ({"customer": DEAL, "csv": 7}, "`csv` must be text"),
        ({"customer": DEAL, "csv": "5\n6"}, "The first line must name the columns"),
        ({"customer": DEAL, "csv": "quantity,colour\n5,red"}, "It has 'colour'"),
        ({"customer": DEAL, "csv": "quantity,quantity\n5,5"}, "each once"),
        ({"customer": DEAL, "csv": "quantity\n"}, "There is no row"),
        ({"customer": DEAL, "csv": "key,quantity\na,5\nb\n"}, "Line 3 has 1 cells, but there are 2 columns"),
        ({"customer": DEAL, "csv": "key,quantity\na,5\nb,\n"}, "Say `quantity` in line 3"),
        ({"csv": "quantity\n5"}, "Say `customer` in line 2"),
        ({"customer": DEAL, "csv": 'key,quantity\n"a"b,5'}, "Line 2 is not CSV"),
        ({"customer": DEAL, "csv": "quantity\n" + "5\n" * 1001}, "at most 1,000 rows"),
    ],
)
def test_a_report_that_cannot_be_made_is_refused_in_a_sentence_and_not_sent(
    rig: Rig, door: UsageDoor, body: Json, words: str
) -> None:
    answer = rig.do("usage", **body)
    assert (answer["http"], answer["ok"], door.taken) == (400, False, [])
    assert words in answer["error"] and answer["error"].endswith(".")
