"""The life of an invoice: which state may follow which. The words are those that people see."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col

from flows.errors import DunwellError, StaleWrite
from flows.runtime import runtime
from storage.tables import Invoice


class InvoiceState(StrEnum):
    """Where an invoice is, in the words of the cards."""

    DRAFT = "draft"
    NEEDS_CODING = "needs coding"
    AWAITING_APPROVAL = "awaiting approval"
    CHANGES_REQUESTED = "changes requested"
    REJECTED = "rejected"
    APPROVED = "approved"
    ISSUING = "issuing"
    NOT_CONFIRMED = "sent, not confirmed"
    ISSUED = "issued"
    PART_PAID = "part paid"
    PAID = "paid"
    DISPUTED = "disputed"
    CREDITED = "credited"
    VOID = "void"


_S = InvoiceState
FOLLOWS: Final[dict[InvoiceState, frozenset[InvoiceState]]] = {
    _S.DRAFT: frozenset({_S.AWAITING_APPROVAL, _S.NEEDS_CODING, _S.VOID}),
    _S.NEEDS_CODING: frozenset({_S.DRAFT, _S.AWAITING_APPROVAL, _S.VOID}),
    _S.AWAITING_APPROVAL: frozenset({_S.APPROVED, _S.REJECTED, _S.CHANGES_REQUESTED, _S.DRAFT, _S.VOID}),
    _S.CHANGES_REQUESTED: frozenset({_S.DRAFT, _S.VOID}),
    _S.REJECTED: frozenset({_S.DRAFT, _S.VOID}),
    _S.APPROVED: frozenset({_S.ISSUING, _S.DRAFT, _S.VOID}),
    _S.ISSUING: frozenset({_S.ISSUED, _S.NOT_CONFIRMED, _S.DRAFT}),  # a draft while it has no number
    _S.NOT_CONFIRMED: frozenset({_S.ISSUING, _S.ISSUED}),
    _S.ISSUED: frozenset({_S.PART_PAID, _S.PAID, _S.DISPUTED, _S.CREDITED, _S.VOID}),
    _S.PART_PAID: frozenset({_S.PAID, _S.DISPUTED, _S.CREDITED}),
    _S.DISPUTED: frozenset({_S.ISSUED, _S.PART_PAID, _S.PAID, _S.CREDITED, _S.VOID}),
    _S.PAID: frozenset({_S.CREDITED}),
    _S.CREDITED: frozenset(),
    _S.VOID: frozenset({_S.DRAFT}),  # only what was never issued: see is_revisable
}

REVISABLE: Final = frozenset(
    {_S.DRAFT, _S.NEEDS_CODING, _S.AWAITING_APPROVAL, _S.CHANGES_REQUESTED, _S.REJECTED, _S.APPROVED}
)  # nothing has left the house yet: a changed deal makes a new version of the draft


def is_revisable(invoice: Invoice) -> bool:
    """Tell whether a changed deal may still change the draft; one that was withdrawn comes back with its deal."""
    return invoice.state in REVISABLE or (invoice.state == InvoiceState.VOID and invoice.number is None)


class WrongTransition(DunwellError):
    """A state that may not follow the present one: a defect, or a race that a compare-and-set has caught."""

    code = "invoice.wrong_transition"

    def __init__(self, number: str, before: InvoiceState, after: InvoiceState) -> None:
        self.before, self.after = before, after
        super().__init__(f"Invoice {number} is {before}; it cannot become {after}.")


def move(session: Session, invoice: Invoice, to: InvoiceState) -> None:
    """Change the state by compare-and-set on (id, row version), together with the row's other changes.

    Raises WrongTransition, and StaleWrite when somebody else changed the row since it was read.
    """
    before = InvoiceState(invoice.state)
    if to not in FOLLOWS[before]:
        raise WrongTransition(invoice.number or invoice.id, before, to)
    session.flush()
    now = runtime().clock.now()
    changed = session.execute(
        update(Invoice)
        .where(col(Invoice.id) == invoice.id, col(Invoice.row_version) == invoice.row_version)
        .values(state=to.value, row_version=invoice.row_version + 1, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleWrite("invoice", invoice.id)
    session.refresh(invoice)
