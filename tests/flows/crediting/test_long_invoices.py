"""Of an invoice with many lines, those to credit are chosen first, and then how much of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from flows.crediting.modals import CREDIT_MODAL, MOST_LINES, Asked, credit_modal, lines_offered
from flows.crediting.rules import BilledLine, Creditable
from flows.crediting.showing import Form
from flows.inbox import Delivery
from flows.values.money import Money
from handlers.slack import crediting

INVOICE = {"invoice_id": "inv_1", "channel": "C0", "thread_ts": None}


def usd(amount: int) -> Money:
    return Money(Decimal(amount), "USD")


def long_invoice(lines: int = 250) -> Creditable:
    """An invoice over lines of USD 1, 2, 3 …; the first was credited."""
    billed = [BilledLine(n, f"Site {n:04}", usd(n), usd(0), usd(0)) for n in range(1, lines + 1)]
    return Creditable("INV-1", "issued", "USD", (replace(billed[0], credited=usd(1)), *billed[1:]))


class Listeners(dict[str, Any]):
    """Stands for the app with which listeners are registered: keeps each under the name that it listens to."""

    def __getattr__(self, _kind: str) -> Callable[[str], Any]:
        return lambda name: lambda listener: self.setdefault(name, listener)


class Window:
    """The form in a person's hands: what is shown, and what our listeners answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, state: Creditable) -> None:
        self.state = state
        self.recorded: list[Delivery] = []
        self.listeners = Listeners()
        self.view = credit_modal(state, "Acme", INVOICE).payload
        monkeypatch.setattr(crediting, "form_of", lambda _session, _id: Form("inv_1", self.state, "Acme", Asked()))
        monkeypatch.setattr(crediting, "runtime", lambda: SimpleNamespace(database=self))
        crediting.register(self.listeners, SimpleNamespace(record=self.recorded.append))  # type: ignore[arg-type]

    @contextmanager
    def read(self, _team: str) -> Iterator[None]:
        yield None

    def submit(self, **typed: Any) -> dict[str, Any]:
        """Send the form with what it shows and what is `typed`; a form that follows takes its place."""
        values = {
            block["block_id"]: {"x": held(block["element"])} for block in self.view["blocks"] if "element" in block
        }
        values |= {name: {"x": given} for name, given in typed.items()}
        answer: dict[str, Any] = {}
        view = {"id": "V1", "private_metadata": self.view["private_metadata"], "state": {"values": values}}
        context = SimpleNamespace(authorize_result=None, team_id="T1")
        self.listeners[CREDIT_MODAL](
            ack=lambda **said: answer.update(said), body={"user": {"id": "U0SAM"}, "view": view}, context=context
        )
        self.view = answer.get("view", self.view)
        return answer


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the fields of a form by the block that they stand in."""
    return {block["block_id"]: block["element"] for block in view["blocks"] if "element" in block}


def held(element: dict[str, Any]) -> dict[str, Any]:
    return {"selected_option": element.get("initial_option"), "value": element.get("initial_value")}


SOME = {"selected_option": {"value": "by_line"}}


def lines(*seqs: int) -> dict[str, Any]:
    return {"selected_options": [{"value": str(seq)} for seq in seqs]}


def test_some_lines_of_a_long_invoice_are_credited(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(monkeypatch, long_invoice())
    assert window.view["submit"]["text"] == "Go on"
    typed = {"reason_choice": {"selected_option": {"value": "goodwill"}}, "reason_text": {"value": "an outage"}}
    answer = window.submit(scope=SOME, **{"credit.lines": lines(7, 201)}, **typed)
    assert answer["response_action"] == "update" and window.recorded == []
    shown = inputs(window.view)
    assert list(shown) == ["line_7", "line_201", "reason_choice", "reason_text"]
    assert (shown["line_201"]["initial_value"], shown["reason_text"]["initial_value"]) == ("201.00", "an outage")
    assert shown["reason_choice"]["initial_option"]["value"] == "goodwill"
    assert window.submit(line_201={"value": "201.01"})["errors"].keys() == {"line_201"}
    nothing = {"line_7": {"value": ""}, "line_201": {"value": "0"}}
    assert window.submit(**nothing)["errors"] == {
        "line_7": "Every amount is nothing. Write how much is to be credited."
    }
    assert window.submit(line_201={"value": "12.50"}) == {}
    (asked,) = window.recorded
    assert asked.payload["lines"] == {"7": "700", "201": "1250"}
    assert asked.payload["reason"] == "Goodwill: an outage"
    assert asked.payload["left_minor"] == 3_137_400  # 1 + … + 250 = 31,375.00, less 1.00


def test_all_of_a_long_invoice_is_credited_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(monkeypatch, long_invoice())
    assert window.submit(reason_text={"value": "x"}, **{"credit.lines": lines(7)})["errors"].keys() == {"scope"}
    assert window.submit(reason_text={"value": "x"}) == {}
    assert window.recorded[0].payload["lines"] is None


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ((), "Choose the lines to credit, or “All that is left”."),
        ((1, 999), "Choose the lines to credit, or “All that is left”."),  # the one is credited, the other not there
        (range(2, 63), f"61 lines are chosen; {MOST_LINES} at most go on one credit memo."),
    ],
)
def test_what_cannot_be_chosen_is_said_at_the_menu(
    monkeypatch: pytest.MonkeyPatch, chosen: tuple[int, ...], said: str
) -> None:
    window = Window(monkeypatch, long_invoice())
    answer = window.submit(scope=SOME, **{"credit.lines": lines(*chosen)})
    assert answer["errors"] == {"credit.lines": said}


def test_lines_are_found_by_what_is_typed() -> None:
    state = long_invoice(12_000)
    first = lines_offered(state, "")
    assert len(first) == 100 and first[0]["value"] == "2"  # of the first line nothing is left
    (found,) = lines_offered(state, "site 11987")
    assert found["text"]["text"] == "11987. Site 11987 · USD 11,987.00"
    assert lines_offered(state, "nowhere") == []


def test_the_money_of_a_line_is_never_cut_off_in_the_menu() -> None:
    state = long_invoice(2)
    wide = replace(state.lines[1], description="x" * 500, billed=usd(10**12))
    (option,) = lines_offered(replace(state, lines=(wide,)), "")
    assert option["text"]["text"].endswith("… · USD 1,000,000,000,000.00") and len(option["text"]["text"]) <= 75


def test_a_short_invoice_has_its_lines_in_the_first_form(monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window(monkeypatch, long_invoice(MOST_LINES + 1))  # of one of them nothing is left
    assert window.submit(scope=SOME, line_9={"value": "1"}, reason_text={"value": "x"}) == {}
    assert json.loads(window.view["private_metadata"])["invoice_id"] == "inv_1"
    assert window.recorded[0].payload["lines"]["9"] == "100"


def test_what_is_asked_again_of_a_long_invoice_shows_its_lines_at_once() -> None:
    view = credit_modal(long_invoice(), "Acme", INVOICE, Asked({7: usd(3)}, "as before")).payload
    shown = inputs(view)
    assert shown["line_7"]["initial_value"] == "3.00" and "credit.lines" not in shown
