"""What cannot be together in the terms as a whole: dates out of the contract, percentages that do not add up to 100.

Places are counted from the part that is checked; lines are checked within themselves in `line_checks`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from flows.schedule.conventions import Alignment
from flows.terms.alignment import alignment_problems
from flows.terms.problems import Path, Problem
from flows.values.currency import minor_units
from flows.values.extension import decimals

if TYPE_CHECKING:
    from flows.terms.lines import Commitment, PriceLine
    from flows.terms.model import Billing, Renewal, Terms


def renewal_problems(renewal: Renewal) -> Iterator[Problem]:
    """Give what is contradictory within a renewal."""
    if renewal.kind == "fixed" and renewal.months is None:
        yield Problem(("months",), "is missing; say for how many months the contract is renewed, such as 12")
    if renewal.kind == "none":
        for name in ("months", "times"):
            if getattr(renewal, name) is not None:
                yield Problem((name,), "is for a renewal; write kind: fixed, or remove it")
        if renewal.uplift_pct:
            yield Problem(("uplift_pct",), "is for a renewal; write kind: fixed, or remove it")
    if renewal.kind == "evergreen":
        if renewal.times is not None:
            yield Problem(("times",), "an evergreen contract is not renewed by number; remove it, or write kind: fixed")
        if bool(renewal.uplift_pct) != (renewal.months is not None):
            yield Problem(
                ("months",), "an evergreen contract has months only together with uplift_pct, which comes so often"
            )


def billing_problems(billing: Billing) -> Iterator[Problem]:
    """Give what is contradictory within the rhythm of billing."""
    if billing.anchor_day is not None and billing.alignment is Alignment.CALENDAR:
        yield Problem(("anchor_day",), "is for alignment: anniversary; the calendar's periods begin on the 1st")
    if billing.fiscal_year_start_month is not None and billing.alignment is Alignment.ANNIVERSARY:
        yield Problem(("fiscal_year_start_month",), "is for alignment: calendar; an anniversary has its own year")


def terms_problems(terms: Terms) -> Iterator[Problem]:
    """Give what is contradictory between the parts of the terms."""
    if terms.end and terms.end < terms.start:
        yield Problem(("end",), f"{terms.end} is before the start, {terms.start}")
        return
    if terms.end is None and terms.renewal.kind != "none":
        yield Problem(("renewal",), "the contract has no end to be renewed at; give an end, or remove renewal")
    if not (terms.lines or terms.fees or terms.milestones or terms.credits):
        yield Problem(("lines",), "there is nothing to bill; add lines, fees, milestones or credits")
    yield from _ids(terms)
    for number, line in enumerate(terms.lines):
        yield from _line(terms, line, ("lines", number))
    yield from _meters(terms)
    yield from _once(terms)
    yield from _milestones(terms)
    for number, commitment in enumerate(terms.commitments):
        yield from _commitment(terms, commitment, ("commitments", number))
    yield from _credits(terms)
    yield from _allowances(terms)
    yield from alignment_problems(terms)


def _ids(terms: Terms) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name in ("lines", "fees", "milestones", "commitments", "credits"):
        for number, part in enumerate(getattr(terms, name)):
            if part.id in seen:
                yield Problem((name, number, "id"), f"{part.id} is the id of {seen[part.id]} already; take another")
            seen.setdefault(part.id, f"{name}[{number + 1}]")


def _line(terms: Terms, line: PriceLine, path: Path) -> Iterator[Problem]:
    for name in ("start", "end"):
        yield from _within(terms, getattr(line, name), (*path, name))
    for name in ("free", "discounts"):
        for number, stretch in enumerate(getattr(line, name)):
            yield from _within(terms, stretch.start, (*path, name, number, "start"))
            yield from _within(terms, stretch.end, (*path, name, number, "end"))
    yield from _accumulating(terms, line, path)
    if line.ramp:
        first, last = line.ramp[0].start, line.ramp[-1].end
        if first != terms.starts(line):
            yield Problem((*path, "ramp", 0, "start"), f"{first} is not the first day, {terms.starts(line)}")
        if last is not None and last != terms.ends(line):
            right = terms.ends(line) or "none: leave it out"
            yield Problem((*path, "ramp", len(line.ramp) - 1, "end"), f"{last} is not the last day, {right}")


def _accumulating(terms: Terms, line: PriceLine, path: Path) -> Iterator[Problem]:
    if line.accumulate != "term":
        return
    if _is_open(terms):
        yield Problem((*path, "accumulate"), "the contract has no term that ends; write period, or give it an end")
    for number, discount in enumerate(line.discounts):
        if discount.amount is not None or discount.start is not None or discount.end is not None:
            words = "tiers that run on through the term take only a pct without dates off"
            yield Problem((*path, "discounts", number), words)


def _is_open(terms: Terms) -> bool:
    """Tell whether the contract has a term that stays open."""
    return terms.end is None or terms.renewal.kind == "evergreen"


def _within(terms: Terms, day: date | None, path: Path) -> Iterator[Problem]:
    if day is not None and day < terms.start:
        yield Problem(path, f"{day} is before the contract's start, {terms.start}")
    elif day is not None and terms.end is not None and day > terms.end and terms.renewal.kind == "none":
        yield Problem(path, f"{day} is after the contract's end, {terms.end}")


def _meters(terms: Terms) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, line in enumerate(terms.lines):
        if line.meter is None:
            continue
        other = terms.lines[first.setdefault(line.meter, number)]
        if line.aggregation != other.aggregation:
            yield Problem(
                ("lines", number, "aggregation"),
                f"{line.aggregation} differs from {other.aggregation} of the same meter in "
                f"lines[{first[line.meter] + 1}]; a meter is counted in one way",
            )


def _once(terms: Terms) -> Iterator[Problem]:
    for name in ("fees", "milestones", "credits"):
        for number, part in enumerate(getattr(terms, name)):
            yield from _within(terms, part.date, (name, number, "date"))
    for number, commitment in enumerate(terms.commitments):
        yield from _coins(commitment.amount, terms, ("commitments", number, "amount"))
    for number, credit in enumerate(terms.credits):
        yield from _coins(credit.amount, terms, ("credits", number, "amount"))
        yield from _coins(credit.price, terms, ("credits", number, "price"))


def _coins(amount: Decimal | None, terms: Terms, path: Path) -> Iterator[Problem]:
    places = minor_units(terms.currency)
    if amount is not None and decimals(amount) > places:
        yield Problem(path, f"{amount:f} is finer than the smallest coin of {terms.currency}; round it")


def _milestones(terms: Terms) -> Iterator[Problem]:
    shares = [milestone.pct for milestone in terms.milestones if milestone.pct is not None]
    yield from _coins(terms.milestone_total, terms, ("milestone_total",))
    for number, milestone in enumerate(terms.milestones):
        yield from _coins(milestone.amount, terms, ("milestones", number, "amount"))
    if shares and terms.milestone_total is None:
        yield Problem(("milestone_total",), "is missing; say what the percentages of the milestones are of")
    if shares and sum(shares) != 100:
        yield Problem(("milestones",), f"the percentages add up to {sum(shares):f}, not to 100")
    if not shares and terms.milestone_total is not None:
        yield Problem(("milestone_total",), "no milestone has a percentage of it; remove it")


def _commitment(terms: Terms, commitment: Commitment, path: Path) -> Iterator[Problem]:
    lines = yield from _known(terms, commitment.lines, path)
    if commitment.per == "term" and _is_open(terms):
        yield Problem((*path, "per"), "the contract has no term that ends; write per: period, or give it an end")
    if commitment.per == "period" and any(line.accumulate == "term" for line in lines):
        yield Problem((*path, "per"), "the tiers of its lines run on through the term; write per: term")
    if commitment.per == "period" and len({(terms.months(line), terms.timing(line)) for line in lines}) > 1:
        yield Problem((*path, "lines"), "are not billed in the same periods; give them one frequency and timing")


def _known(terms: Terms, ids: tuple[str, ...], path: Path) -> Generator[Problem, None, tuple[PriceLine, ...]]:
    """Yield the ids that are no lines; return the lines of the others."""
    by_id = {line.id: line for line in terms.lines}
    for number, name in enumerate(ids):
        if name not in by_id:
            yield Problem(
                (*path, "lines", number), f"{name} is not the id of a line; there are {', '.join(by_id) or 'none'}"
            )
        elif name in ids[:number]:
            yield Problem((*path, "lines", number), f"{name} stands here twice")
    return tuple(by_id[name] for name in ids if name in by_id)


def _credits(terms: Terms) -> Iterator[Problem]:
    for number, credit in enumerate(terms.credits):
        path: Path = ("credits", number)
        yield from _known(terms, credit.lines, path)
        bought = credit.date or terms.start
        if credit.expires is not None and credit.expires < bought:
            yield Problem((*path, "expires"), f"{credit.expires} is before it is bought, {bought}")


def _allowances(terms: Terms) -> Iterator[Problem]:
    meters = {line.meter for line in terms.lines if line.meter is not None}
    for number, allowance in enumerate(terms.allowances):
        if allowance.meter not in meters:
            words = f"{allowance.meter} is the meter of no line; there are {', '.join(sorted(meters)) or 'none'}"
            yield Problem(("allowances", number, "meter"), words)
        if allowance.per == "term" and _is_open(terms):
            yield Problem(("allowances", number, "per"), "the contract has no term that ends; write per: period")
