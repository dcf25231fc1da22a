"""A percentage of events: payments taken, transfers made. Some of them are free, each paid one has its limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flows.pricing.figures import ZERO, Figures, number, percent_of
from flows.pricing.models import Charge
from flows.pricing.refusals import CannotPrice
from flows.terms.price import PercentagePrice


@dataclass(slots=True)
class _Tally:
    """What the paid events come to so far."""

    paid: int = 0
    base: Decimal = ZERO  # the paid part of their amounts
    raised: Decimal = ZERO  # what the minimum per event added
    held: Decimal = ZERO  # what the maximum per event took away


def charge_events(model: PercentagePrice, events: Sequence[Decimal], write: Figures) -> Charge:
    """Price the events in their order. Must run inside EXACT.

    Raises CannotPrice for an event below zero: the price does not say whether its fees are given back.
    """
    tally = _tally(model, events, write)
    rated = percent_of(model.rate_pct, tally.base)
    fixed = tally.paid * model.fixed_per_event
    words = _in_words(model, events, tally, write)
    return Charge(rated + fixed + tally.raised - tally.held, [words])


def _tally(model: PercentagePrice, events: Sequence[Decimal], write: Figures) -> _Tally:
    tally, left = _Tally(), model.free_amount
    for event_number, amount in enumerate(events, start=1):
        if not amount.is_finite() or amount < 0:
            raise CannotPrice(
                f"Event {event_number} is {write.money(amount)}; a percentage price takes amounts of 0 and more. "
                "Correct the event that it takes back."
            )
        free, left = _free_part(model, event_number, amount, left)
        if free is None:
            continue
        tally.paid += 1
        tally.base += amount - free
        if model.min_per_event is not None or model.max_per_event is not None:
            _limit(model, percent_of(model.rate_pct, amount - free) + model.fixed_per_event, tally)
    return tally


def _free_part(
    model: PercentagePrice, event_number: int, amount: Decimal, left: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return how much of an event is free (None: all of it) and what is left of the free amount after it."""
    if model.free_events is None and left is None:
        return ZERO, left
    if (model.free_events is not None and event_number > model.free_events) or (left is not None and left <= 0):
        return ZERO, left
    if left is None or amount <= left:
        return None, None if left is None else left - amount
    return left, ZERO


def _limit(model: PercentagePrice, charge: Decimal, tally: _Tally) -> None:
    if model.min_per_event is not None and charge < model.min_per_event:
        tally.raised += model.min_per_event - charge
    elif model.max_per_event is not None and charge > model.max_per_event:
        tally.held += charge - model.max_per_event


def _in_words(model: PercentagePrice, events: Sequence[Decimal], tally: _Tally, write: Figures) -> str:
    total = sum(events, ZERO)
    counted = f"{write.count(Decimal(len(events)))} of {write.money(total)}"
    if total != tally.base:
        counted += f", {write.money(total - tally.base)} free"
    if not tally.paid:
        return f"{counted}: no charge"
    parts = []
    if model.rate_pct or not model.fixed_per_event:
        rated = write.money(percent_of(model.rate_pct, tally.base))
        parts.append(f"{number(model.rate_pct)}% of {write.money(tally.base)} = {rated}")
    if model.fixed_per_event:
        fees = write.money(tally.paid * model.fixed_per_event)
        parts.append(f"{write.count(Decimal(tally.paid))} at {write.money(model.fixed_per_event)} = {fees}")
    if tally.raised and model.min_per_event is not None:
        parts.append(f"at least {write.money(model.min_per_event)} each adds {write.money(tally.raised)}")
    if tally.held and model.max_per_event is not None:
        parts.append(f"at most {write.money(model.max_per_event)} each saves {write.money(tally.held)}")
    return f"{counted}: {'; '.join(parts)}"
