"""Contracts as they are kept and billed: their versions, the schedule of their invoices, and the daily billing run.

`take` keeps what a deal has become and drafts what is due of it; `hold` and `withdraw` stop it. The workflow
`billing_run` drafts every entry that has come due, each once, however often and however late it runs. `confirmed`
and `charged_beside` tell crediting what changes of a contract put right; `renew` brings the card of one up to date.
"""

from flows.billing.asking import renew
from flows.billing.confirmed import Confirmed, charged_beside, confirmed
from flows.billing.giving_back import report_unapplied_of
from flows.billing.milestones import report_event
from flows.billing.preview import PreviewRow, preview
from flows.billing.reissuing import reissue
from flows.billing.rules import CannotBill, Contracted, Said
from flows.billing.service import has_contract, hold, lines_billed_otherwise, take, withdraw

__all__ = [
    "CannotBill",
    "Confirmed",
    "Contracted",
    "PreviewRow",
    "Said",
    "charged_beside",
    "confirmed",
    "has_contract",
    "hold",
    "lines_billed_otherwise",
    "preview",
    "reissue",
    "renew",
    "report_event",
    "report_unapplied_of",
    "take",
    "withdraw",
]
