"""Every error that a person may be told about. Each says what happened and what to do, and has a stable code.

DunwellError
├── UserError                 the person asked for something that cannot be; tell them, change nothing
│   ├── Refused               not allowed: approvals, membership, policy (see flows.approvals)
│   └── BadInput              a sender gave us something malformed (answered 4xx)
├── MoneyError                money that does not add up: a defect or hostile input
│   ├── UnknownCurrency
│   ├── CurrencyMismatch
│   └── NotWholeMinorUnits
├── ConfigurationError        settings or policy are wrong; names the place and the mend
├── NotFound                  no such row for this team
├── StaleWrite                a row changed between reading and writing
└── FarSideError              an outside system did not do what was asked
    ├── Rejected              it answered no, and would again: a person must act
    ├── TryAgain              it was not done (throttled, unavailable); the same call may be made again
    └── OutcomeUnknown        it may have been done: look it up before trying again
"""

from __future__ import annotations

from decimal import Decimal


class DunwellError(Exception):
    """Root of all errors of ours. `code` is stable: the audit trail and docs/errors.md use it."""

    code = "dunwell.error"


class UserError(DunwellError):
    """The person asked for something that cannot be. The message is for them."""

    code = "user.error"


class Refused(UserError):
    """The person may not do this, or not now. The message names the rule and the way on."""

    code = "user.refused"


class BadInput(UserError):
    """A sender gave something malformed. `status` is the HTTP status to answer with."""

    code = "input.bad"

    def __init__(self, message: str, *, code: str | None = None, status: int = 400) -> None:
        self.status = status
        if code:
            self.code = code
        super().__init__(message)


class MoneyError(DunwellError):
    """Money that does not add up."""

    code = "money.error"


class UnknownCurrency(MoneyError):
    """Not an ISO 4217 code of ordinary money."""

    code = "money.unknown_currency"

    def __init__(self, currency: str) -> None:
        self.currency = currency
        super().__init__(f"{currency[:12]!r} is not an ISO 4217 currency; use a code such as USD or EUR.")


class CurrencyMismatch(MoneyError):
    """Two currencies met without a rate."""

    code = "money.currency_mismatch"

    def __init__(self, left: str, right: str) -> None:
        self.left, self.right = left, right
        super().__init__(f"{left} and {right} cannot be added without a rate.")


class NotWholeMinorUnits(MoneyError):
    """An amount finer than the currency's smallest coin."""

    code = "money.not_whole_minor_units"

    def __init__(self, amount: Decimal, currency: str) -> None:
        self.amount, self.currency = amount, currency
        super().__init__(f"{amount} is finer than the smallest unit of {currency}; round it first.")


class ConfigurationError(DunwellError):
    """A setting or the policy file is wrong. The message names the place and the mend."""

    code = "configuration.error"


class NotFound(DunwellError):
    """There is no such row for this team."""

    code = "storage.not_found"

    def __init__(self, kind: str, key: str) -> None:
        self.kind, self.key = kind, key
        super().__init__(f"There is no {kind} {key}.")


class StaleWrite(DunwellError):
    """The row changed between reading and writing; read again and decide again."""

    code = "storage.stale_write"

    def __init__(self, kind: str, key: str) -> None:
        self.kind, self.key = kind, key
        super().__init__(f"{kind} {key} changed meanwhile; read it again.")


class FarSideError(DunwellError):
    """An outside system did not do what was asked. `system` is its name as people know it."""

    code = "far_side.error"

    def __init__(self, system: str, message: str, *, code: str | None = None) -> None:
        self.system, self.reason = system, message
        if code:
            self.code = code
        super().__init__(f"{system}: {message}")


class Rejected(FarSideError):
    """It answered no, and would again: a person must act."""

    code = "far_side.rejected"


class TryAgain(FarSideError):
    """It was certainly not done (throttled, refused at the door). `after` is the wait in seconds that was asked for."""

    code = "far_side.try_again"

    def __init__(self, system: str, message: str, *, after: int | None = None, code: str | None = None) -> None:
        self.after = after
        super().__init__(system, message, code=code)


class OutcomeUnknown(FarSideError):
    """It may have been done: the answer was lost. Look it up by our own key before trying again."""

    code = "far_side.outcome_unknown"
