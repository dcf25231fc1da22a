"""The outside systems as the flows see them. Vendor names and JSON stop at the adapters in `connectors/`.

Every call that changes something takes a key of ours, and has a `find` beside it: a call whose outcome is unknown is
looked up by that key before it is made again. Calls raise `Rejected` (no, and no again), `TryAgain` (certainly not
done) or `OutcomeUnknown` (may have been done), all from flows.errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from flows.values.card import Card, View
from flows.values.deal import Deal
from flows.values.invoice import BillTo, InvoiceContent
from flows.values.money import Money


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a Slack workspace, as far as we need to know."""

    user_id: str
    name: str
    email: str | None
    team_id: str
    is_guest: bool
    is_outsider: bool  # belongs to another workspace, seen through a shared channel
    is_deactivated: bool


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel as the bot sees it."""

    channel_id: str
    name: str
    is_member: bool
    is_archived: bool


class SlackWorkspace(Protocol):
    """One workspace. The keys of messages travel in their metadata, so that they can be found again."""

    def post(self, channel: str, card: Card, *, key: str, thread_ts: str | None = None) -> str:
        """Post a message and return its ts."""
        ...

    def find_post(self, channel: str, *, key: str, since: datetime, thread_ts: str | None = None) -> str | None:
        """Return the ts of our message with that key posted since then, or None when there is none."""
        ...

    def update(self, channel: str, ts: str, card: Card, *, key: str) -> None:
        """Replace a message's text and blocks; safe to repeat. `key` stays in its metadata."""
        ...

    def post_ephemeral(self, channel: str, user_id: str, card: Card, *, thread_ts: str | None = None) -> None:
        """Show a message to one person only; it cannot be found again, so it may be seen twice after a crash."""
        ...

    def upload(self, channel: str, *, thread_ts: str, filename: str, title: str, content: bytes) -> str:
        """Share a file in a thread and return its id."""
        ...

    def find_upload(self, channel: str, *, thread_ts: str, filename: str) -> str | None:
        """Return the id of the file of that name which we shared in the thread, or None."""
        ...

    def open_dm(self, user_id: str) -> str:
        """Return the channel id of the direct messages with a person."""
        ...

    def publish_home(self, user_id: str, view: View) -> None:
        """Replace a person's App Home; safe to repeat."""
        ...

    def update_view(self, view_id: str, view: View) -> None:
        """Fill an open modal. Raises Rejected when it has been closed meanwhile."""
        ...

    def group_members(self, group: str, *, lately: bool = False) -> frozenset[str]:
        """Return the user ids in a user group, given its id or handle: now, or `lately`, at most a minute ago.

        Whoever decides by it asks for now. Raises Rejected when it cannot be read.
        """
        ...

    def person(self, user_id: str) -> Person:
        """Return who that is. Raises Rejected for an unknown id."""
        ...

    def person_by_email(self, email: str) -> Person | None:
        """Return the member with that e-mail address, or None."""
        ...

    def permalink(self, channel: str, ts: str) -> str:
        """Return the link to a message."""
        ...

    def channel(self, name_or_id: str) -> ChannelState | None:
        """Return the channel with that id or name (with or without #), or None when the bot cannot see one."""
        ...

    def granted_scopes(self) -> frozenset[str]:
        """Return the scopes of the token in use."""
        ...


@dataclass(frozen=True, slots=True)
class ChangedDeal:
    """A deal that is closed-won and has changed, as a poll lists it."""

    external_id: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceOutcome:
    """What is written back to the CRM."""

    number: str
    status: str
    total: Money
    issued_on: date


class Crm(Protocol):
    """The system that deals come from. What is read here decides; a notification only says where to look."""

    name: str

    def read_deal(self, external_id: str) -> Deal:
        """Return the deal as it stands now. Raises NotFound when there is none."""
        ...

    def read_deals(self, external_ids: Sequence[str]) -> Mapping[str, Deal]:
        """Return those deals, as they stand now, that there are, with few questions for many."""
        ...

    def won_since(self, since: datetime) -> Sequence[ChangedDeal]:
        """Return the closed-won deals changed at or after that instant, oldest change first."""
        ...

    def not_won_since(self, since: datetime) -> Sequence[ChangedDeal]:
        """Return the deals changed at or after that instant that are not closed-won, whether they ever were or not."""
        ...

    def write_back(self, external_id: str, outcome: InvoiceOutcome) -> None:
        """Record the invoice on the deal; safe to repeat."""
        ...

    def check(self) -> str:
        """Return one sentence about the connection for `dunwell doctor`. Raises FarSideError when it does not work."""
        ...


@dataclass(frozen=True, slots=True)
class ProcessorInvoice:
    """An invoice at the payment processor. `status` is draft, open, paid, void or uncollectible.

    `remaining` is what is still to be paid of it, after payments and credit notes.
    """

    id: str
    status: str
    total: Money
    remaining: Money
    number: str | None
    pay_url: str | None
    sent: bool


@dataclass(frozen=True, slots=True)
class ProcessorCredit:
    """A credit note at the payment processor; `number` is its own there."""

    id: str
    total: Money
    number: str | None


class Processor(Protocol):
    """The payment processor. `key` is the effect's key; it is kept in the object's metadata as `dunwell_key`.

    `attempt` grows when an earlier try is known not to have happened although the processor keeps answering its stored
    error: it makes a fresh idempotency key for the same effect.
    """

    name: str

    def find_customer(self, key: str, email: str) -> str | None:
        """Return the id of the customer made under that key, or None."""
        ...

    def create_customer(self, bill_to: BillTo, *, key: str, attempt: int) -> str:
        """Create the customer and return its id."""
        ...

    def find_invoice(self, customer: str, key: str) -> ProcessorInvoice | None:
        """Return the invoice made under that key for that customer, or None."""
        ...

    def create_invoice(
        self, content: InvoiceContent, *, customer: str, memo: str, key: str, attempt: int
    ) -> ProcessorInvoice:
        """Create an empty draft invoice with terms, memo and metadata."""
        ...

    def put_lines(
        self, invoice: str, content: InvoiceContent, *, customer: str, key: str, attempt: int
    ) -> ProcessorInvoice:
        """Add the lines that are not on the draft yet (each found by its own key) and return the draft."""
        ...

    def finalize(self, invoice: str, *, number: str, key: str, attempt: int) -> ProcessorInvoice:
        """Give it our number and finalize it; one that is finalized already is returned as it is."""
        ...

    def send(self, invoice: str, *, key: str, attempt: int) -> ProcessorInvoice:
        """Send it to the customer; one that was sent already is returned as it is."""
        ...

    def discard(self, invoice: str, *, key: str) -> None:
        """Delete a draft, or void a finalized invoice; safe to repeat."""
        ...

    def find_credit(self, invoice: str, key: str) -> ProcessorCredit | None:
        """Return the credit note made under that key for that invoice, or None."""
        ...

    def credit(
        self, invoice: str, amounts: Mapping[str, Money], *, memo: str, key: str, attempt: int
    ) -> ProcessorCredit:
        """Issue a credit note over `amounts`, by the key under which each line was added; no money is moved by it.

        What was paid already is marked as settled outside the processor.
        """
        ...

    def read(self, invoice: str) -> ProcessorInvoice:
        """Return the invoice as it stands now."""
        ...

    def check(self) -> str:
        """Return one sentence about the connection for `dunwell doctor`. Raises FarSideError when it does not work."""
        ...
