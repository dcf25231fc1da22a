"""The effects of a correction at the processor: what each is, how it is looked for, and how it is done."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session

from flows.crediting.service import amounts_of
from flows.crediting.states import CREDIT
from flows.effects import Effect, Outcome
from flows.errors import FarSideError, OutcomeUnknown, Rejected, TryAgain
from flows.invoicing import line_key, note_on_deal
from flows.ports import Processor
from flows.runtime import runtime
from flows.values.money import Money
from storage.tables import Correction, EffectRow, Invoice

CREDIT_NOTE: Final = "processor.credit_note"
VOIDING: Final = "processor.void"
NOTE: Final = "crm.correction_note"
NOT_ALLOWED: Final = "credit.not_allowed_there"
DIFFERS: Final = "invoice.total_differs"
TURNED_DOWN: Final = frozenset({NOT_ALLOWED})


def system() -> str:
    """Return the processor's name as people know it."""
    return _processor().name


def was_paid(invoice: Invoice) -> bool:
    """Tell whether the processor says that the invoice was paid, also in part; False where that cannot be read now."""
    if runtime().processor is None or invoice.processor_id is None:
        return False
    try:
        found = _processor().read(invoice.processor_id)
    except FarSideError:  # it is looked at again before anything is done
        return False
    return found.status == "paid" or (found.status == "open" and found.remaining < found.total)


def look(row: Correction, invoice: Invoice) -> Outcome:
    """Hold a correction against the processor's invoice as it is now: done when it may go on."""
    if invoice.processor_id is None:
        return Outcome("done")
    try:
        found = _processor().read(invoice.processor_id)
    except (TryAgain, OutcomeUnknown) as error:
        return Outcome("waiting", reason=error.reason, code=error.code)
    except FarSideError as error:
        return Outcome("failed", reason=error.reason, code=error.code)
    if row.kind == CREDIT:
        return Outcome("done") if found.status in ("open", "paid", "uncollectible") else _no(invoice, found.status)
    if found.status == "void" or (found.status in ("open", "uncollectible") and found.remaining == found.total):
        return Outcome("done")
    state = "part paid" if found.status == "open" else found.status
    return _no(invoice, state, "Credit it instead." if state in ("paid", "part paid") else "")


def effect(session: Session, row: Correction) -> Effect:
    """Return the credit note, or the voiding, with everything it needs read from the rows."""
    invoice = session.get_one(Invoice, row.invoice_id)
    processor, far_id = _processor(), invoice.processor_id
    key = _key(row)
    if far_id is None:  # it was issued before there was a processor: there is nothing to correct there
        return Effect(key, _kind(row), row.id, processor.name, find=lambda: "", do=lambda _attempt: "")
    if row.kind != CREDIT:

        def void(_attempt: int) -> str:
            processor.discard(far_id, key=key)
            return far_id

        def voided() -> str | None:
            return far_id if processor.read(far_id).status == "void" else None

        return Effect(key, VOIDING, row.id, processor.name, find=voided, do=void)
    amounts = {line_key(invoice, seq): money for seq, money in amounts_of(session, row).items()}
    whole, memo = Money.of_minor(row.total_minor, row.currency), f"Credit memo {row.number}: {row.reason}"

    def find() -> str | None:
        found = processor.find_credit(far_id, key)
        return found.id if found else None

    def do(attempt: int) -> str:
        made = processor.credit(far_id, amounts, memo=memo, key=key, attempt=attempt)
        if made.total != whole:
            raise Rejected(processor.name, f"it credited {made.total}, but {whole} was approved", code=DIFFERS)
        return made.id

    return Effect(key, CREDIT_NOTE, row.id, processor.name, find=find, do=do)


def note_effect(session: Session, row: Correction) -> Effect:
    """Return the effect that writes on the deal how the invoice stands once it is corrected."""
    invoice = session.get_one(Invoice, row.invoice_id)
    return note_on_deal(session, invoice, key=f"{row.id}:{NOTE}", kind=NOTE, subject_id=row.id)


def was_begun(session: Session, row: Correction) -> bool:
    """Tell whether it was tried already."""
    return session.get(EffectRow, _key(row)) is not None


def done_id(session: Session, row: Correction) -> str:
    """Return what the effect gave us, or "" when it was never done."""
    found = session.get(EffectRow, _key(row))
    return (found.far_id or "") if found and found.state == "done" else ""


def _no(invoice: Invoice, state: str, instead: str = "") -> Outcome:
    reason = f"its invoice {invoice.number} is {state} there. Nothing was changed. {instead}".strip()
    return Outcome("failed", reason=reason, code=NOT_ALLOWED)


def _kind(row: Correction) -> str:
    return CREDIT_NOTE if row.kind == CREDIT else VOIDING


def _key(row: Correction) -> str:
    return f"{row.id}:{_kind(row)}"


def _processor() -> Processor:
    processor = runtime().processor
    assert processor is not None, "correcting at the processor without one"
    return processor
