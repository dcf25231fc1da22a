"""Read the rows that the card and the form of an incomplete deal are drawn from."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from flows.blockkit.text import source_words
from flows.contracts import service
from flows.contracts.cards import MendView
from flows.contracts.problem import Problem
from flows.runtime import runtime
from flows.values.deal import Deal
from storage.tables import AuditEvent, DealRow


def mend_view(session: Session, deal_id: str) -> MendView | None:
    """Return what is missing on the deal now, and who completed it once somebody has."""
    row = session.get(DealRow, deal_id)
    if row is None:
        return None
    deal = service.current_deal(session, row)
    problems = service.problems_of(session, row) if row.state == "incomplete" else ()
    mended, catalogue = _last_mend(session, deal_id), runtime().catalogue
    return MendView(
        deal_id=row.id,
        deal_name=deal.name,
        customer=deal.account_name,
        problems=problems,
        source_label=source_words(f"{deal.source} {deal.external_id}"),
        source_url=deal.url,
        since=row.created_at,
        owner=deal.owner_name,
        state=row.state,
        mended_by=mended.actor if mended else None,
        mended_at=None,
        current=_current(deal, problems),
        products=tuple(sorted(catalogue.products)) if catalogue else (),
    )


def _last_mend(session: Session, deal_id: str) -> AuditEvent | None:
    statement = select(AuditEvent).where(col(AuditEvent.object_id) == deal_id, col(AuditEvent.action) == "deal.mended")
    return session.execute(statement.order_by(col(AuditEvent.seq).desc()).limit(1)).scalar_one_or_none()


def _current(deal: Deal, problems: tuple[Problem, ...]) -> dict[str, str]:
    said = {problem.field: service.stands(deal, problem.field) for problem in problems}
    return {field: text for field, text in said.items() if text}
