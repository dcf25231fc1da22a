"""The simulators behind the demo workspace's interface."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.far_sides import FarSides
from bot.sandbox.vendors import BesideTheDemo, mount
from flows.values.clock import FixedClock


@pytest.fixture
def far(tmp_path: Path, clock: FixedClock) -> Iterator[FarSides]:
    beside: FarSides = BesideTheDemo(mount(tmp_path, clock)[1])
    yield beside
    beside.close()


def test_a_deal_closes_and_changes(far: FarSides) -> None:
    closed = asyncio.run(far.close_deal({"kind": "flat", "notify": "none"}))
    changed = asyncio.run(far.change_deal({"id": closed["id"], "terms": "Net 60"}))
    assert changed["id"] == closed["id"]
    deals = far.simulators["salesforce"].snapshot()["tables"][0]
    assert dict(zip(deals["columns"], deals["rows"][0], strict=True))["Terms"] == "Net 60"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Say a `kind`"),
        ({"kind": "flat", "notify": "pigeon"}, "pigeon"),
        ({"kind": "odd"}, "odd"),
        ({"account": "A", "colour": "red"}, "colour"),
        ({"account": "A", "owner": "nobody"}, "nobody"),
        ({"account": "A", "lines": [{"product": "P", "quantity": "many"}]}, "many"),
    ],
)
def test_a_wrong_deal_is_refused_in_words(far: FarSides, body: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        asyncio.run(far.close_deal(body))


def test_a_wrong_change_is_refused_in_words(far: FarSides) -> None:
    with pytest.raises(ValueError, match="no deal '006'"):
        asyncio.run(far.change_deal({"id": "006", "terms": "Net 1"}))
    closed = asyncio.run(far.close_deal({"kind": "incomplete"}))
    with pytest.raises(ValueError, match="Say what to change"):
        asyncio.run(far.change_deal({"id": closed["id"]}))
    with pytest.raises(ValueError, match="colour"):
        asyncio.run(far.change_deal({"id": closed["id"], "colour": "red"}))
    with pytest.raises(ValueError, match="no lines"):
        asyncio.run(far.change_deal({"id": closed["id"], "quantity": 5}))


def test_faults_are_set_named_and_taken_away(far: FarSides) -> None:
    far.set_fault("stripe", "429", "invoices.create", 0, 1.0)
    far.set_fault("salesforce", "slow", None, 2, 4.0)
    assert far.active_faults() == [
        {"where": "stripe", "kind": "429", "method": "invoices.create", "left": None, "seconds": 1.0},
        {"where": "salesforce", "kind": "slow", "method": None, "left": 2, "seconds": 4.0},
    ]
    far.set_fault("stripe", "off", None, None, 0)
    assert [one["where"] for one in far.active_faults()] == ["salesforce"]
    for where, kind, method in (("moon", "429", None), ("stripe", "odd", None), ("stripe", "429", "charges.create")):
        with pytest.raises(ValueError, match="There is no"):
            far.set_fault(where, kind, method, 1, 1.0)
    with pytest.raises(ValueError, match="count"):
        far.set_fault("stripe", "429", None, -1, 1.0)


def test_what_was_not_delivered_waits_for_the_next_start(tmp_path: Path, clock: FixedClock) -> None:
    _, first = mount(tmp_path, clock)
    first.point_at("http://127.0.0.1:9")
    deal = first.close_deal("flat")
    first.close()
    _, second = mount(tmp_path, clock)
    assert second.work_left() == ["1 Salesforce notices to deliver"]
    assert second.salesforce.store.get("Opportunity", deal["id"]) is not None
    assert len(second.salesforce.store.all("Account")) == 12
    second.close()
