"""Why an invoice is not credited or voided. Each message is for the person who asked: the rule, then the way on.

Refused
├── NotYours           only whoever asked for a correction takes it back
├── NotWaiting         it was decided already
├── NotOut             only an invoice that is out can be corrected
├── ComesToNothing     an invoice over nothing: there is nothing to give back, and a processor holds it as paid
├── NothingLeft        all of it was given back, or nothing was asked for
├── TooMuch            more than is left of a line or of the whole
├── BadAmount          not an amount of the line's currency and sign
├── VoidUnderWay       its voiding was asked for
├── WasCredited        a part was given back: it cannot be voided any more
├── WasAmended         a change of the contract gives back of it on another invoice
├── ChargedBeside      a change of the contract charges, on another invoice, what it would bill when issued anew
├── WasPaid            a paid invoice is credited, not voided
├── PeriodClosed       nothing can be posted on its day
├── ChangedMeanwhile   the form showed another amount than is left now
└── NoReason           a correction says why
"""

from __future__ import annotations

from flows.errors import Refused
from flows.values import words
from flows.values.closed_period import ClosedPeriod
from flows.values.money import Money

_NOTHING = "Nothing was changed."


class NotYours(Refused):
    """Somebody else asked for the correction."""

    code = "credit.not_yours"

    def __init__(self) -> None:
        super().__init__(
            f"Only whoever asked for this can withdraw it. {_NOTHING} Those who are asked to approve it can reject it."
        )


class NotWaiting(Refused):
    """The correction was decided, or taken back, already."""

    code = "credit.not_waiting"

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"This is {state} already, so it cannot be withdrawn. {_NOTHING}")


class NotOut(Refused):
    """The invoice has not gone out, or stands no more."""

    code = "credit.not_out"

    def __init__(self, number: str, state: str, act: str) -> None:
        self.number, self.state = number, state
        super().__init__(f"{number} is {state}; only an invoice that is issued can be {act}. {_NOTHING}")


class ComesToNothing(Refused):
    """An invoice over nothing, such as one from which a change of the contract took what was owed."""

    code = "credit.comes_to_nothing"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            f"{number} comes to nothing, so there is nothing to credit, and payment processors hold it as paid, so it "
            f"cannot be voided. {_NOTHING} Correct the deal: what that changes is billed, or given back, next."
        )


class NothingLeft(Refused):
    """There is nothing to give back."""

    code = "credit.nothing"

    def __init__(self, number: str, left: Money) -> None:
        self.number, self.left = number, left
        what = "Ask for more than nothing" if left else "All of it was credited, or is about to be"
        super().__init__(f"{number}: {left} is left to credit. {what}. {_NOTHING}")


class TooMuch(Refused):
    """More than is left."""

    code = "credit.too_much"

    def __init__(self, what: str, *, wanted: Money, left: Money) -> None:
        self.wanted, self.left = wanted, left
        super().__init__(f"Of {what}, {left} is left to credit, and {wanted} was asked for. {_NOTHING}")


class BadAmount(Refused):
    """What was typed cannot be given back."""

    code = "credit.bad_amount"


class VoidUnderWay(Refused):
    """The invoice is about to be voided, or is."""

    code = "credit.void_under_way"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"{number} is asked to be voided already; decide on that first. {_NOTHING}")


class WasCredited(Refused):
    """A credit memo stands, or is asked for."""

    code = "void.was_credited"

    def __init__(self, number: str, credited: Money) -> None:
        self.number, self.credited = number, credited
        super().__init__(
            f"Of {number}, {credited} was credited or is asked to be, so it cannot be voided. "
            f"Credit what is left instead. {_NOTHING}"
        )


class WasAmended(Refused):
    """A change of the contract was confirmed that puts right what the invoice billed."""

    code = "void.was_amended"

    def __init__(self, number: str, amended: Money) -> None:
        self.number, self.amended = number, amended
        super().__init__(
            f"A change of the contract gives back {amended} of {number} on another invoice, so it cannot be voided. "
            f"Credit what is left instead. {_NOTHING}"
        )


class ChargedBeside(Refused):
    """A change of the contract was confirmed that charges for the same on another invoice."""

    code = "void.charged_beside"

    def __init__(self, number: str, charged: Money) -> None:
        self.number, self.charged = number, charged
        super().__init__(
            f"A change of the contract charges {charged} on another invoice for what {number} would bill when it is "
            f"issued anew, so it cannot be voided: that would be billed twice. Credit what is left instead. {_NOTHING}"
        )


class WasPaid(Refused):
    """Money came in for it."""

    code = "void.was_paid"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"{number} was paid, so it cannot be voided. Credit it instead. {_NOTHING}")


class PeriodClosed(Refused):
    """Nothing that concerns receivables can be booked on the day; `closed` has the open dates ahead."""

    code = "credit.period_closed"

    def __init__(self, closed: ClosedPeriod) -> None:
        self.closed = closed
        super().__init__(f"{self.why}. {_NOTHING} {self._instead()}")

    @property
    def why(self) -> str:
        """Why, as a sentence without its full stop: "The period Nov 2026 is closed"."""
        return f"{self.closed.why[:1].upper()}{self.closed.why[1:]}"

    def _instead(self) -> str:
        if not self.closed.open_dates:
            return "No open period follows; whoever keeps the books opens one."
        return f"Ask once more, and post it on {words.day(self.closed.open_dates[0])} instead."


class ChangedMeanwhile(Refused):
    """The form was opened before another correction."""

    code = "credit.changed_meanwhile"

    def __init__(self, number: str, left: Money) -> None:
        self.number, self.left = number, left
        super().__init__(f"{number} was corrected meanwhile: {left} is left now. {_NOTHING} Ask once more.")


class NoReason(Refused):
    """Whoever corrects an invoice says why."""

    code = "credit.no_reason"

    def __init__(self) -> None:
        super().__init__(f"Choose a reason or write one. {_NOTHING}")
