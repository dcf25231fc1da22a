"""Usage that nothing bills, because its line has gone from the contract: put before a person, by file and line.

A line that is ended by a change of the contract stays in the terms with its end, and what comes late for it is billed.
One that is gone altogether has no price any more; what came for it is neither billed nor given back by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import attention, usage
from flows.billing.rules import Contracted, contracted
from flows.billing.usage import subjects_of
from flows.rating.rated import count
from flows.runtime import runtime
from flows.terms.lines import PriceLine
from flows.terms.model import Terms
from flows.terms.timeline import periods_until
from flows.usage import Metered, UsageSource
from flows.values.clock import business_date
from flows.values.periods import Period
from flows.values.words import day, quoted
from storage.tables import Attention, Contract, ContractVersion, Invoice

LEFT: Final = "usage_left"
_SHOWN: Final = 3  # periods: what Slack shows of a reason must not be cut


@dataclass(frozen=True, slots=True)
class _Left:
    """What of a line that is gone no invoice has: negative where more was billed than is used by now."""

    line: PriceLine
    period: Period
    quantity: Decimal
    sources: tuple[UsageSource, ...]
    billed_with: str | None = None  # the id of the invoice that has billed the period

    def __str__(self) -> str:
        where = "; ".join(str(source) for source in self.sources) or "corrected or taken away since"
        return f"{count(self.quantity, self.line.unit)} of {day(self.period.start)} to {day(self.period.end)}, {where}"


def report_left(session: Session, row: Contract, contract: Contracted, *, came: Collection[str] | None = None) -> None:
    """Put usage of lines that are gone before a person; settle that when there is none.

    Of usage that `came` only these meters are looked at; None after a change of the contract, which looks at all. What
    a person has settled is not told again before something else comes.
    """
    terms = contract.terms
    gone = _gone(session, row, terms) if row.version > 1 else {}
    if came is not None and not {line.meter for line, _ in gone.values()} & set(came):
        return
    left = sorted(_left(session, row, terms, gone), key=lambda one: (one.period.start, one.line.id))
    if not left:
        attention.settle_attention(session, subject_id=row.id, kind=LEFT, by="billed")
        return
    reason = _reason(session, left)
    if not _was_settled(session, row, reason):
        attention.open_attention(
            session,
            subject_id=row.id,
            kind=LEFT,
            title=f"{contract.bill_to.name} has usage that no invoice bills",
            reason=reason,
            code="billing.usage_left",
            owner=row.account_manager or attention.OPERATORS,
        )


def _gone(session: Session, row: Contract, terms: Terms) -> dict[str, tuple[PriceLine, Terms]]:
    """Return the measured lines of earlier versions that are gone from the terms, each with the last that had it."""
    statement = select(col(ContractVersion.content)).where(
        col(ContractVersion.contract_id) == row.id, col(ContractVersion.version) < row.version
    )
    kept = {line.id for line in terms.lines}
    found: dict[str, tuple[PriceLine, Terms]] = {}
    for text in session.execute(statement.order_by(col(ContractVersion.version))).scalars():
        old = contracted(text).terms
        found |= {line.id: (line, old) for line in old.lines if line.is_metered and line.id not in kept}
    return found


def _left(session: Session, row: Contract, terms: Terms, gone: dict[str, tuple[PriceLine, Terms]]) -> Iterator[_Left]:
    """Give what came to periods that were billed, and what was used in those that never were."""
    for late in usage.late_usage(session, row.id) if gone else ():
        if late.line_id in gone and not _is_billed_by_another(terms, gone[late.line_id][0], late.period):
            line = gone[late.line_id][0]
            yield _Left(line, late.period, late.difference, late.since, late.reference)
    closed = usage.closed_periods(session, row.id) if gone else ()
    today = business_date(runtime().clock.now(), terms.time_zone)
    for line, old in gone.values():
        billed = [days for line_id, days in closed if line_id == line.id]
        periods = tuple(
            when.period
            for when in periods_until(old, line, today)
            if not any(days.start <= when.period.end and when.period.start <= days.end for days in billed)
            and not _is_billed_by_another(terms, line, when.period)
        )
        wanted = Metered(str(line.meter), line.aggregation, periods)
        subjects = subjects_of(session, row, old)
        for total in usage.usage_totals(session, wanted, subjects=subjects, zone=terms.time_zone):
            if total.quantity:
                yield _Left(line, total.period, total.quantity, total.sources)


def _is_billed_by_another(terms: Terms, gone: PriceLine, period: Period) -> bool:
    """Tell whether a line that the contract has counts the same meter in those days."""
    return any(line.meter == gone.meter and terms.starts(line) <= period.start for line in terms.lines)


def _reason(session: Session, left: list[_Left]) -> str:
    ids = {one.billed_with for one in left if one.billed_with}
    named = select(col(Invoice.id), col(Invoice.number)).where(col(Invoice.id).in_(ids))
    numbers: dict[str, str | None] = {row[0]: row[1] for row in session.execute(named)} if ids else {}
    told = []
    for one in left[:_SHOWN]:
        beyond = f", beyond what {numbers.get(one.billed_with) or 'a draft'} has of it" if one.billed_with else ""
        told.append(f"{quoted(one.line.description)}: {one}{beyond}")
    more = f"; and {len(left) - _SHOWN} more periods" if len(left) > _SHOWN else ""
    return (
        f"The contract has no line any more that bills it. {'; '.join(told)}{more}. Bill it with a line of the deal, "
        "or give it back with a credit memo; “Try again” then closes this."
    )


def _was_settled(session: Session, row: Contract, reason: str) -> bool:
    """Tell whether a person has settled just this before."""
    statement = select(col(Attention.reason)).where(
        col(Attention.subject_id) == row.id, col(Attention.kind) == LEFT, col(Attention.state) == "settled"
    )
    return reason in session.execute(statement).scalars().all()
