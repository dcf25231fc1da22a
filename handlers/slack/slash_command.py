"""`/dunwell`: what waits, where an invoice stands, who did what. Answers only to the asker, from our own rows."""

from __future__ import annotations

import difflib
from typing import Any

from slack_bolt import Ack, App, BoltContext

from flows.blockkit import escape, section
from flows.home import answers
from flows.inbox import InboxWriter
from flows.runtime import runtime
from handlers.slack import payload

COMMAND = "/dunwell"
ASKS_OUR_ROWS = ("", "status", "waiting", "stuck", "audit")
WORDS = (*ASKS_OUR_ROWS[1:], "help")
HELP = (
    "`/dunwell status` counts what waits, is stuck and was issued lately.\n"
    "`/dunwell waiting` lists the invoices that wait for approval, oldest first.\n"
    "`/dunwell stuck` lists what needs attention.\n"
    "`/dunwell audit INV-000042` tells who did what to one invoice."
)


def register(app: App, inbox: InboxWriter) -> None:  # noqa: ARG001  registered as every room is
    """Register the command."""

    @app.command(COMMAND)
    def on_command(ack: Ack, command: dict[str, Any], context: BoltContext) -> None:
        text = _answer(payload.team_of(context), payload.who(command), str(command.get("text") or ""))
        ack(text=text, blocks=[section(text)], response_type="ephemeral")


def _answer(team_id: str, user_id: str, typed: str) -> str:
    word, _, rest = typed.strip().partition(" ")
    if word.lower() in ASKS_OUR_ROWS and (refusal := answers.refusal(team_id, user_id)):
        return refusal
    with runtime().database.read(team_id) as session:
        match word.lower():
            case "" | "status":
                return answers.status(session)
            case "waiting":
                return answers.waiting(session)
            case "stuck":
                return answers.stuck(session)
            case "audit":
                return answers.audit(session, rest.strip())
            case "help":
                return HELP
    near = difflib.get_close_matches(word.lower(), WORDS, n=1)
    meant = f"Did you mean `/dunwell {near[0]}`?" if near else "I do not know that word."
    return f"{meant} You typed “{escape(word, 40)}”.\n{HELP}"
