"""A deal that changed after invoices of its contract were out: what the change would credit or charge, from which day.

Nothing here decides. Until somebody does, what is out stays as it is and what is billed later follows the deal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import crediting, invoicing
from flows.billing import rules
from flows.billing.adjustments import AMEND, days_taken_back, with_pending
from flows.billing.drafting import billed_lines, waiting_lines
from flows.billing.rules import Contracted
from flows.rating import (
    Adjustment,
    AmendmentRefused,
    Facts,
    Made,
    adjust_all,
    amended,
    only_ends,
    plan,
    rate,
    takes_effect,
    usage_needed,
)
from flows.runtime import runtime
from flows.terms.differences import differences
from flows.terms.model import Terms
from flows.values.clock import business_date
from flows.values.money import Money, total
from flows.values.words import day
from storage.tables import Contract, ContractVersion, Invoice, ScheduleEntry

_UNIT_PRICE: Final = " price.unit_price: "
GONE = (invoicing.InvoiceState.VOID, invoicing.InvoiceState.CREDITED)  # what was taken back whole is not billed


@dataclass(frozen=True, slots=True)
class Change:
    """A change that waits for a decision: what was in force and billed, and what the deal says now."""

    contract: Contracted  # as it is now, by the deal
    running: Terms  # in force before the change, earlier amendments included
    before: Terms  # the deal's own terms behind them
    made: tuple[Made, ...]
    facts: Facts

    @property
    def words(self) -> tuple[str, ...]:
        """What changed, in words and money, with lines called as the deal calls them."""
        names = {line.id: line.description for line in (*self.before.lines, *self.contract.terms.lines)}
        names |= {fee.id: fee.description for fee in (*self.before.fees, *self.contract.terms.fees)}
        found = [one.words for one in differences(self.before, self.contract.terms)]
        told = [words for words in found if _UNIT_PRICE not in words]  # the price of a period says it, too
        return tuple(_named(words, names) for words in told or found)

    def day(self, today: date) -> date:
        """Return the day on which it takes effect when nobody says another."""
        return takes_effect(self.before, self.contract.terms, on=today)

    @property
    def only_ends(self) -> bool:
        """Tell whether an earlier end is all that changed."""
        return only_ends(self.before, self.contract.terms)

    @property
    def earliest(self) -> date:
        """The first day from which it can be in force."""
        return self.day(self.running.start)

    def terms(self, effective: date) -> Terms:
        """Return the running terms with the change in force from a day on. Raises AmendmentRefused."""
        if effective < self.running.start:
            raise AmendmentRefused(f"The contract begins on {day(self.running.start)}; choose a later day.")
        return amended(self.running, self.before, self.contract.terms, effective=effective)

    def adjustment(self, effective: date, *, with_credit: bool = True) -> Adjustment:
        """Return what puts right what was billed, when the change holds from that day. Raises AmendmentRefused."""
        new = self.terms(effective)
        since = effective if new.end is None else min(effective, self.day(effective))
        return adjust_all(self.made, new, effective=since, facts=self.facts, with_credit=with_credit)

    def begins(self, effective: date, today: date) -> Money:
        """Return what is invoiced by the schedule up to today for lines and fees that begin with the change."""
        new, until = self.terms(effective), max(today, effective)
        known = {one.key for one in plan(self.running, horizon=until)}
        fresh = (one for one in plan(new, horizon=until) if one.key not in known)
        rated = (rate(new, one, self.facts) for one in fresh if not usage_needed(new, one))
        return total((one.total for one in rated), new.currency)


def open_change(session: Session, row: Contract, contract: Contracted) -> Change | None:
    """Return the change of a contract that nobody has decided on; None when there is none, or nothing is out."""
    if contract.agreed is not None or row.state != "active":
        return None
    out = _out(session, row)
    versions = _versions(session, row, contract)
    if not versions or not out or not _is_known_by_line(session, row):
        return None
    made: dict[int, set[str]] = {contract.settled: set()} if contract.settled else {}
    for key, deal_version in out:
        made.setdefault(_made_under(versions, deal_version, settled=bool(contract.settled)), set()).add(key)
    numbers = sorted(made)
    known = {number: _version(session, row, number) for number in numbers}
    first = known[numbers[0]]
    currency = contract.terms.currency
    facts = Facts(
        billed=rules.billed_so_far(_billed(session, row), currency),
        credited=_credited(session, row, contract),
        days=days_taken_back(contract.amendments),
    )
    facts = with_pending(facts, waiting_lines(session, row, contract, only_out=True))
    groups = tuple(Made(known[number].terms, frozenset(made[number])) for number in numbers)
    return Change(contract, first.terms, first.agreed or first.terms, groups, facts)


def carried_on(before: Contracted, now: Contracted, version: int, today: date) -> Contracted:
    """Return the contract by the deal as it is now, with everything that was confirmed in `before`, its `version`.

    Where the deal changed nothing that is charged, the terms stay amended; else they are the deal's until somebody
    decides what the change means.
    """
    settled = version if before.agreed and not before.left else before.settled
    kept = replace(now, settled=settled, amendments=before.amendments, memos=before.memos)
    if before.agreed is None:
        return kept
    try:
        on = takes_effect(before.agreed, now.terms, on=today)
        terms = amended(before.terms, before.agreed, now.terms, effective=on)
    except AmendmentRefused:
        return kept
    if _charges(terms) != _charges(before.terms):
        return kept
    return replace(kept, terms=terms, agreed=now.terms, left=before.left)


def today_of(contract: Contracted) -> date:
    """Return the business date in the contract's time zone."""
    return business_date(runtime().clock.now(), contract.terms.time_zone)


def _version(session: Session, row: Contract, number: int) -> Contracted:
    return rules.contracted(session.get_one(ContractVersion, (row.id, number)).content)


def _charges(terms: Terms) -> tuple[object, ...]:
    """Return what of terms is charged: with the same, every invoice comes to the same."""
    lines = tuple((line.id, line.price, line.quantity, line.ramp, line.start, line.end) for line in terms.lines)
    fees = tuple((fee.id, fee.amount, fee.quantity, fee.date) for fee in terms.fees)
    return lines, fees, terms.end


def _named(words: str, names: dict[str, str]) -> str:
    name = next((one for one in sorted(names, key=len, reverse=True) if words.startswith((f"{one}:", f"{one} "))), None)
    return words if name is None else names[name] + words[len(name) :]


def _out(session: Session, row: Contract) -> list[tuple[str, int]]:
    """Return the planned keys of the invoices that are out, and by which version of the deal each was made."""
    statement = (
        select(ScheduleEntry, Invoice)
        .join(Invoice, col(Invoice.id) == col(ScheduleEntry.invoice_id))
        .where(col(ScheduleEntry.contract_id) == row.id, col(ScheduleEntry.key).not_like(f"{AMEND}%"))
    )
    found = session.execute(statement.order_by(col(ScheduleEntry.planned_on), col(ScheduleEntry.key)))
    return [(entry.planned_key, one.deal_version) for entry, one in found if _is_out(one)]


def _is_known_by_line(session: Session, row: Contract) -> bool:
    """Tell whether it is known of every invoice that is out what its lines bill.

    It is not where one is older than its contract and does not say what the contract does: a person corrects that.
    """
    statement = (
        select(Invoice)
        .join(ScheduleEntry, col(ScheduleEntry.invoice_id) == col(Invoice.id))
        .where(col(ScheduleEntry.contract_id) == row.id, col(ScheduleEntry.revision) == 0)
    )
    return not any(_is_out(invoice) for invoice in session.execute(statement).scalars())


def _is_out(invoice: Invoice) -> bool:
    return not invoicing.is_revisable(invoice) and invoice.state not in GONE


def _billed(session: Session, row: Contract) -> list[tuple[str, str, int]]:
    """Return what is out of the contract, adjustments included: key, measured, minor units."""
    out = _entries_out(session, row)
    lines = billed_lines(session, [row.id])[row.id]
    return [(line, measured, minor) for _, key, line, measured, minor in lines if key in out]


def _entries_out(session: Session, row: Contract) -> set[str]:
    """Return the keys of the entries whose invoices are out; what was credited, also whole, is told as credited."""
    statement = (
        select(ScheduleEntry, Invoice)
        .join(Invoice, col(Invoice.id) == col(ScheduleEntry.invoice_id))
        .where(col(ScheduleEntry.contract_id) == row.id)
    )
    return {entry.key for entry, invoice in session.execute(statement) if not invoicing.is_revisable(invoice)}


def _credited(session: Session, row: Contract, contract: Contracted) -> dict[str, Money]:
    """Return what credit memos gave back of what is out, by line key; what settles a change counts with the change."""
    given: dict[str, Money] = {}
    out, currency = _entries_out(session, row), contract.terms.currency
    for _, entry, key, minor in crediting.credited_lines(session, [row.id], but=contract.memos)[row.id]:
        if entry not in out:
            continue
        given[key] = given.get(key, Money.zero(currency)) + Money.of_minor(minor, currency)
    return given


def _versions(session: Session, row: Contract, contract: Contracted) -> list[tuple[int, int]]:
    """Return number and deal version of each version from the last one that was settled on, oldest first."""
    statement = select(col(ContractVersion.version), col(ContractVersion.deal_version)).where(
        col(ContractVersion.contract_id) == row.id, col(ContractVersion.version) >= contract.settled
    )
    found = session.execute(statement.order_by(col(ContractVersion.version)))
    return [(number, deal_version) for number, deal_version in found]


def _made_under(versions: Sequence[tuple[int, int]], deal_version: int, *, settled: bool) -> int:
    """Return the version by which an invoice of that version of the deal was made, or put right since."""
    if settled and deal_version <= versions[0][1]:
        return versions[0][0]
    return max((number for number, of_deal in versions if of_deal <= deal_version), default=versions[0][0])
