"""Issue an approved invoice: the processor's draft, the number and the ledger, then out to the customer.

The order is chosen so that nothing irrevocable happens before everything was compared: the processor's draft is built
and its total held against the approved one first; then the number is taken and the ledger posted in one transaction;
only then is the processor's invoice finalized and sent. Each effect has a key, so the whole may be run again.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlmodel import Session, col

from flows import attention, dimensions, posting
from flows.durable import step, workflow
from flows.effects import Effect, Outcome, Stopped, try_once, until_done
from flows.invoicing import cards, issuing
from flows.invoicing.drafting import APPROVAL_CARD, content_of
from flows.invoicing.ledger import issue_into_ledger
from flows.invoicing.outcome import locked, queue_write_back
from flows.invoicing.recoding import back_to_coding
from flows.invoicing.states import InvoiceState, move
from flows.runtime import runtime
from flows.values.invoice import InvoiceContent
from storage import audit
from storage.tables import Correction, Invoice, ScheduleEntry

ISSUE = "issue"
WRITE_BACK = "write_back"


@workflow("issue_invoice")
def issue_invoice(team_id: str, invoice_id: str, version: int) -> None:
    """Issue one approved version; run again after an interruption or by the retry button, it goes on where it was."""
    if not begin(team_id, invoice_id, version):
        return
    try:
        if runtime().processor is not None:
            _prepare_at_processor(team_id, invoice_id, version)
        if not take_number(team_id, invoice_id, version):
            _discard_at_processor(team_id, invoice_id, version)
            return
        if runtime().processor is not None:
            _send_by_processor(team_id, invoice_id, version)
    except Stopped as stopped:
        report_stopped(team_id, invoice_id, stopped.system, stopped.outcome)
        return
    record_issued(team_id, invoice_id, version)


def _prepare_at_processor(team_id: str, invoice_id: str, version: int) -> None:
    """Build the processor's draft and hold its total against the approved one; nothing has been promised yet."""
    for effect in (issuing.CUSTOMER, issuing.DRAFT, issuing.LINES):
        until_done(issuing.system(), lambda kind=effect: try_effect(team_id, invoice_id, version, kind))  # type: ignore[misc]
    until_done(issuing.system(), lambda: compare_totals(team_id, invoice_id, version))


def _discard_at_processor(team_id: str, invoice_id: str, version: int) -> None:
    """Delete the draft that the processor keeps of a version that is not issued after all."""
    if runtime().processor is not None:
        until_done(issuing.system(), lambda: try_effect(team_id, invoice_id, version, issuing.DISCARD))


def _send_by_processor(team_id: str, invoice_id: str, version: int) -> None:
    for effect in (issuing.FINALIZE, issuing.SEND):
        until_done(issuing.system(), lambda kind=effect: try_effect(team_id, invoice_id, version, kind))  # type: ignore[misc]


@step
def begin(team_id: str, invoice_id: str, version: int) -> bool:
    """Start issuing if this very version is approved and unchanged; False when there is nothing to issue."""
    with runtime().database.begin(team_id) as session:
        invoice = locked(session, invoice_id)
        if invoice.version != version:
            return False
        if invoice.state in (InvoiceState.ISSUING, InvoiceState.NOT_CONFIRMED):
            return True
        if invoice.state != InvoiceState.APPROVED:
            return False
        content = content_of(session, invoice)
        approved = issuing.approved_hash(session, invoice)
        if not content.content_hash() == invoice.content_hash == approved:
            _stop(session, invoice, "the content is not what was approved", "invoice.content_differs")
            return False
        if errors := dimensions.errors_of(session, content):
            back_to_coding(session, invoice, errors)
            return False
        move(session, invoice, InvoiceState.ISSUING)
        posting.refresh(session, invoice.id)
        return True


@step
def try_effect(team_id: str, invoice_id: str, version: int, kind: str) -> Outcome:
    """Make one try of one effect at the processor."""
    with runtime().database.read(team_id) as session:
        invoice = session.get_one(Invoice, invoice_id)
        effect = issuing.effect(session, invoice, version, kind)
    return try_once(team_id, effect, lambda session, outcome: _show(session, invoice_id, outcome))


@step
def compare_totals(team_id: str, invoice_id: str, version: int) -> Outcome:
    """Hold what the processor would bill against what was approved, to the cent."""
    with runtime().database.read(team_id) as session:
        invoice = session.get_one(Invoice, invoice_id)
        approved = content_of(session, invoice).total
        far_id = issuing.done_id(session, invoice, version, issuing.DRAFT)
    return issuing.compare(far_id, approved)


@step
def take_number(team_id: str, invoice_id: str, version: int) -> str:
    """Take the number and post the ledger entry together; done twice, it returns the number that was taken.

    An invoice that can no longer be booked takes none and needs coding: its period was closed while the processor was
    waited for. Then nothing is returned.
    """
    with runtime().database.begin(team_id) as session:
        invoice = locked(session, invoice_id)
        had, content = invoice.number, content_of(session, invoice)
        if had is None and not _can_still_be_booked(session, invoice, version, content):
            return ""
        number = issue_into_ledger(session, invoice, content)
        if had is None:
            audit.append(
                session,
                action="ledger.posted",
                object_type="invoice",
                object_id=invoice.id,
                actor=audit.SYSTEM("ledger"),
                at=runtime().clock.now(),
                after={"number": number, "total_minor": invoice.total_minor, "currency": invoice.currency},
                evidence={
                    "content_hash": invoice.content_hash,
                    "invoice_version": version,
                    "dimensions_version": dimensions.version(session),
                },
            )
            posting.refresh(session, invoice.id)
        return number


def _can_still_be_booked(session: Session, invoice: Invoice, version: int, content: InvoiceContent) -> bool:
    """Tell whether this version may go on being issued; one that cannot be booked any more is taken back."""
    if invoice.version != version or invoice.state not in (InvoiceState.ISSUING, InvoiceState.NOT_CONFIRMED):
        return False  # taken back already
    if errors := dimensions.errors_of(session, content):
        if invoice.state == InvoiceState.NOT_CONFIRMED:  # what it waited for has been found by now
            move(session, invoice, InvoiceState.ISSUING)
        back_to_coding(session, invoice, errors)
        return False
    return True


@step
def record_issued(team_id: str, invoice_id: str, version: int) -> None:
    """Mark the invoice as issued, tell its thread, share the PDF, and queue the note to the CRM."""
    with runtime().database.begin(team_id) as session:
        invoice = locked(session, invoice_id)
        if invoice.state == InvoiceState.ISSUED:
            return
        now = runtime().clock.now()
        invoice.processor_id = issuing.done_id(session, invoice, version, issuing.DRAFT) or None
        invoice.pay_url = issuing.done_id(session, invoice, version, issuing.SEND) or None
        invoice.issued_at = now
        move(session, invoice, InvoiceState.ISSUED)
        entry = col(ScheduleEntry.invoice_id) == invoice.id
        billed = update(ScheduleEntry).where(entry).values(state="issued").returning(col(ScheduleEntry.contract_id))
        for contract_id in session.execute(billed).scalars().all():
            posting.refresh(session, contract_id)  # its milestones say what is out
        audit.append(
            session,
            action="invoice.issued",
            object_type="invoice",
            object_id=invoice.id,
            actor=audit.SYSTEM("invoicing"),
            at=now,
            before={"state": InvoiceState.ISSUING.value},
            after={"state": invoice.state, "number": invoice.number, "processor_id": invoice.processor_id},
            evidence={"content_hash": invoice.content_hash, "invoice_version": version},
        )
        attention.settle_attention(session, subject_id=invoice.id, kind=ISSUE, by="issued")
        _announce(session, invoice)
        if runtime().crm is not None:
            queue_write_back(session, invoice, attempt=0)


def _announce(session: Session, invoice: Invoice) -> None:
    content = content_of(session, invoice)
    number = str(invoice.number)
    posting.refresh(session, invoice.id)
    card = cards.issued(
        number=number,
        total=content.total,
        due=content.due_date,
        email=content.bill_to.email,
        pay_url=invoice.pay_url,
    )
    posting.reply(session, invoice.id, APPROVAL_CARD, card)
    posting.file(session, invoice.id, APPROVAL_CARD, filename=f"{number}.pdf", title=f"Invoice {number}")
    posting.home(session)
    if invoice.reissue_of is not None:  # the cards of the voided invoice, and of its voiding, link to this one
        corrections = select(col(Correction.id)).where(col(Correction.invoice_id) == invoice.reissue_of)
        for subject_id in (invoice.reissue_of, *session.execute(corrections).scalars()):
            posting.refresh(session, subject_id)


@workflow("write_back")
def write_back(team_id: str, invoice_id: str) -> None:
    """Note the issued invoice on the deal in the CRM."""
    try:
        until_done("the CRM", lambda: try_write_back(team_id, invoice_id))
    except Stopped as stopped:
        report_not_noted(team_id, invoice_id, stopped.outcome)


@step
def try_write_back(team_id: str, invoice_id: str) -> Outcome:
    """Make one try; writing the same outcome twice changes nothing, so there is nothing to look up."""
    with runtime().database.read(team_id) as session:
        invoice = session.get_one(Invoice, invoice_id)
        effect: Effect = issuing.write_back_effect(session, invoice)
    return try_once(team_id, effect, lambda session, outcome: _noted(session, invoice_id, outcome))


@step
def report_stopped(team_id: str, invoice_id: str, system: str, outcome: Outcome) -> None:
    """Say on a card of the operators' channel that the invoice is stuck, and on its own card that it is."""
    with runtime().database.begin(team_id) as session:
        invoice = locked(session, invoice_id)
        _stop(session, invoice, f"{system}: {outcome.reason}", outcome.code)


@step
def report_not_noted(team_id: str, invoice_id: str, outcome: Outcome) -> None:
    """Say that an issued invoice could not be noted on its deal."""
    with runtime().database.begin(team_id) as session:
        invoice = locked(session, invoice_id)
        attention.open_attention(
            session,
            subject_id=invoice.id,
            kind=WRITE_BACK,
            title=f"Invoice {invoice.number} is issued, but could not be noted on its deal",
            reason=outcome.reason,
            code=outcome.code,
        )


def _stop(session: Session, invoice: Invoice, reason: str, code: str) -> None:
    attention.open_attention(
        session,
        subject_id=invoice.id,
        kind=ISSUE,
        title=_stuck_title(content_of(session, invoice), invoice.number),
        reason=reason,
        code=code,
    )
    posting.refresh(session, invoice.id)


def _stuck_title(content: InvoiceContent, number: str | None) -> str:
    named = f"Invoice {number}" if number else "An approved invoice"
    return f"{named} to {content.bill_to.name} over {content.total} is not issued"


def _show(session: Session, invoice_id: str, outcome: Outcome) -> None:
    """Say on the card while the outcome of an effect is unknown, and stop saying so when it is known."""
    invoice = locked(session, invoice_id)
    if outcome.state == "unknown" and invoice.state == InvoiceState.ISSUING:
        move(session, invoice, InvoiceState.NOT_CONFIRMED)
    elif outcome.state == "done" and invoice.state == InvoiceState.NOT_CONFIRMED:
        move(session, invoice, InvoiceState.ISSUING)
    else:
        return
    audit.append(
        session,
        action="effect.unknown" if outcome.state == "unknown" else "effect.confirmed",
        object_type="invoice",
        object_id=invoice.id,
        actor=audit.SYSTEM("invoicing"),
        at=runtime().clock.now(),
        after={"state": invoice.state},
        reason=outcome.reason,
    )
    posting.refresh(session, invoice.id)


def _noted(session: Session, invoice_id: str, outcome: Outcome) -> None:
    if outcome.state != "done":
        return
    audit.append(
        session,
        action="deal.invoice_noted",
        object_type="invoice",
        object_id=invoice_id,
        actor=audit.SYSTEM("contracts"),
        at=runtime().clock.now(),
        after={"crm": outcome.far_id},
    )
    attention.settle_attention(session, subject_id=invoice_id, kind=WRITE_BACK, by="noted")
