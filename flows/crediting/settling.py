"""Ask for credit memos over what a change of a contract gives back where no invoice is left to take it off."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from flows import attention
from flows.approvals import request_of
from flows.crediting import periods
from flows.crediting.facts import left_by_charge
from flows.crediting.memos import Owed, memos_for
from flows.crediting.service import Wanted, ask
from flows.crediting.states import CREDIT
from flows.invoicing import locked
from flows.rating import taken_back
from flows.values.money import Money
from flows.values.people import KnownPeople
from storage.tables import Correction, Invoice


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of a confirmed change that is on no invoice: path, key, and what it credits (below zero) or charges."""

    path: str
    key: str
    minor: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Who wants it, why, which people the policy names, and what of the click is kept."""

    by: str
    reason: str
    people: KnownPeople
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A credit memo that was asked for: over how much of which invoice; `who` is asked while it waits.

    `stuck` says why nobody can approve it: those who are asked are none but whoever asked for it.
    """

    id: str
    number: str | None
    over: Money
    invoice: str
    who: str = ""
    stuck: str = ""


def asked_for(session: Session, correction_ids: Collection[str]) -> Iterator[AskedFor]:
    """Give how credit memos stand, in the order in which they were asked for."""
    for correction_id in sorted(correction_ids):
        row = session.get_one(Correction, correction_id)
        invoice, request = session.get_one(Invoice, row.invoice_id), request_of(session, row.id)
        over = Money.of_minor(row.total_minor, row.currency)
        who = request.who if request is not None and request.is_waiting else ""
        stuck = attention.reason_of(session, row.id, "approvers") if who else ""
        yield AskedFor(row.id, row.number, over, invoice.number or "an invoice", who, stuck)


def ask_to_settle(
    session: Session, contract_id: str, waiting: Sequence[Waiting], currency: str, asking: Asking
) -> dict[str, dict[str, int]]:
    """Ask for a credit memo on each invoice that billed what is given back; charges that wait are taken off it.

    Return by correction the minor units that it settles, by path. Raises what `ask` raises; the caller takes back what
    was asked before.
    """
    owed = [Owed(one.path, taken_back(one.key), one.minor) for one in waiting]
    found: dict[str, dict[str, int]] = {}
    for memo in memos_for(owed, *left_by_charge(session, contract_id)):
        amounts = {seq: Money.of_minor(minor, currency) for seq, minor in sorted(memo.amounts.items())}
        invoice = locked(session, memo.invoice_id)
        day = periods.next_open(session, invoice)
        wanted = Wanted(CREDIT, asking.reason, asking.by, None, amounts, day, settles=True)
        correction_id = ask(session, invoice, wanted, asking.people, asking.evidence)
        found[correction_id] = dict(memo.settles)
    return found
