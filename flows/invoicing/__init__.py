"""From a complete deal to an issued invoice."""

from flows.invoicing.asking import queue_asking
from flows.invoicing.correcting import credited, post_credit, voided
from flows.invoicing.drafting import (
    NewDraft,
    ask_about_issued,
    ask_for_approval,
    content_of,
    differs,
    draft,
    draft_again,
    has_gone_out,
    hold,
    invoices_of_deal,
    withdraw,
    withdraw_draft,
)
from flows.invoicing.issuing import line_key, note_on_deal
from flows.invoicing.ledger import credited_on
from flows.invoicing.outcome import approved, locked, partly_approved, queue_issue, queue_write_back, sent_back
from flows.invoicing.recoding import recode
from flows.invoicing.states import InvoiceState, is_revisable

__all__ = [
    "InvoiceState",
    "NewDraft",
    "approved",
    "ask_about_issued",
    "ask_for_approval",
    "content_of",
    "credited",
    "credited_on",
    "differs",
    "draft",
    "draft_again",
    "has_gone_out",
    "hold",
    "invoices_of_deal",
    "is_revisable",
    "line_key",
    "locked",
    "note_on_deal",
    "partly_approved",
    "post_credit",
    "queue_asking",
    "queue_issue",
    "queue_write_back",
    "recode",
    "sent_back",
    "voided",
    "withdraw",
    "withdraw_draft",
]
