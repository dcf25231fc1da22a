"""Ask for a correction, and carry out an approved one: look at the processor, take the number, do it, record it."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from flows import attention, billing, invoicing, posting
from flows.approvals import NoRule, Refusal, Sender, read_sender, refuse_form
from flows.crediting import cards, effects, periods, service
from flows.crediting.facts import settles
from flows.crediting.refusals import ComesToNothing, PeriodClosed, WasPaid
from flows.crediting.states import CREDIT, VOID, CorrectionState, move
from flows.durable import step, workflow
from flows.effects import Outcome, Stopped, try_once, until_answered, until_done
from flows.errors import NotFound, Refused
from flows.inbox import load_once, settle
from flows.runtime import runtime
from flows.values.money import Money
from storage import audit
from storage.tables import Correction, InboxRow, Invoice


@workflow("ask_correction")
def ask_correction(team_id: str, inbox_id: str) -> None:
    """Take in what a person asked for in the form, waiting while Slack cannot be asked who it is."""
    sender = until_answered(lambda: read_asker(team_id, inbox_id))
    take_in(team_id, inbox_id, sender)


@step
def read_asker(team_id: str, inbox_id: str) -> Sender:
    """Read from Slack whether the person may ask, and whom the policy names as approvers; a paid invoice stands."""
    with runtime().database.read(team_id) as session:
        payload = session.get_one(InboxRow, inbox_id).payload
        invoice = session.get(Invoice, str(payload["invoice_id"]))
    sender = read_sender(team_id, inbox_id)
    if sender.code or payload["kind"] != VOID or invoice is None or not effects.was_paid(invoice):
        return sender
    number = invoice.number or "This invoice"
    refused = WasPaid(number) if invoice.total_minor else ComesToNothing(number)
    return Sender(code=refused.code, reason=str(refused))


@step
def take_in(team_id: str, inbox_id: str, sender: Sender) -> None:
    """Keep the correction and ask for its approval; what cannot be is answered in words, and changes nothing."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        if sender.code:
            _refuse(session, row, sender.code, sender.reason)
            return
        try:
            with session.begin_nested():
                invoice = invoicing.locked(session, str(row.payload["invoice_id"]))
                service.ask(session, invoice, _wanted(row, invoice), sender.people, row.payload.get("evidence") or {})
        except (Refused, NoRule, NotFound) as error:
            _refuse(session, row, error.code, str(error))
            return
        settle(session, row, runtime().clock, "asked")
        what = "The credit" if row.payload["kind"] == CREDIT else "The voiding"
        words = f"{what} of {invoice.number} was asked for. Its card tells who approves it; nothing has changed yet."
        posting.tell(session, row.payload, words)


def _wanted(row: InboxRow, invoice: Invoice) -> service.Wanted:
    said = row.payload
    lines = said.get("lines")
    return service.Wanted(
        kind=str(said["kind"]),
        reason=str(said["reason"]),
        requester=str(said["user_id"]),
        shown_left=Money.of_minor(int(said["left_minor"]), invoice.currency),
        amounts=None
        if lines is None
        else {int(seq): Money.of_minor(int(minor), invoice.currency) for seq, minor in lines.items()},
        posting_date=date.fromisoformat(said["posting_date"]) if said.get("posting_date") else None,
    )


def _refuse(session: Session, row: InboxRow, code: str, sentence: str) -> None:
    what = Refusal(f"{row.payload['kind']}.refused", "invoice", str(row.payload["invoice_id"]))
    refuse_form(session, row, code, sentence, what)


@workflow(service.CARRY_OUT)
def carry_out_correction(team_id: str, correction_id: str) -> None:
    """Carry out an approved correction; run again after an interruption or by a person, it goes on where it was."""
    kind = begin(team_id, correction_id)
    if not kind:
        return
    try:
        if runtime().processor is not None:
            name = effects.system()
            until_done(name, lambda: look_first(team_id, correction_id))
            if take_number(team_id, correction_id):
                return
            until_done(name, lambda: try_correction(team_id, correction_id))
        if take_number(team_id, correction_id):
            return
    except Stopped as stopped:
        report_stopped(team_id, correction_id, stopped.system, stopped.outcome)
        return
    record_done(team_id, correction_id)


@step
def begin(team_id: str, correction_id: str) -> str:
    """Return the kind of an approved correction that can still be done; "" when there is nothing to do.

    One that cannot be done any more is turned down in words.
    """
    with runtime().database.begin(team_id) as session:
        row = _row(session, correction_id)
        if row.state not in (CorrectionState.ISSUING, CorrectionState.NOT_CONFIRMED):
            return ""
        if row.number is None and row.state == CorrectionState.ISSUING:
            try:
                service.check_again(session, row)
                periods.check_open(session, session.get_one(Invoice, row.invoice_id), row.posting_date)
            except Refused as refusal:
                _turn_down_for(session, row, refusal)
                return ""
        return row.kind


@step
def look_first(team_id: str, correction_id: str) -> Outcome:
    """Look at the processor's invoice before anything is done; one that was paid there, or undone, is not changed."""
    with runtime().database.read(team_id) as session:
        row = session.get_one(Correction, correction_id)
        invoice = session.get_one(Invoice, row.invoice_id)
        if effects.was_begun(session, row):  # then it is looked for by its key
            return Outcome("done")
    return effects.look(row, invoice)


@step
def take_number(team_id: str, correction_id: str) -> str:
    """Take a credit memo's number and post it, together; done twice, the number that was taken stays.

    Return why it was turned down, where its period was closed just now; otherwise nothing.
    """
    with runtime().database.begin(team_id) as session:
        row = _row(session, correction_id)
        if row.kind != CREDIT or row.number is not None:
            return ""
        try:
            day = periods.day_of(session, row)
        except PeriodClosed as refusal:
            _turn_down_for(session, row, refusal)
            return refusal.why
        invoice = invoicing.locked(session, row.invoice_id)
        row.number = invoicing.post_credit(session, invoice, row.id, service.amounts_of(session, row), day=day)
        session.add(row)
        service.note(session, row, "posted", actor=audit.SYSTEM("ledger"))
        posting.refresh(session, row.id)
        billing.renew(session, invoice.deal_id)
        return ""


@step
def try_correction(team_id: str, correction_id: str) -> Outcome:
    """Make one try of the credit note, or of the voiding, at the processor."""
    with runtime().database.read(team_id) as session:
        row = session.get_one(Correction, correction_id)
        effect = effects.effect(session, row)
    return try_once(team_id, effect, lambda session, outcome: _show(session, correction_id, outcome))


@step
def record_done(team_id: str, correction_id: str) -> None:
    """Mark the correction as done, and its invoice as credited or void; a voided one is drafted anew."""
    with runtime().database.begin(team_id) as session:
        row = _row(session, correction_id)
        if row.state == CorrectionState.DONE:
            return
        invoice = invoicing.locked(session, row.invoice_id)
        row.done_at = runtime().clock.now()
        row.processor_id = effects.done_id(session, row) or None
        session.add(row)
        move(session, row, CorrectionState.DONE)
        service.note(session, row, "done", actor=audit.SYSTEM("crediting"))
        attention.settle_attention(session, subject_id=row.id, kind=service.CARRY_OUT, by="done")
        attention.settle_attention(session, subject_id=invoice.id, kind="changed_after_issue", by="correction")
        if row.kind == CREDIT:
            left = service.creditable(session, invoice, states=(CorrectionState.DONE,)).remains
            by = Money.of_minor(row.total_minor, row.currency)
            invoicing.credited(session, invoice, correction_id=row.id, number=str(row.number), by=by, left=left)
        else:
            _void(session, row, invoice)
        if runtime().crm is not None:
            service.queue(session, row, service.NOTE, attempt=0)
        posting.refresh(session, row.id)
        billing.renew(session, invoice.deal_id)
        posting.home(session)


def _void(session: Session, row: Correction, invoice: Invoice) -> None:
    day = periods.day_of_void(session, row)
    invoicing.voided(session, invoice, reason=row.reason, requester=row.requester, day=day)
    draft_id = billing.reissue(session, invoice)
    if draft_id is None:
        posting.reply(session, row.id, service.CORRECTION_CARD, cards.not_reissued(number=str(invoice.number)))
        return
    invoicing.queue_asking(session, session.get_one(Invoice, draft_id), attempt=0)


@step
def report_stopped(team_id: str, correction_id: str, system: str, outcome: Outcome) -> None:
    """Turn down what the processor's invoice does not allow; of anything else that stops a person is told."""
    with runtime().database.begin(team_id) as session:
        row = _row(session, correction_id)
        if outcome.code in effects.TURNED_DOWN and row.number is None:
            _turn_down(session, row, outcome.reason)
            return
        invoice = session.get_one(Invoice, row.invoice_id)
        what = f"Credit memo {row.number or ''} of" if row.kind == CREDIT else "The voiding of"
        attention.open_attention(
            session,
            subject_id=row.id,
            kind=service.CARRY_OUT,
            title=f"{what} invoice {invoice.number} is not done",
            reason=f"{system}: {outcome.reason}",
            code=outcome.code,
        )
        posting.refresh(session, row.id)


@workflow(service.NOTE)
def note_correction(team_id: str, correction_id: str) -> None:
    """Note on the deal in the CRM that its invoice was credited, or is void."""
    try:
        until_done("the CRM", lambda: try_note(team_id, correction_id))
    except Stopped as stopped:
        report_not_noted(team_id, correction_id, stopped.outcome)


@step
def try_note(team_id: str, correction_id: str) -> Outcome:
    """Make one try; it writes how the invoice stands at that moment."""
    with runtime().database.read(team_id) as session:
        effect = effects.note_effect(session, session.get_one(Correction, correction_id))
    return try_once(team_id, effect, lambda session, outcome: _noted(session, correction_id, outcome))


@step
def report_not_noted(team_id: str, correction_id: str, outcome: Outcome) -> None:
    """Say that a correction is done, but could not be noted on the deal."""
    with runtime().database.begin(team_id) as session:
        row = _row(session, correction_id)
        number = session.get_one(Invoice, row.invoice_id).number
        what = f"Credit memo {row.number} of" if row.kind == CREDIT else "The voiding of"
        attention.open_attention(
            session,
            subject_id=row.id,
            kind=service.NOTE,
            title=f"{what} invoice {number} is done, but could not be noted on its deal",
            reason=outcome.reason,
            code=outcome.code,
        )
        posting.refresh(session, row.id)


def _noted(session: Session, correction_id: str, outcome: Outcome) -> None:
    if outcome.state != "done":
        return
    row = _row(session, correction_id)
    service.note(session, row, "noted", actor=audit.SYSTEM("crediting"))
    if attention.settle_attention(session, subject_id=row.id, kind=service.NOTE, by="noted"):
        posting.refresh(session, row.id)


def _turn_down_for(session: Session, row: Correction, refusal: Refused) -> None:
    if not isinstance(refusal, PeriodClosed):
        _turn_down(session, row, str(refusal))
        return
    dates = refusal.closed.open_dates
    ask_again = dates and not settles(session, row)  # what settles a change has a button of its own
    _turn_down(session, row, f"{refusal.why}. Nothing was changed.", again=dates[0] if ask_again else None)


def _turn_down(session: Session, row: Correction, reason: str, *, again: date | None = None) -> None:
    """Say that it is not done, and why; `again` is the day on which it could be posted if it is asked for again."""
    move(session, row, CorrectionState.TURNED_DOWN)
    attention.settle_attention(session, subject_id=row.id, kind=service.CARRY_OUT, by="turned down")
    service.fell_through(session, row)
    service.note(session, row, "turned_down", actor=audit.SYSTEM("crediting"), reason=reason)
    posting.refresh(session, row.id)
    service.show_invoice(session, row.invoice_id)
    card = cards.turned_down(asked_by=row.requester, reason=reason, again=(row.id, again) if again else None)
    posting.reply(session, row.id, service.CORRECTION_CARD, card)


def _row(session: Session, correction_id: str) -> Correction:
    return session.get_one(Correction, correction_id, with_for_update=True)


def _show(session: Session, correction_id: str, outcome: Outcome) -> None:
    """Say on the card while the outcome at the processor is unknown, and stop saying so when it is known."""
    row = _row(session, correction_id)
    if outcome.state == "unknown" and row.state == CorrectionState.ISSUING:
        move(session, row, CorrectionState.NOT_CONFIRMED)
    elif outcome.state == "done" and row.state == CorrectionState.NOT_CONFIRMED:
        move(session, row, CorrectionState.ISSUING)
    else:
        return
    service.note(session, row, "state", actor=audit.SYSTEM("crediting"), reason=outcome.reason)
    posting.refresh(session, row.id)
