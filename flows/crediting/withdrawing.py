"""Whoever asked for a correction takes it back while nobody has decided it; anybody else is refused in words."""

from __future__ import annotations

from flows import posting
from flows.approvals import Refusal, refuse_form
from flows.crediting import service
from flows.durable import step, workflow
from flows.errors import NotFound, Refused
from flows.inbox import load_once, settle
from flows.runtime import runtime
from storage.tables import Correction, Invoice


@workflow("withdraw_correction")
def withdraw_correction(team_id: str, inbox_id: str) -> None:
    """Carry out one click on Withdraw."""
    withdraw(team_id, inbox_id)


@step
def withdraw(team_id: str, inbox_id: str) -> None:
    """Withdraw the correction; what cannot be is answered in words, and changes nothing."""
    with runtime().database.begin(team_id) as session:
        click = load_once(session, inbox_id)
        if click is None:
            return
        correction_id, said = str(click.payload["correction_id"]), click.payload
        evidence = said.get("evidence") or {}
        try:
            with session.begin_nested():
                row = service.withdraw(session, correction_id, by=str(said["user_id"]), evidence=evidence)
        except (Refused, NotFound) as error:
            known = session.get(Correction, correction_id)
            what = Refusal(f"{known.kind if known else 'credit'}.refused", "correction", correction_id)
            refuse_form(session, click, error.code, str(error), what)
            return
        number = session.get_one(Invoice, row.invoice_id).number
        posting.tell(session, said, f"It is withdrawn. {number} stands as it was.")
        settle(session, click, runtime().clock, row.state)
