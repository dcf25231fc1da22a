"""The whole product as a newcomer starts it: `dunwell demo` in a folder of its own, driven by its JSON interface.

Nothing here knows the program's insides: what stories read is what people see, and what an auditor exports.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import httpx

from flows.values.clock import business_date
from tests.daybreak import set_clock
from tests.places import REPO_ROOT
from tests.scenarios.words import Json, Message

APPROVALS: Final = "#invoice-approvals"
OPERATORS: Final = "#dunwell-ops"
Mode = Literal["http", "socket"]
T = TypeVar("T")
_ZONE: Final = "Europe/Berlin"
_READY: Final = "Dunwell demo: "
_PATIENCE: Final = 120.0  # seconds, on a machine with much else to do
_MOST_CHANGES: Final = 1000
_MOST_SILENCES: Final = 6  # of 25 seconds each in which nothing changed
_EXPECTED_OF_SLACK: Final = frozenset({"ratelimited"})


class House:
    """One company with its demo workspace, vendors and app, on a fresh database. `url` is the page's address."""

    def __init__(self, name: str, folder: Path, mode: Mode, database_url: str) -> None:
        self.name = name
        self.folder, self.mode, self.database_url = folder, mode, database_url
        self._log = (folder / "demo.log").open("w+b")
        set_clock(folder / "data" / "clock")
        self._demo = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--mode", mode, "--database-url", database_url],
            cwd=folder,
            env=self._environment({"PORT": "0", "DUNWELL_DATA": str(folder / "data")}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.url = self._address()
        self._drain = threading.Thread(target=self._keep_log, daemon=True)
        self._drain.start()
        self._client = httpx.Client(base_url=self.url, trust_env=False, timeout=2 * _PATIENCE)
        self._seen = {"refusals": 0, "unknown_methods": 0}

    def end(self) -> None:
        """End the demo as Ctrl-C does, and with it the app."""
        self._client.close()
        self._demo.send_signal(signal.SIGTERM)
        try:
            self._demo.wait(_PATIENCE)
        finally:
            self._demo.kill()
            self._drain.join()
            self._close_log()

    def printed(self) -> str:
        """Return what demo and app have printed so far."""
        self._log.flush()
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    # ---- what people do -------------------------------------------------------------------------------------------

    def close_deal(self, kind: str, **deal: Any) -> Json:
        """Let the sales team close a deal (see deal_kinds.py; `notify` says how Dunwell hears of it), and settle."""
        closed = self.do("deal", kind=kind, **deal)
        self.settle()
        return closed

    def change_deal(self, deal: Json, **changes: Any) -> None:
        """Let the sales team change a closed deal, and settle."""
        self.do("deal/change", id=deal["id"], **changes)
        self.settle()

    def click(self, who: str, action_id: str, on: Message, value: str | None = None) -> Json:
        """Press a button or choose in a menu of a message, saying yes to a question, and settle."""
        answer = self.press(who, action_id, on, value)
        self.settle()
        return answer

    def press(self, who: str, action_id: str, on: Message, value: str | None = None) -> Json:
        """Press without settling: the answer tells what was acknowledged."""
        chosen = {} if value is None else {"value": value}
        return self.do("click", as_=who, channel=on.channel, ts=on.ts, action_id=action_id, **chosen)

    def press_old(self, who: str, on: Message, action: Mapping[str, Any]) -> Json:
        """Send a click that only an outdated copy of the message can send, and settle."""
        answer = self.do("click", as_=who, channel=on.channel, ts=on.ts, stale=dict(action))
        self.settle()
        return answer

    def press_in_view(self, who: str, view_id: str, action_id: str) -> Json:
        """Press a button of a modal or of App Home, and settle."""
        answer = self.do("click", as_=who, view_id=view_id, action_id=action_id)
        self.settle()
        return answer

    def submit(self, who: str, view_id: str, **values: Any) -> Json:
        """Fill in the modal and send it, and settle."""
        answer = self.do("submit", as_=who, view_id=view_id, values=values)
        self.settle()
        return answer

    def reject(self, who: str, on: Message, why: str) -> Json:
        """Reject the invoice on the card, giving the reason in words."""
        return self._send_back(who, on, why, "approval.reject")

    def request_changes(self, who: str, on: Message, why: str) -> Json:
        """Ask for changes to the invoice on the card, giving the reason in words."""
        return self._send_back(who, on, why, "approval.request_changes")

    def _send_back(self, who: str, on: Message, why: str, action_id: str) -> Json:
        opened = self.click(who, action_id, on)
        assert opened["view"], f"no modal opened: {opened}"
        return self.submit(who, opened["view"], reason_choice="other", reason_text=why)

    def clear_the_desk(self) -> None:
        """Reject everything that other stories left waiting, so that lists of the oldest show what comes now."""
        for who in ("dana", "lee"):  # Dana may decide on everything but what she has approved already
            for card in self.messages():
                if "approval.reject" in card.buttons:
                    view = self.press(who, "approval.reject", card)["view"]
                    self.do("submit", as_=who, view_id=view, values={"reason_choice": "not_due"})
            self.settle()

    def command(self, who: str, text: str, channel: str = "#general") -> str:
        """Send a slash command and return the answer, which only the asker sees."""
        answer = self.do("command", as_=who, channel=channel, text=text)
        assert answer["ok"] and len(answer["ephemeral"]) == 1, answer
        return str(answer["ephemeral"][0]["text"])

    def home(self, who: str) -> Message:
        """Open App Home and return it."""
        self.do("open_home", as_=who)
        self.settle()
        person = self.person(who)
        return Message(self.state()["homes"][person["id"]], "home")

    def advance(self, days: int) -> None:
        """Let days pass, and settle."""
        self.do("advance", days=days)
        self.settle()

    def fault(self, where: str, kind: str, **more: Any) -> None:
        """Break something, see docs/demo.md."""
        self.do("fault", where=where, kind=kind, **more)

    def mend_everything(self) -> None:
        """End every fault, and settle."""
        for where in ("slack", "stripe", "salesforce"):
            self.fault(where, "off")
        self.settle()

    def restart(self) -> None:
        """Kill the app without warning and start it again."""
        self.do("restart")

    def settle(self) -> None:
        """Return when no work is left; fails saying what is left after two minutes."""
        idle = self._client.get("/_demo/api/idle", params={"timeout": _PATIENCE}).json()
        assert idle["ok"], f"still to do: {idle.get('left')}"

    # ---- what people see ------------------------------------------------------------------------------------------

    def state(self, who: str | None = None) -> Json:
        """Return the workspace, or what one person sees of it."""
        answer: Json = self._client.get("/_demo/api/state", params={"as": who} if who else {}).json()
        return answer

    def today(self) -> date:
        """Return the business date: the calendar day in the time zone of the demo's policy."""
        return business_date(datetime.fromisoformat(self.state()["now"]), _ZONE)

    @cached_property
    def people(self) -> Sequence[Json]:
        """Everybody in the workspace."""
        return tuple(self.state()["people"])

    def person(self, who: str) -> Json:
        """Return a person by handle."""
        return next(one for one in self.people if one["handle"] == who)

    def messages(self, channel: str = APPROVALS, who: str | None = None) -> list[Message]:
        """Return the messages of a channel, oldest first; `who` sees also what is for them alone."""
        rooms = self.state(who)["channels"]
        room = next(one for one in rooms if channel.lstrip("#") in (one["name"], one["id"]))
        shown = [Message(one, room["id"]) for one in room["messages"]]
        return shown if who else [one for one in shown if not one.raw.get("ephemeral_for")]

    def direct_messages(self, who: str) -> list[Message]:
        """Return what the bot wrote to one person."""
        return self.messages("D" + self.person(who)["id"][1:])

    def cards_about(self, customer: str, channel: str = APPROVALS) -> list[Message]:
        """Return the cards that name the customer, oldest first."""
        return [one for one in self.messages(channel) if customer in one.words]

    def card_about(self, customer: str, channel: str = APPROVALS) -> Message:
        """Return the one card that names the customer."""
        cards = self.cards_about(customer, channel)
        assert len(cards) == 1, [one.text for one in cards]
        return cards[0]

    def until(self, look: Callable[[], T | None]) -> T:
        """Look again at each change in the workspace until something is there; fails after a long silence."""
        silences = 0
        for _ in range(_MOST_CHANGES):
            version = self.state()["version"]
            if found := look():
                return found
            news = self._client.get("/_demo/api/changes", params={"since": version}).json()["version"]
            silences += news == version
            if silences == _MOST_SILENCES:
                break
        said = "\n".join(one.text for room in (APPROVALS, OPERATORS) for one in self.messages(room)[-5:])
        raise AssertionError(f"it did not happen. The channels' last messages:\n{said}\n{self.printed()[-3000:]}")

    def told(self, who: str, since: Message) -> list[str]:
        """Return what only this person was told in the thread or channel of a message, after it."""
        room = next(one for one in self.state(who)["channels"] if one["id"] == since.channel)
        lines = [line for head in room["messages"] for line in (head, *head["replies"])]
        return [line["text"] for line in lines if line.get("ephemeral_for") and line["ts"] > since.ts]

    def modal(self, view_id: str) -> Message:
        """Return an open modal."""
        return Message(next(one for one in self.state()["views"] if one["id"] == view_id), "modal")

    def file(self, file_id: str) -> bytes:
        """Return an uploaded file."""
        answer = self._client.get(f"/_demo/api/files/{file_id}")
        assert answer.status_code == 200
        return answer.content

    # ---- the far sides, the app's own door, the terminal ----------------------------------------------------------

    def vendor(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Ask a simulated vendor directly."""
        return self._client.request(method, f"/_vendor/{path}", **request)

    @cached_property
    def app_url(self) -> str:
        """The address of the app itself, where webhooks arrive."""
        (line,) = [line for line in self.printed().splitlines() if "listening" in line][-1:]
        return f"http://127.0.0.1:{line.rpartition('port=')[2].strip()}"

    def terminal(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a `dunwell` command on the same database and return what it printed."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder, env=self._environment({"DUNWELL_DATABASE_URL": self.database_url} | settings),
            capture_output=True, text=True, check=False, timeout=_PATIENCE,
        )  # fmt: skip

    def audit(self, *arguments: str) -> list[Json]:
        """Export the audit trail as an auditor does and return its events."""
        exported = self.terminal("audit", "export", "--format", "jsonl", *arguments)
        assert exported.returncode == 0, exported.stderr
        return [json.loads(line) for line in exported.stdout.splitlines()]

    def check_order(self, *, refused: Sequence[str] = (), troubles: Sequence[str] = ()) -> None:
        """Fail when Slack was asked for something that it does not know or refused since the last look.

        `refused` are the error names that the story expects, `troubles` parts of lines that the app may have logged.
        """
        state = self.state()
        unknown = state["unknown_methods"][self._seen["unknown_methods"] :]
        refusals = state["refusals"][self._seen["refusals"] :]
        self._seen = {name: len(state[name]) for name in self._seen}
        expected = _EXPECTED_OF_SLACK | set(refused)
        assert unknown == [], f"Slack knows no {unknown}"
        surprising = [one for one in refusals if one["error"] not in expected]
        assert surprising == [], f"Slack refused {surprising}"
        lines = [line for line in self.printed().splitlines() if "Traceback" in line or "[error" in line]
        assert [line for line in lines if not any(part in line for part in troubles)] == [], self.printed()[-6000:]

    def do(self, act: str, **body: Any) -> Json:
        """Call the JSON interface; `as_` stands for `as`. A refused call fails with its sentence."""
        answer = self._client.post(f"/_demo/api/{act}", json={name.rstrip("_"): value for name, value in body.items()})
        given: Json = answer.json()
        assert answer.status_code == 200, given
        return given

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        ours = ("DUNWELL", "SLACK", "STRIPE", "SALESFORCE", "DEALS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"PYTHONPATH": str(REPO_ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"} | dict(more)

    def _address(self) -> str:
        assert self._demo.stdout is not None
        for line in self._demo.stdout:
            self._log.write(line)
            if line.decode().startswith(_READY):
                return line.decode().removeprefix(_READY).strip()
        self._demo.wait()
        said = self.printed()
        self._close_log()
        raise AssertionError(f"the demo did not start:\n{said}")

    def _keep_log(self) -> None:
        assert self._demo.stdout is not None
        for line in self._demo.stdout:
            self._log.write(line)
            self._log.flush()

    def _close_log(self) -> None:
        assert self._demo.stdout is not None
        self._demo.stdout.close()
        self._log.close()
