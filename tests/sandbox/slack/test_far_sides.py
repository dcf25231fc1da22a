"""The simulated vendors through the demo interface: deals close and change, things break, the app is told."""

from __future__ import annotations

import pytest

from tests.sandbox.slack.conftest import MakeRig
from tests.sandbox.slack.rig import Json, Rig


@pytest.fixture
def rig(make_rig: MakeRig) -> Rig:
    """Return a workspace with its vendors and no app."""
    return make_rig(whole=True).begin()


def test_a_deal_closes_and_is_changed(rig: Rig) -> None:
    deal = rig.do("deal", kind="flat", notify="none")
    assert (deal["ok"], deal["kind"]) == (True, "flat")
    changed = rig.do("deal/change", id=deal["id"], po_number="4500-1")
    assert (changed["ok"], changed["id"]) == (True, deal["id"])
    assert changed["version"] >= deal["version"]


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("deal", {"kind": "imaginary"}, 400),
        ("deal", {"kind": "flat", "colour": "red"}, 400),
        ("deal", {"kind": "flat", "notify": "pigeon"}, 400),
        ("deal/change", {"po_number": "1"}, 400),
        ("deal/change", {"id": "006000000000000AAA", "po_number": "1"}, 400),
        ("fault", {"where": "moon", "kind": "429"}, 400),
        ("fault", {"where": "stripe", "kind": "earthquake"}, 400),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(rig: Rig, act: str, body: Json, status: int) -> None:
    answer = rig.do(act, **body)
    assert (answer["http"], answer["ok"]) == (status, False)
    assert answer["error"].endswith(".")


def test_faults_of_the_vendors_stand_in_the_state(rig: Rig) -> None:
    rig.do("fault", where="stripe", kind="429")
    rig.do("fault", where="salesforce", kind="5xx", count=2)
    kept = [(fault["where"], fault["kind"], fault["left"]) for fault in rig.look("state")["faults"]]
    assert kept == [("stripe", "429", 1), ("salesforce", "5xx", 2)]


def test_a_deal_that_nobody_takes_keeps_the_workspace_from_being_idle(rig: Rig) -> None:
    rig.do("deal", kind="flat", notify="json")
    answer = rig.look("idle", timeout="0")
    assert (answer["http"], answer["left"]) == (408, ["1 Salesforce notices to deliver"])
