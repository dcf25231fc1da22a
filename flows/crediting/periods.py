"""On which day a correction is posted. A closed period is refused, when it is asked for and when it is carried out."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from flows import dimensions
from flows.crediting.refusals import PeriodClosed
from flows.invoicing import content_of
from flows.runtime import runtime
from flows.values.clock import business_date
from flows.values.closed_period import ClosedPeriod
from storage.tables import Correction, Invoice


def today() -> date:
    """Return the business date: the day that a correction is posted on where nobody chose another."""
    return business_date(runtime().clock.now(), runtime().policy.billing.zone)


def closed_today(session: Session, invoice: Invoice) -> ClosedPeriod | None:
    """Return why nothing can be posted to the invoice today, and the open dates ahead; None when it can."""
    return _closed_on(session, invoice, today())


def next_open(session: Session, invoice: Invoice) -> date | None:
    """Return the next open date where nothing can be posted today and nobody is asked for a day; otherwise None."""
    closed = closed_today(session, invoice)
    return closed.open_dates[0] if closed and closed.open_dates else None


def check_open(session: Session, invoice: Invoice, chosen: date | None) -> None:
    """Raise PeriodClosed unless a correction can be posted on the day that was chosen, or today."""
    closed = _closed_on(session, invoice, chosen or today())
    if closed is not None:
        raise PeriodClosed(closed)


def day_of(session: Session, row: Correction) -> date:
    """Return the day that a correction is posted on when it is carried out now. Raises PeriodClosed."""
    check_open(session, session.get_one(Invoice, row.invoice_id), row.posting_date)
    return row.posting_date or today()


def day_of_void(session: Session, row: Correction) -> date:
    """Return the day on which a voiding is posted that the processor has done, and that nothing can stop any more.

    Where its period was closed in these moments it is the next open date; where none is open, the day itself.
    """
    try:
        return day_of(session, row)
    except PeriodClosed as refusal:
        return refusal.closed.open_dates[0] if refusal.closed.open_dates else row.posting_date or today()


def _closed_on(session: Session, invoice: Invoice, day: date) -> ClosedPeriod | None:
    return dimensions.closed_on(session, day, customer=content_of(session, invoice).bill_to.name)
