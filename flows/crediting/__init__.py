"""Corrections of invoices that are out: credit memos, and voiding an invoice that is then issued anew.

`approved` and `sent_back` tell a correction what was decided about it; `credited_lines` tells billing what was given
back of the lines of a contract, so that it is neither billed again nor given back twice, and `memo_lines` also when it
was asked for. `ask_to_settle` asks for credit memos over what a change gives back and no invoice is left to take;
`counting` tells which of them stand. `under_way` tells what is being done just now, and may yet be turned down.
"""

from flows.crediting.facts import UnderWay, counting, credited_lines, memo_lines, under_way
from flows.crediting.service import CORRECTION_CARD, approved, queue_again, sent_back
from flows.crediting.settling import Asking, Waiting, ask_to_settle

__all__ = [
    "CORRECTION_CARD",
    "Asking",
    "UnderWay",
    "Waiting",
    "approved",
    "ask_to_settle",
    "counting",
    "credited_lines",
    "memo_lines",
    "queue_again",
    "sent_back",
    "under_way",
]
