"""Accounts, dimensions, periods and their relationships, as values; and what a check of one line answers.

`flows.dimensions.load.load_dimensions` makes a configuration that has been checked against itself; `reading` makes one
from plain values without that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from flows.dimensions.near import NearMisses

ACCOUNT = "account"  # what the errors call the account of a line
POSTING_DATE = "posting_date"
DIMENSIONS = "dimensions"  # the line's dimensions as a whole
CUSTOMER = "customer"  # not a dimension of ours unless configured: a relationship may start from it
SUBSIDIARY = "subsidiary"


class PeriodStatus(StrEnum):
    """Whether one may still book in a period; `ar_locked` is closed for invoices and receipts only."""

    OPEN = "open"
    CLOSED = "closed"
    AR_LOCKED = "ar_locked"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the chart. `requires` are the dimensions that a line on it must have."""

    code: str
    name: str | None = None
    requires: tuple[str, ...] = ()
    active: bool = True
    header: bool = False  # a heading that sums others; nothing is booked on it
    currency: str | None = None  # the only one that may be booked on it
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """One value of a dimension. The dates are inclusive and compared with the posting date."""

    code: str
    name: str | None = None
    active: bool = True
    replaced_by: str | None = None  # what to use instead of an inactive value
    parent_only: bool = False  # groups others; nothing is booked on it
    valid_from: date | None = None
    valid_to: date | None = None
    subsidiaries: tuple[str, ...] = ()  # empty: every subsidiary

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the posting date lies between the two dates, both included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Dimension:
    """One dimension: its values by code, and which value a customer usually has."""

    code: str
    name: str | None = None
    values: Mapping[str, DimensionValue] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)  # customer -> value

    @cached_property
    def near(self) -> NearMisses:
        """The active values, to be found by what was nearly written; the case of letters does not matter."""
        return NearMisses((value.code for value in self.values.values() if value.active), ignore_case=True)


@dataclass(frozen=True, slots=True)
class Relationship:
    """What one dimension says about another: `allowed` maps a value of `source` to values of `target`.

    `autofill` sets an absent target when exactly one value is allowed. `restrict` refuses a target outside the allowed
    ones; a source value that is not in the map allows everything.
    """

    source: str  # a dimension, or account, customer, subsidiary
    target: str
    allowed: Mapping[str, tuple[str, ...]]
    autofill: bool = False
    restrict: bool = False


@dataclass(frozen=True, slots=True)
class Subsidiary:
    """A company of the group that issues invoices: those to `customers`, by the name on the invoice."""

    code: str
    name: str | None = None
    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountingPeriod:
    """One period of the books, both days included; of one subsidiary, or of all that have none of their own then."""

    start: date
    end: date
    status: PeriodStatus
    name: str | None = None
    subsidiary: str | None = None

    def holds(self, day: date) -> bool:
        """Tell whether the day lies in this period."""
        return self.start <= day <= self.end


@dataclass(frozen=True)
class DimensionConfig:
    """Everything a line is checked against. `version` names the text that it was read from."""

    accounts: Mapping[str, Account]
    dimensions: Mapping[str, Dimension]
    periods: tuple[AccountingPeriod, ...]
    relationships: tuple[Relationship, ...] = ()
    max_dimensions: int | None = None
    required_always: tuple[str, ...] = ()
    subsidiary: str | None = None  # the one that issues an invoice whose customer belongs to no other
    subsidiaries: Mapping[str, Subsidiary] = field(default_factory=dict)
    version: str = ""

    def issuer(self, customer: str | None) -> str | None:
        """Return the subsidiary that issues the invoices to a customer; None where there is none."""
        return self._issuers.get(customer or "", self.subsidiary)

    @cached_property
    def _issuers(self) -> dict[str, str]:
        return {customer: each.code for each in self.subsidiaries.values() for customer in each.customers}

    @cached_property
    def near_accounts(self) -> NearMisses:
        """The active accounts, to be found by what was nearly written."""
        return NearMisses((account.code for account in self.accounts.values() if account.active), ignore_case=False)


@dataclass(frozen=True, slots=True)
class LineCoding:
    """How one line is to be booked."""

    account: str | None
    dimensions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CodingError:
    """One thing that keeps a line from being booked. `field` is account, posting_date, dimensions or a dimension.

    `suggestion` is a value for the field with which the field has no error left; None where no single one exists.
    """

    code: str
    field: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Coding:
    """The answer to a check: every error, sorted by field, then code, and what was filled in by relationships."""

    errors: tuple[CodingError, ...]
    autofilled: Mapping[str, str]

    @property
    def valid(self) -> bool:
        """Whether the line can be booked."""
        return not self.errors
