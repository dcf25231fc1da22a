"""The effects of issuing at the processor and the CRM: what each is, how it is looked for, and how it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows.effects import Effect, Outcome
from flows.errors import FarSideError, OutcomeUnknown, Rejected, TryAgain
from flows.invoicing.drafting import content_of
from flows.invoicing.states import InvoiceState
from flows.ports import Crm, InvoiceOutcome, Processor, ProcessorInvoice
from flows.runtime import runtime
from flows.schedule import ways_to_pay
from flows.values.clock import business_date
from flows.values.invoice import InvoiceContent
from flows.values.money import Money
from storage.tables import Approval, Correction, DealRow, EffectRow, Invoice

CUSTOMER: Final = "processor.customer"
DRAFT: Final = "processor.draft"
LINES: Final = "processor.lines"
FINALIZE: Final = "processor.finalize"
SEND: Final = "processor.send"
DISCARD: Final = "processor.discard"


def system() -> str:
    """Return the processor's name as people know it."""
    return _processor().name


def effect(session: Session, invoice: Invoice, version: int, kind: str) -> Effect:
    """Return one effect of issuing, with everything it needs read from the rows."""
    content = content_of(session, invoice)
    key = _key(invoice, version, kind)
    find, do = _MAKERS[kind](_Issuing(session, invoice, content, key, version))
    return Effect(key=key, kind=kind, subject_id=invoice.id, system=system(), find=find, do=do)


def done_id(session: Session, invoice: Invoice, version: int, kind: str) -> str:
    """Return what an effect that is done gave us (an id or a link), or "" when it was never done."""
    row = session.get(EffectRow, _key(invoice, version, kind))
    return (row.far_id or "") if row and row.state == "done" else ""


def line_key(invoice: Invoice, seq: int) -> str:
    """Return the key under which a line of the issued invoice was added at the processor."""
    return f"{_key(invoice, invoice.version, LINES)}:line:{seq}"


def compare(processor_invoice: str, approved: Money) -> Outcome:
    """Hold the total of the processor's draft against the approved total; a difference stops the flow."""
    try:
        billed = _processor().read(processor_invoice).total
    except (TryAgain, OutcomeUnknown) as error:
        return Outcome("waiting", reason=error.reason, code=error.code)
    except FarSideError as error:
        return Outcome("failed", reason=error.reason, code=error.code)
    if billed == approved:
        return Outcome("done")
    reason = f"its draft comes to {billed}, but {approved} was approved. Nothing was sent to the customer"
    return Outcome("failed", reason=reason, code="invoice.total_differs")


def approved_hash(session: Session, invoice: Invoice) -> str | None:
    """Return the content hash that was approved for the invoice's present version, or None."""
    return session.execute(
        select(col(Approval.content_hash)).where(
            col(Approval.invoice_id) == invoice.id,
            col(Approval.invoice_version) == invoice.version,
            col(Approval.correction_id).is_(None),
            col(Approval.state) == "approved",
        )
    ).scalar_one_or_none()


def write_back_effect(session: Session, invoice: Invoice) -> Effect:
    """Return the effect that notes the invoice on its deal; repeating it is harmless, so it is never looked for."""
    key = f"{invoice.id}:v{invoice.version}:crm.note"
    return note_on_deal(session, invoice, key=key, kind="crm.note", subject_id=invoice.id)


def note_on_deal(session: Session, invoice: Invoice, *, key: str, kind: str, subject_id: str) -> Effect:
    """Return an effect that writes on the deal how the invoice stands now, with what was credited of it.

    It writes the whole outcome, so the last one to be written is true in whatever order they come, and it is never
    looked for. A voided invoice whose successor is out is not written over that.
    """
    deal, outcome = session.get_one(DealRow, invoice.deal_id), _outcome_of(session, invoice)

    def note(_attempt: int) -> str:
        crm = _crm()
        if outcome is not None:
            crm.write_back(deal.external_id, outcome)
        return crm.name

    return Effect(key=key, kind=kind, subject_id=subject_id, system=_crm().name, find=lambda: None, do=note)


def _outcome_of(session: Session, invoice: Invoice) -> InvoiceOutcome | None:
    status = _status(session, invoice)
    if not status:
        return None
    return InvoiceOutcome(
        number=str(invoice.number),
        status=status,
        total=Money.of_minor(invoice.total_minor, invoice.currency),
        issued_on=business_date(invoice.issued_at or runtime().clock.now(), runtime().policy.billing.zone),
    )


def _status(session: Session, invoice: Invoice) -> str:
    """Return the status in at most 80 characters; empty when another invoice has taken this one's place."""
    if invoice.state == InvoiceState.VOID:
        instead = select(col(Invoice.id)).where(col(Invoice.reissue_of) == invoice.id, col(Invoice.number).is_not(None))
        return "" if session.execute(instead.limit(1)).first() else "Void"
    memos = select(Correction).where(
        col(Correction.invoice_id) == invoice.id, col(Correction.kind) == "credit", col(Correction.state) == "done"
    )
    found = list(session.execute(memos.order_by(col(Correction.done_at), col(Correction.id))).scalars())
    if not found:
        return "Issued"
    left = Money.of_minor(invoice.total_minor - sum(memo.total_minor for memo in found), invoice.currency)
    return f"Part credited ({found[-1].number}), {left} remains" if left else f"Credited ({found[-1].number})"


@dataclass(frozen=True, slots=True)
class _Issuing:
    """What an effect of issuing may need to know."""

    session: Session
    invoice: Invoice
    content: InvoiceContent
    key: str
    version: int

    def done(self, kind: str) -> str:
        """Return what an earlier effect gave us."""
        return done_id(self.session, self.invoice, self.version, kind)


Pair = tuple[Callable[[], str | None], Callable[[int], str]]


def _customer(issuing: _Issuing) -> Pair:
    bill_to, processor = issuing.content.bill_to, _processor()
    # One customer at the processor for each of ours: the key is the customer's, not the invoice's.
    ours = bill_to.customer_id

    def find() -> str | None:
        return processor.find_customer(ours, bill_to.email)

    def do(attempt: int) -> str:
        return find() or processor.create_customer(bill_to, key=ours, attempt=attempt)

    return find, do


def _draft(issuing: _Issuing) -> Pair:
    customer, processor, content, key = issuing.done(CUSTOMER), _processor(), issuing.content, issuing.key
    order = [f"PO {content.po_number}"] if content.po_number else []
    memo = "\n".join([*order, *ways_to_pay(content.terms, content.invoice_date, content.total)])

    def find() -> str | None:
        found = processor.find_invoice(customer, key)
        return found.id if found else None

    def do(attempt: int) -> str:
        return processor.create_invoice(content, customer=customer, memo=memo, key=key, attempt=attempt).id

    return find, do


def _lines(issuing: _Issuing) -> Pair:
    far_id, customer, processor = issuing.done(DRAFT), issuing.done(CUSTOMER), _processor()

    def do(attempt: int) -> str:  # finds each line by its own key before it adds it
        return processor.put_lines(far_id, issuing.content, customer=customer, key=issuing.key, attempt=attempt).id

    return lambda: None, do


def _finalize(issuing: _Issuing) -> Pair:
    far_id, processor, content = issuing.done(DRAFT), _processor(), issuing.content
    number = str(issuing.invoice.number)

    def find() -> str | None:
        found = processor.read(far_id)
        return _checked(found, content).id if found.status != "draft" else None

    def do(attempt: int) -> str:
        return _checked(processor.finalize(far_id, number=number, key=issuing.key, attempt=attempt), content).id

    return find, do


def _send(issuing: _Issuing) -> Pair:
    far_id, processor = issuing.done(DRAFT), _processor()

    def find() -> str | None:
        found = processor.read(far_id)
        return (found.pay_url or "") if found.sent else None

    def do(attempt: int) -> str:
        return processor.send(far_id, key=issuing.key, attempt=attempt).pay_url or ""

    return find, do


def _discard(issuing: _Issuing) -> Pair:
    far_id, processor = issuing.done(DRAFT), _processor()

    def do(_attempt: int) -> str:
        processor.discard(far_id, key=issuing.key)
        return far_id

    return lambda: None, do


def _checked(found: ProcessorInvoice, content: InvoiceContent) -> ProcessorInvoice:
    """Refuse to go on with a finalized invoice whose total is not the approved one."""
    if found.total != content.total:
        reason = f"it finalized {found.total}, but {content.total} was approved. It has not been sent"
        raise Rejected(system(), reason, code="invoice.total_differs")
    return found


_MAKERS: Final[dict[str, Callable[[_Issuing], Pair]]] = {
    CUSTOMER: _customer,
    DRAFT: _draft,
    LINES: _lines,
    FINALIZE: _finalize,
    SEND: _send,
    DISCARD: _discard,
}


def _key(invoice: Invoice, version: int, kind: str) -> str:
    return f"{invoice.id}:v{version}:{kind}"


def _processor() -> Processor:
    processor = runtime().processor
    assert processor is not None, "issuing at the processor without one"
    return processor


def _crm() -> Crm:
    crm = runtime().crm
    assert crm is not None, "writing back without a CRM"
    return crm
