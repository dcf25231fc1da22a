"""What an approval card is made of. The service fills it from the rows; the cards only put it into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flows.approvals.buttons import ApproveButton
from flows.approvals.why import Why
from flows.values.invoice import InvoiceContent
from flows.values.money import Money

WAITING_STATE: Final = "awaiting approval"


@dataclass(frozen=True, slots=True)
class Voted:
    """One decision, as the card tells it. `verdict` is approve, reject or request_changes."""

    user_id: str
    name: str
    verdict: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request for approval as a card of any kind shows it: who is asked, how far it is, and what was said."""

    approval_id: str
    version: int
    digest: str
    rule: str
    who: str
    created_at: datetime
    is_waiting: bool
    step: int = 1
    steps: int = 1
    needed: int = 1
    ask: tuple[str, ...] = ()
    approvals: tuple[Voted, ...] = ()
    approved_in_step: int = 0


@dataclass(frozen=True, slots=True)
class Credited:
    """A correction of the invoice: a credit memo, or its voiding. `state` is in the words of the cards."""

    is_credit: bool
    total: Money
    state: str
    number: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """One request for approval and the invoice that it is about, as it stands now.

    `who` says in words who decides ("Dana or Lee"); `ask` are the Slack ids of the same people or of their user group,
    so that the first post notifies them (without ids the words stand there). `approvals` are all votes so far.
    """

    approval_id: str
    invoice_id: str
    version: int
    content: InvoiceContent
    state: str  # the invoice's, in the words of UX.md
    rule: str
    who: str
    created_at: datetime
    step: int = 1
    steps: int = 1
    needed: int = 1  # in the step that waits
    ask: tuple[str, ...] = ()
    approvals: tuple[Voted, ...] = ()
    approved_in_step: int = 0
    confirm: bool = False
    account_manager: str | None = None  # Slack id or name
    source_label: str = ""  # "Salesforce 006-0042"
    source_url: str | None = None
    differs: tuple[str, ...] = ()  # from the deal, in words and money
    filled: tuple[str, ...] = ()  # what Dunwell filled in by itself: "terms Net 30 (policy)"
    number: str | None = None
    pdf_url: str | None = None
    pay_url: str | None = None
    attention: str | None = None  # what does not move, in words
    is_newest: bool = True  # the invoice's newest version is shown
    corrections: tuple[Credited, ...] = ()
    credited: Money | None = None  # by credit memos that are issued
    reissue_of: tuple[str, str | None] | None = (
        None  # number of the voided invoice that this one replaces, and its card
    )
    reissued_as: tuple[str, str | None] | None = None  # what replaces this voided one
    why: Mapping[int, Why] = field(default_factory=dict)  # by the line's number; only for the details

    @property
    def waits(self) -> bool:
        """Whether somebody is asked to decide now."""
        return self.state == WAITING_STATE

    @property
    def button(self) -> ApproveButton:
        """What the buttons of this card carry."""
        return ApproveButton(self.approval_id, self.version, self.content.content_hash())

    @property
    def last(self) -> Voted | None:
        """The last decision."""
        return self.approvals[-1] if self.approvals else None
