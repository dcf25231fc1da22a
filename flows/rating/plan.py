"""Terms to planned invoices: which charges fall due on which day, before anything is priced.

Everything that falls on one day is on one invoice, whose key is the day. A milestone that an event brings comes when
it comes, perhaps after the day's invoice was issued, so it is always an invoice of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from flows.schedule.due_dates import due_date
from flows.terms.model import Terms
from flows.terms.timeline import LinePeriod, calendar_of, periods_until
from flows.values.periods import Period

_EVENT: Final = "milestone:"  # begins the key of an invoice that an event brings


class ChargeKind(StrEnum):
    """What is charged."""

    RECURRING = "recurring"  # a period of a line with an agreed quantity
    USAGE = "usage"  # a period of a line with a meter
    FEE = "fee"
    MILESTONE = "milestone"
    CREDIT = "credit"  # the purchase of prepaid credit
    LATE = "late"  # all periods of a line with a meter, after the last invoice for it


@dataclass(frozen=True, slots=True)
class PlannedCharge:
    """One charge that falls due. `number` is the place, from 0, of what it charges in its list of the terms."""

    kind: ChargeKind
    subject: str  # the id of the line, fee, milestone or credit
    number: int
    when: LinePeriod | None  # the billing period, the last one of late usage; None for what is charged once

    @property
    def period(self) -> Period | None:
        """The days of service that are charged; None for what is charged once."""
        return self.when.period if self.when else None


@dataclass(frozen=True, slots=True)
class PlannedInvoice:
    """What falls due on one day. `key` is unique in the contract, and stays what it is when it is planned again."""

    key: str
    invoice_date: date
    due_date: date
    charges: tuple[PlannedCharge, ...]  # in the order of the terms

    @property
    def period(self) -> Period | None:
        """The days from the first to the last that are charged; None when nothing is charged for a time."""
        periods = [charge.period for charge in self.charges if charge.period and charge.kind is not ChargeKind.LATE]
        return Period(min(p.start for p in periods), max(p.end for p in periods)) if periods else None

    @property
    def is_event(self) -> bool:
        """Tell whether an event brought it, which comes when it comes."""
        return self.key.startswith(_EVENT)

    @property
    def is_late(self) -> bool:
        """Tell whether it bills what came after the last invoice for its lines."""
        return any(charge.kind is ChargeKind.LATE for charge in self.charges)


def plan(terms: Terms, *, horizon: date, reached: Mapping[str, date] | None = None) -> tuple[PlannedInvoice, ...]:
    """Return the invoices dated on or before `horizon`, oldest first.

    `reached` tells the events that have happened, and when; an event that is not in it brings nothing yet.
    """
    by_key: defaultdict[tuple[date, str], list[PlannedCharge]] = defaultdict(list)
    for day, key, charge in _charges(terms, horizon, reached or {}):
        if day <= horizon:
            by_key[day, key].append(charge)
    return tuple(
        PlannedInvoice(key, day, due_date(terms.payment, day), tuple(charges))
        for (day, key), charges in sorted(by_key.items(), key=lambda item: item[0])
    )


def last_invoice_date(terms: Terms) -> date | None:
    """Return the date of the last invoice of the first term, events aside; None for a contract without an end."""
    if terms.end is None:
        return None
    once = [day for day, _, charge in _charges(terms, terms.end, {}) if charge.when is None]
    calendars = [(line, calendar_of(terms, line)) for line in terms.lines]
    periodic = [
        calendar.invoice_date(when.period)
        for line, calendar in calendars
        for when in periods_until(terms, line, terms.end)
    ]
    return max([terms.start, *once, *periodic])


def _charges(terms: Terms, horizon: date, reached: Mapping[str, date]) -> Iterator[tuple[date, str, PlannedCharge]]:
    """Give every charge with its invoice date and the key of its invoice, in the order of the terms."""
    for number, credit in enumerate(terms.credits):
        if credit.price != 0:
            yield _once(ChargeKind.CREDIT, credit.id, number, credit.date or terms.start)
    for number, fee in enumerate(terms.fees):
        yield _once(ChargeKind.FEE, fee.id, number, fee.date or terms.start)
    for number, line in enumerate(terms.lines):
        calendar = calendar_of(terms, line)
        kind = ChargeKind.USAGE if line.is_metered else ChargeKind.RECURRING
        for when in periods_until(terms, line, horizon):
            day = calendar.invoice_date(when.period)
            yield day, day.isoformat(), PlannedCharge(kind, line.id, number, when)
    for number, milestone in enumerate(terms.milestones):
        if milestone.date is not None:
            yield _once(ChargeKind.MILESTONE, milestone.id, number, milestone.date)
        elif (happened := reached.get(milestone.event or "")) is not None:
            yield happened, f"{_EVENT}{milestone.id}", PlannedCharge(ChargeKind.MILESTONE, milestone.id, number, None)


def _once(kind: ChargeKind, subject: str, number: int, day: date) -> tuple[date, str, PlannedCharge]:
    return day, day.isoformat(), PlannedCharge(kind, subject, number, None)
