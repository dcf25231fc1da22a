"""Corrections of invoices that are out: credit memos, and voiding an invoice that is then issued anew.

`approved` and `sent_back` tell a correction what was decided about it; `credited_lines` tells billing what was given
back of the lines of a contract, so that it is neither billed again nor given back twice.
"""

from flows.crediting.facts import credited_lines
from flows.crediting.service import CORRECTION_CARD, approved, queue_again, sent_back

__all__ = ["CORRECTION_CARD", "approved", "credited_lines", "queue_again", "sent_back"]
