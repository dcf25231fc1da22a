"""What a changed contract owes its customer and no invoice is left to take off: credit memos are asked for over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from flows import crediting
from flows.approvals import NoRule
from flows.billing.drafting import newest_of, waiting_lines
from flows.billing.rules import Contracted
from flows.billing.run import report_unapplied, unapplied
from flows.billing.service import contract_of, keep_version
from flows.errors import Refused
from flows.values.money import Money, format_money
from flows.values.people import KnownPeople
from flows.values.words import day
from storage.tables import Contract, Invoice


@dataclass(frozen=True, slots=True)
class GivenBy:
    """Who gives something back, the people whom the policy names, and what of the click is kept."""

    user_id: str
    people: KnownPeople
    evidence: Mapping[str, Any]


def give_back(session: Session, row: Contract, contract: Contracted, deal_version: int, by: GivenBy) -> Money | None:
    """Ask for credit memos over what no invoice will take; return what they come to, None when there is nothing.

    What cannot be asked for, and what is left beside, is put before a person.
    """
    owed = unapplied(session, row, contract)
    if not owed:
        report_unapplied(session, row, contract)
        return None
    waiting = [crediting.Waiting(one.path, one.key, one.amount.minor) for one in waiting_lines(session, row, contract)]
    reason = f"Change of the contract from {day(contract.amendments[-1].effective)}"
    asking = crediting.Asking(by.user_id, reason, by.people, by.evidence)
    try:
        with session.begin_nested():
            memos = crediting.ask_to_settle(session, row.id, waiting, contract.terms.currency, asking)
    except (Refused, NoRule) as refused:
        report_unapplied(session, row, contract, why=str(refused))
        return None
    settled = replace(contract, memos={**contract.memos, **memos})
    if memos:
        keep_version(session, row, settled, deal_version, f"credit over {format_money(owed)} was asked for")
    left = report_unapplied(session, row, settled)
    return owed - left if memos else None


def report_unapplied_of(session: Session, invoice_id: str) -> None:
    """Put before a person what the contract of an invoice owes, as a credit memo will not give it back."""
    session.flush()
    deal_id = session.execute(select(col(Invoice.deal_id)).where(col(Invoice.id) == invoice_id)).scalar_one()
    row = contract_of(session, deal_id)
    if row is not None:
        report_unapplied(session, row, newest_of(session, row.id)[0])
