"""A menu of more than a hundred values asks our listener for those that fit what was typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from flows.dimensions.model import DimensionValue
from handlers.slack import coding
from tests.faults.small_house import TEAM, SmallHouse
from tests.flows.dimensions.test_flow import WORKSHOP, form, won


class OptionsApp:
    """Stands where Bolt's app does and keeps the listener for options."""

    def __init__(self) -> None:
        self.pattern: re.Pattern[str] = re.compile("")
        self.listener: Callable[..., None] = print

    def options(self, pattern: re.Pattern[str]) -> Callable[[Any], Any]:
        self.pattern = pattern
        return lambda listener: setattr(self, "listener", listener)

    def __getattr__(self, _kind: str) -> Callable[..., Any]:
        return lambda _name: lambda listener: listener

    def search(self, invoice_id: str, question: str, query: str) -> list[str]:
        """Return the values that are offered for what was typed."""
        view = {"private_metadata": json.dumps({"invoice_id": invoice_id, "version": 1})}
        answered: dict[str, Any] = {}
        context = SimpleNamespace(authorize_result=None, team_id=TEAM)
        self.listener(ack=answered.update, body={"view": view, "block_id": question, "value": query}, context=context)
        return [option["value"] for option in answered["options"]]


def test_values_are_found_by_code_and_by_name(house: SmallHouse) -> None:
    config = house.runtime.dimensions
    assert config is not None
    places = {f"S{n:04}": DimensionValue(f"S{n:04}", f"Site {n} of the North") for n in range(5_000)}
    place = replace(config.dimensions["place"], values=places)
    house.runtime.dimensions = replace(config, dimensions={**config.dimensions, "place": place})
    won(house, WORKSHOP)
    invoice_id = form(house).view.invoice_id
    app = OptionsApp()
    coding.register(app, inbox=None)  # type: ignore[arg-type]
    assert app.pattern.fullmatch("coding.pick.2")
    assert app.search(invoice_id, "1.place", "site 4321 ") == ["S4321"]
    assert len(app.search(invoice_id, "1.place", "")) == 100
    assert app.search(invoice_id, "1.nothing", "") == app.search("inv_unknown", "1.place", "") == []
