"""On which day a correction is posted. A closed period is refused, when it is asked for and when it is carried out."""

from __future__ import annotations

from datetime import date

from flows import dimensions
from flows.crediting.refusals import PeriodClosed
from flows.runtime import runtime
from flows.values.clock import business_date
from flows.values.closed_period import ClosedPeriod
from storage.tables import Correction


def today() -> date:
    """Return the business date: the day that a correction is posted on where nobody chose another."""
    return business_date(runtime().clock.now(), runtime().policy.billing.zone)


def closed_today() -> ClosedPeriod | None:
    """Return why nothing can be posted today, and the open dates ahead; None when it can."""
    return dimensions.closed_on(today())


def next_open() -> date | None:
    """Return the next open date where nothing can be posted today and nobody is asked for a day; otherwise None."""
    closed = closed_today()
    return closed.open_dates[0] if closed and closed.open_dates else None


def check_open(chosen: date | None) -> None:
    """Raise PeriodClosed unless a correction can be posted on the day that was chosen, or today."""
    closed = dimensions.closed_on(chosen or today())
    if closed is not None:
        raise PeriodClosed(closed)


def day_of(row: Correction) -> date:
    """Return the day that a correction is posted on when it is carried out now. Raises PeriodClosed."""
    check_open(row.posting_date)
    return row.posting_date or today()


def day_of_void(row: Correction) -> date:
    """Return the day on which a voiding is posted that the processor has done, and that nothing can stop any more.

    Where its period was closed in these moments it is the next open date; where none is open, the day itself.
    """
    try:
        return day_of(row)
    except PeriodClosed as refusal:
        return refusal.closed.open_dates[0] if refusal.closed.open_dates else row.posting_date or today()
