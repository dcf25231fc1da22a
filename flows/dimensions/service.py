"""Code the drafts that are made, keep what people chose, and put what cannot be booked before finance.

Everything here is one transaction of the caller's. Without a dimensions file every draft passes as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from flows import posting
from flows.dimensions import wording
from flows.dimensions.coding import LineError, Mend, code_content
from flows.dimensions.form import DATES
from flows.dimensions.in_force import in_force, version
from flows.dimensions.rules import open_dates, period_error
from flows.runtime import runtime
from flows.values.closed_period import ClosedPeriod
from flows.values.invoice import InvoiceContent
from storage import audit
from storage.tables import CodingMend, Invoice

CODING_CARD = "coding"


def coded(session: Session, deal_id: str, content: InvoiceContent) -> InvoiceContent:
    """Return the content with what people chose for the deal's lines and what relationships fill in."""
    config = in_force(session)
    return content if config is None else code_content(config, content, mends_of(session, deal_id)).content


def errors_of(session: Session, content: InvoiceContent) -> tuple[LineError, ...]:
    """Return what keeps the content from being booked now; nothing without a dimensions file."""
    config = in_force(session)
    return () if config is None else code_content(config, content).errors


def closed_on(session: Session, day: date, *, customer: str) -> ClosedPeriod | None:
    """Return why nothing can be booked on that day on the account of a customer, whom its invoice names so.

    None when it can, or is not checked. The periods are those of the subsidiary that issues the customer's invoices.
    """
    config = in_force(session)
    if config is None:
        return None
    issuer = config.issuer(customer)
    error = period_error(config, day, issuer)
    if error is None:
        return None
    ahead = open_dates(config, day, issuer)[:DATES]
    return ClosedPeriod(wording.about_the_period(config, day, issuer, error), tuple(ahead))


def in_words(session: Session, content: InvoiceContent, errors: tuple[LineError, ...]) -> str:
    """Return what is wrong with an invoice's coding as a sentence or two, in plain text."""
    config = in_force(session)
    return "" if config is None or not errors else wording.in_words(config, content, errors)


def mends_of(session: Session, deal_id: str) -> tuple[Mend, ...]:
    """Return what people chose for the lines of a deal."""
    rows = session.execute(select(CodingMend).where(col(CodingMend.deal_id) == deal_id)).scalars()
    return tuple(Mend(row.source, row.field, row.value) for row in rows)


def keep_mends(session: Session, deal_id: str, mends: tuple[Mend, ...], *, user_id: str) -> None:
    """Keep what a person chose; a later choice for the same field of the same line replaces an earlier one."""
    for mend in mends:
        session.merge(
            CodingMend(
                team_id=session.info["team_id"],
                deal_id=deal_id,
                source=mend.source,
                field=mend.field,
                value=mend.value,
                user_id=user_id,
                mended_at=runtime().clock.now(),
            )
        )
    session.flush()


def ask_to_mend(session: Session, invoice: Invoice, errors: tuple[LineError, ...]) -> None:
    """Put an invoice that cannot be booked before finance, on a card of its own; the caller moves the invoice."""
    audit.append(
        session,
        action="invoice.needs_coding",
        object_type="invoice",
        object_id=invoice.id,
        actor=audit.SYSTEM("dimensions"),
        at=runtime().clock.now(),
        after={"version": invoice.version, "errors": [as_facts(error) for error in errors]},
        evidence={"content_hash": invoice.content_hash, "dimensions_version": version(session)},
    )
    if posting.has_card(session, invoice.id, CODING_CARD):
        posting.refresh(session, invoice.id)
        return
    channel = runtime().policy.slack.approvals_channel
    posting.post_card(session, kind=CODING_CARD, subject_id=invoice.id, address=channel)


def as_facts(error: LineError) -> Mapping[str, object]:
    """Return an error as the audit trail keeps it."""
    facts = {"line": error.seq, "code": error.error.code, "field": error.error.field}
    return facts | ({"suggestion": error.error.suggestion} if error.error.suggestion else {})
