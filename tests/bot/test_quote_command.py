"""The listener of `/quote`: a window at once and the work recorded behind it, or a sentence and nothing recorded."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from flows.contracts.quote_view import DEAL, READING, WHICH_DEAL
from flows.inbox import WORKFLOW_OF, Delivery
from handlers.slack import quote


class Slack:
    """Stands where Bolt, its client and our inbox do, and writes down in which order they were called."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.calls: list[str] = []
        self.recorded: list[Delivery] = []
        self.opened: dict[str, Any] = {}
        self.said = ""
        self.answer: dict[str, Any] = {}
        self.form: Callable[..., None]
        self.listener: Callable[..., None]

    def command(self, name: str) -> Callable[[Callable[..., None]], None]:
        """Register as Bolt does."""
        assert name == "/quote"

        def keep(listener: Callable[..., None]) -> None:
            self.listener = listener

        return keep

    def views_open(self, *, trigger_id: str, view: dict[str, Any]) -> dict[str, Any]:
        """Open the window, unless Slack refuses."""
        self.calls.append("open")
        if self.refuses:
            raise SlackApiError("no", {"error": self.refuses})
        self.opened = {"trigger": trigger_id, **view}
        return {"view": {"id": "V1"}}

    def record(self, delivery: Delivery) -> bool:
        """Record as the inbox does."""
        self.calls.append("record")
        self.recorded.append(delivery)
        return True

    def ack(self, text: str = "", **more: Any) -> None:
        """Acknowledge."""
        self.calls.append("ack")
        self.said, self.answer = text, more

    def view(self, callback_id: str) -> Callable[[Callable[..., None]], None]:
        """Register as Bolt does."""
        assert callback_id == WHICH_DEAL

        def keep(listener: Callable[..., None]) -> None:
            self.form = listener

        return keep

    def send(self, deal: str) -> None:
        """Let somebody send the form."""
        view = {"id": "V1", "state": {"values": {DEAL: {DEAL: {"value": deal}}}}}
        context = SimpleNamespace(authorize_result=SimpleNamespace(team_id="T0DEMO"))
        self.form(ack=self.ack, body={"user": {"id": "U0RITA"}, "view": view}, context=context)

    def type(self, text: str | None) -> None:
        """Let somebody type the command."""
        quote.register(self, self)  # type: ignore[arg-type]
        body = {"text": text, "user_id": "U0RITA", "trigger_id": "13.37"}
        context = SimpleNamespace(authorize_result=SimpleNamespace(team_id="T0DEMO"))
        self.listener(ack=self.ack, body=body, context=context, client=self)


def test_the_window_opens_first_and_a_workflow_fills_it() -> None:
    slack = Slack()
    slack.type(" 006Hs00001AbCdEIAV ")
    assert slack.calls == ["open", "record", "ack"]
    assert (slack.opened["trigger"], slack.opened["blocks"][0]["text"]["text"]) == ("13.37", READING)
    (asked,) = slack.recorded
    assert (asked.team_id, asked.kind, asked.natural_key) == ("T0DEMO", "quote.asked", "V1")
    assert asked.payload == {"user_id": "U0RITA", "typed": "006Hs00001AbCdEIAV", "view_id": "V1"}
    assert WORKFLOW_OF[asked.kind][0] == "show_quote"


@pytest.mark.parametrize("text", [None, "", "  "])
def test_without_a_deal_the_window_asks_for_one(text: str | None) -> None:
    slack = Slack()
    slack.type(text)
    assert (slack.calls, slack.opened["callback_id"]) == (["open", "ack"], WHICH_DEAL)
    slack.send(" 006Hs00001AbCdEIAV ")
    assert slack.calls == ["open", "ack", "record", "ack"]
    assert slack.recorded[0].payload == {"user_id": "U0RITA", "typed": "006Hs00001AbCdEIAV", "view_id": "V1"}
    assert (slack.answer["response_action"], slack.answer["view"]["blocks"][0]["text"]["text"]) == ("update", READING)


@pytest.mark.parametrize("text", ["help", " HELP "])
def test_without_a_deal_it_says_how_it_is_used(text: str | None) -> None:
    slack = Slack()
    slack.type(text)
    assert (slack.calls, slack.recorded) == (["ack"], [])
    assert slack.said == quote.HELP


def test_a_window_that_slack_did_not_open_is_told_and_nothing_recorded() -> None:
    slack = Slack(refuses="expired_trigger_id")
    slack.type("006Hs00001AbCdEIAV")
    assert (slack.calls, slack.recorded) == (["open", "ack"], [])
    assert "expired_trigger_id" in slack.said and "once more" in slack.said
