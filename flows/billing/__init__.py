"""Contracts as they are kept and billed: their versions, the schedule of their invoices, and the daily billing run.

`take` keeps what a deal has become and drafts what is due of it; `hold` and `withdraw` stop it. The workflow
`billing_run` drafts every entry that has come due, each once, however often and however late it runs. `confirmed`
tells crediting what changes of a contract put right.
"""

from flows.billing.drafting import Confirmed, confirmed
from flows.billing.giving_back import report_unapplied_of
from flows.billing.milestones import report_event
from flows.billing.preview import PreviewRow, preview
from flows.billing.reissuing import reissue
from flows.billing.rules import CannotBill, Contracted, Said
from flows.billing.service import hold, lines_billed_otherwise, take, withdraw

__all__ = [
    "CannotBill",
    "Confirmed",
    "Contracted",
    "PreviewRow",
    "Said",
    "confirmed",
    "hold",
    "lines_billed_otherwise",
    "preview",
    "reissue",
    "report_event",
    "report_unapplied_of",
    "take",
    "withdraw",
]
