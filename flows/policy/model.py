"""The policy as values. `flows.policy.load.load_policy` is the only maker outside tests, and has checked everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flows.values.money import Money

ANY_CURRENCY = "*"


@dataclass(frozen=True, slots=True)
class Company:
    """Who bills: what stands on the invoice. `address` and `bank_details` may have several lines."""

    name: str
    address: str
    email: str
    tax_id: str | None
    bank_details: str
    invoice_prefix: str  # "INV-"; the number follows
    credit_memo_prefix: str = "CM-"  # another one than the invoices': each prefix is a series of its own


@dataclass(frozen=True, slots=True)
class BillingPolicy:
    """How a deal becomes an invoice. `zone` is the IANA time zone of the business date.

    A product code without an account of its own is booked on `default_revenue_account`.
    """

    zone: str
    default_terms: str | None  # "Net 30"; None means that a deal without terms is incomplete
    far_past_days: int  # a deal that closed longer ago than this is asked about
    revenue_accounts: Mapping[str, str]
    default_revenue_account: str
    receivable_account: str
    dimensions: Mapping[str, Mapping[str, str]]  # product code -> dimension -> value


@dataclass(frozen=True, slots=True)
class SlackPolicy:
    """Where the bot speaks: channel names with # or channel ids."""

    approvals_channel: str
    operators_channel: str


@dataclass(frozen=True, slots=True)
class StepRule:
    """One step: `needed` different people of `approvers` and the user group together.

    `approvers` are Slack user ids or e-mail addresses; `group` is a user group's id or its handle without the @.
    """

    approvers: tuple[str, ...]
    group: str | None
    needed: int


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Who approves invoices of `currency` ("*": any) whose total is over `above` and not over `up_to`.

    `above` is exclusive and `up_to` inclusive, so that "up to 10,000" and "above 10,000" neither overlap nor leave a
    gap; None leaves that side open. `channel` overrides the approvals channel.
    """

    name: str
    currency: str
    above: Decimal | None
    up_to: Decimal | None
    channel: str | None
    steps: tuple[StepRule, ...]

    def fits(self, total: Money) -> bool:
        """Tell whether this rule is for an invoice of that total."""
        return (
            self.currency in (ANY_CURRENCY, total.currency)
            and (self.above is None or total.amount > self.above)
            and (self.up_to is None or total.amount <= self.up_to)
        )


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """The approval matrix. The first of `rules`, in the order of the file, that fits a total is the one that counts.

    Approve asks for confirmation above `confirm_above` of its currency. A currency that is not listed always asks; an
    empty table never does.
    """

    confirm_above: Mapping[str, Money]
    rules: tuple[ApprovalRule, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything in the policy file. `version` is the first 12 characters of the SHA-256 of the file's text."""

    version: str
    company: Company
    billing: BillingPolicy
    slack: SlackPolicy
    approvals: ApprovalPolicy
    salesforce: Mapping[str, str]  # our name of a custom field -> the API name in the CRM
