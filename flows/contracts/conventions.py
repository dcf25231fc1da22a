"""What holds for a contract as a whole: how it is renewed, how its periods are counted, and what parts of them cost.

The catalogue says it in `[contract]` for all contracts, and for a product where that differs. One contract has one of
each, so the products of a deal must agree; what they do not agree on is asked about. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flows.contracts.product_parts import NO_RENEWAL, Parts, read_parts
from flows.policy.reading import Section
from flows.schedule import Alignment, ArrearsOn, Proration, UnsupportedConvention, convention
from flows.terms.checks import billing_problems
from flows.terms.model import Billing, Renewal
from flows.terms.problems import Problem


@dataclass(frozen=True, slots=True)
class Conventions:
    """The conventions of a contract. None is as the contract has it otherwise, or as the terms usually have it."""

    renewal: Renewal | None = None
    alignment: Alignment | None = None
    anchor_day: int | None = None
    fiscal_year_start_month: int | None = None
    arrears_on: ArrearsOn | None = None
    proration: Proration | None = None

    def over(self, usual: Conventions) -> Conventions:
        """Return these with all that they do not say as `usual` has it, and after that as it usually is.

        A billing day and a fiscal year are left out where the periods are counted in the other way.
        """
        alignment = self.alignment or usual.alignment or Alignment.ANNIVERSARY
        by_calendar = alignment is Alignment.CALENDAR
        return Conventions(
            renewal=self.renewal or usual.renewal or Renewal(),
            alignment=alignment,
            anchor_day=None if by_calendar else self.anchor_day or usual.anchor_day,
            fiscal_year_start_month=self.fiscal_year_start_month or usual.fiscal_year_start_month
            if by_calendar
            else None,
            arrears_on=self.arrears_on or usual.arrears_on or ArrearsOn.DAY_AFTER,
            proration=self.proration or usual.proration or Proration.ACTUAL_DAYS,
        )


NONE: Final = Conventions()


def read_conventions(one: Section, renewal: Renewal | None, usual: Conventions = NONE) -> Conventions:
    """Return what a table says, noting what is wrong. `usual` is what holds for what it leaves out."""
    said = Conventions(
        renewal=renewal,
        alignment=named(one, "alignment", Alignment),
        anchor_day=_number(one, "anchor_day", most=31),
        fiscal_year_start_month=_number(one, "fiscal_year_start_month", most=12),
        arrears_on=named(one, "arrears_on", ArrearsOn),
        proration=named(one, "proration", Proration),
    )
    billing = Billing.model_construct(
        alignment=said.alignment or usual.alignment or Alignment.ANNIVERSARY,
        anchor_day=said.anchor_day,
        fiscal_year_start_month=said.fiscal_year_start_month,
    )
    for problem in billing_problems(billing):
        one.fault(str(problem.path[0]), f"{problem.message}.")
    return said


def read_contract(one: Section, note: Callable[[Problem], None]) -> Conventions:
    """Return what the table `[contract]` says of every contract, noting what is wrong; `note` takes what is deeper."""
    found = read_parts({"renewal": one.table["renewal"]}) if one.has("renewal") else Parts()
    if not isinstance(found, Parts):
        for problem in found:
            note(problem)
        found = Parts()
    return read_conventions(one, found.renewal)


def named(one: Section, key: str, kind: Any) -> Any:
    """Return a convention by its name, None where the key is not written or its name, which is noted, is not known."""
    text = one.optional_text(key)
    if text is None:
        return None
    try:
        return convention(kind, text)
    except UnsupportedConvention as error:
        one.fault(key, f"is not supported: {error}")
        return None


def _number(one: Section, key: str, *, most: int) -> int | None:
    return one.whole(key, default=1, least=1, most=most) if one.has(key) else None


_Said = Callable[[Conventions], str]
_ASKED: Final[tuple[tuple[str, _Said], ...]] = (
    ("renewal", lambda one: renewal_words(one.renewal)),
    ("alignment", lambda one: str(one.alignment)),
    ("anchor_day", lambda one: f"day {one.anchor_day}" if one.anchor_day else "the contract's first day"),
    ("fiscal_year_start_month", lambda one: f"month {one.fiscal_year_start_month or 1}"),
    ("arrears_on", lambda one: str(one.arrears_on)),
    ("proration", lambda one: str(one.proration)),
)


@dataclass(frozen=True, slots=True)
class Holds:
    """By what one line of a deal, named as “line 3 (SEATS)”, is billed; `in_arrears`: after its periods."""

    name: str
    conventions: Conventions
    in_arrears: bool


def disagreements(lines: Sequence[Holds]) -> Iterator[str]:
    """Yield in words, with both names, what two lines of a deal have differently although a contract has one of it.

    Which day an invoice in arrears has is a matter of lines in arrears alone.
    """
    for key, said in _ASKED:
        heeded = [one for one in lines if one.in_arrears or key != "arrears_on"]
        other = next((one for one in heeded if said(one.conventions) != said(heeded[0].conventions)), None)
        if other is not None:
            yield (
                f"L{heeded[0].name[1:]} has the {key} “{said(heeded[0].conventions)}” and {other.name} has "
                f"“{said(other.conventions)}”. One contract has one {key}: correct the product catalogue, or make two "
                "deals of it."
            )


def agreed(lines: Sequence[Holds]) -> Conventions:
    """Return what holds for the contract of lines without disagreements."""
    if not lines:
        return NONE.over(NONE)
    late = next((one for one in lines if one.in_arrears), lines[0])
    return replace(lines[0].conventions, arrears_on=late.conventions.arrears_on)


def renewal_words(renewal: Renewal | None) -> str:
    """Say how a contract is renewed."""
    if renewal is None or renewal == NO_RENEWAL:
        return "none"
    rise = f", prices rise by {renewal.uplift_pct.normalize():f}%" if renewal.uplift_pct else ""
    if renewal.kind == "evergreen":
        return f"it goes on until it is cancelled{rise}{f' every {renewal.months} months' if rise else ''}"
    times = "" if renewal.times is None else ", once" if renewal.times == 1 else f", {renewal.times} times"
    return f"for {renewal.months} months{times}{rise}{' each time' if rise and renewal.times != 1 else ''}"
