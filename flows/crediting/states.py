"""The states of a correction and which may follow which."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col

from flows.errors import DunwellError, StaleWrite
from flows.runtime import runtime
from storage.tables import Correction

CREDIT: Final = "credit"
VOID: Final = "void"


class CorrectionState(StrEnum):
    """Where a correction is, in the words of the cards."""

    AWAITING_APPROVAL = "awaiting approval"
    CHANGES_REQUESTED = "changes requested"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # by whoever asked for it, before it was decided
    ISSUING = "issuing"
    NOT_CONFIRMED = "sent, not confirmed"
    TURNED_DOWN = "turned down"  # approved, but it could no longer be done
    DONE = "done"


_S = CorrectionState
FOLLOWS: Final[dict[CorrectionState, frozenset[CorrectionState]]] = {
    _S.AWAITING_APPROVAL: frozenset({_S.ISSUING, _S.REJECTED, _S.CHANGES_REQUESTED, _S.WITHDRAWN}),
    _S.ISSUING: frozenset({_S.DONE, _S.NOT_CONFIRMED, _S.TURNED_DOWN}),
    _S.NOT_CONFIRMED: frozenset({_S.ISSUING, _S.DONE}),
    _S.CHANGES_REQUESTED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.TURNED_DOWN: frozenset(),
    _S.DONE: frozenset(),
}
COUNTS: Final = (_S.AWAITING_APPROVAL, _S.ISSUING, _S.NOT_CONFIRMED, _S.DONE)  # what is asked for is not given twice
STANDS: Final = (_S.ISSUING, _S.NOT_CONFIRMED, _S.DONE)


class WrongCorrectionTransition(DunwellError):
    """A state that may not follow the present one: a defect, or a race that a compare-and-set has caught."""

    code = "credit.wrong_transition"

    def __init__(self, correction: str, before: CorrectionState, after: CorrectionState) -> None:
        self.before, self.after = before, after
        super().__init__(f"The correction {correction} is {before}; it cannot become {after}.")


def move(session: Session, correction: Correction, to: CorrectionState) -> None:
    """Change the state by compare-and-set on (id, row version), together with the row's other changes.

    Raises WrongCorrectionTransition, and StaleWrite when somebody else changed the row since it was read.
    """
    before = CorrectionState(correction.state)
    if to not in FOLLOWS[before]:
        raise WrongCorrectionTransition(correction.number or correction.id, before, to)
    session.flush()
    changed = session.execute(
        update(Correction)
        .where(col(Correction.id) == correction.id, col(Correction.row_version) == correction.row_version)
        .values(state=to.value, row_version=correction.row_version + 1, updated_at=runtime().clock.now())
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleWrite("correction", correction.id)
    session.refresh(correction)
