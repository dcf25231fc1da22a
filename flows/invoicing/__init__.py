"""From a complete deal to an issued invoice."""

from flows.invoicing.asking import queue_asking
from flows.invoicing.drafting import draft_or_revise, hold, withdraw
from flows.invoicing.outcome import approved, partly_approved, queue_issue, queue_write_back, sent_back
from flows.invoicing.recoding import recode

__all__ = [
    "approved",
    "draft_or_revise",
    "hold",
    "partly_approved",
    "queue_asking",
    "queue_issue",
    "queue_write_back",
    "recode",
    "sent_back",
    "withdraw",
]
