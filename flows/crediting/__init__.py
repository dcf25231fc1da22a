"""Corrections of invoices that are out: credit memos, and voiding an invoice that is then issued anew.

`approved` and `sent_back` tell a correction what was decided about it; `credited_lines` tells billing what was given
back of the lines of a contract, so that it is neither billed again nor given back twice, and `memo_lines` also when it
was asked for. `ask_to_settle` asks for credit memos over what a change gives back and no invoice is left to take;
`counting` tells which of them stand, and `asked_for` how they do. `under_way` tells what is being done just now, and
may yet be turned down; `why_not_void` why an invoice cannot be voided.
"""

from flows.crediting.facts import UnderWay, counting, credited_lines, memo_lines, under_way
from flows.crediting.service import CORRECTION_CARD, approved, queue_again, sent_back, why_not_void
from flows.crediting.settling import AskedFor, Asking, Waiting, ask_to_settle, asked_for

__all__ = [
    "CORRECTION_CARD",
    "AskedFor",
    "Asking",
    "UnderWay",
    "Waiting",
    "approved",
    "ask_to_settle",
    "asked_for",
    "counting",
    "credited_lines",
    "memo_lines",
    "queue_again",
    "sent_back",
    "under_way",
    "why_not_void",
]
