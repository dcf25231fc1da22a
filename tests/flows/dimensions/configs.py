"""A small company's chart and dimensions for the tests, and arbitrary ones that fit together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from hypothesis import strategies as st

from flows.dimensions import DimensionConfig, LineCoding
from flows.dimensions.load import config_of
from flows.dimensions.model import (
    Account,
    AccountingPeriod,
    Dimension,
    DimensionValue,
    PeriodStatus,
    Relationship,
)
from flows.dimensions.rules import Posting

NOVEMBER = date(2026, 11, 15)

SMALL: dict[str, Any] = {
    "accounts": {
        "4": {"header": True},
        "4000": {"requires": ["department"]},
        "4010": {"requires": ["department", "location"]},
        "4020": {},
        "4090": {"active": False, "replaced_by": "4000"},
        "5000": {"currency": "USD"},
    },
    "dimensions": {
        "department": {
            "values": {
                "ALL": {"parent_only": True},
                "ENG": {},
                "SALES": {},
                "OPS": {"active": False, "replaced_by": "ENG"},
                "OLD": {"active": False, "replaced_by": "OPS"},
            },
            "defaults": {"ACME": "SALES", "LATE": "OPS"},
        },
        "location": {
            "values": {
                "LON": {"subsidiaries": ["UK"]},
                "NYC": {"subsidiaries": ["US"]},
                "PAR": {"valid_to": "2026-06-30"},
            }
        },
        "project": {"values": {"P-100": {}, "P-200": {"valid_from": "2026-07-01"}, "P-300": {"active": False}}},
        "cost_centre": {"values": {"CC10": {}, "CC20": {}}},
    },
    "periods": [
        {"start": "2026-06-01", "end": "2026-07-31", "status": "open"},
        {"start": "2026-09-01", "end": "2026-09-30", "status": "closed"},
        {"start": "2026-10-01", "end": "2026-10-31", "status": "ar_locked"},
        {"start": "2026-11-01", "end": "2026-11-30", "status": "open"},
    ],
}  # fmt: skip


def small(**more: Any) -> DimensionConfig:
    """Return the small company's configuration with more keys at the top."""
    return config_of(SMALL | more)


NAMES = ("department", "location", "project", "class")
CODES = st.sampled_from(["A1", "A2", "a1", "B", "B ", "CC10", "CC20", "ENG", "PAR"])
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))


@st.composite
def configs(draw: st.DrawFn) -> DimensionConfig:
    """Give configurations of every kind whose relationships stand in an order in which each finds its source filled."""
    dimensions = {name: draw(_dimensions(name)) for name in NAMES[: draw(st.integers(1, 4))]}
    pairs = [(a, b) for b in range(len(dimensions)) for a in range(b)]  # sorted by target: filled before it is a source
    relationships = [draw(_relationships(NAMES[a], NAMES[b])) for a, b in pairs if draw(st.booleans())]
    return DimensionConfig(
        accounts={code: draw(_accounts(code, list(dimensions))) for code in ("4000", "4001", "41")},
        dimensions=dimensions,
        periods=draw(PERIODS),
        relationships=tuple(relationships),
        max_dimensions=draw(st.none() | st.integers(0, 4)),
        required_always=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2))),
    )


def lines() -> st.SearchStrategy[LineCoding]:
    """Give lines that are right, nearly right and wrong."""
    names = st.sampled_from([*NAMES, "region"])
    accounts = st.sampled_from(["4000", "4001", "41", "400", " 4000 ", "9999", "", None])
    values = CODES | st.sampled_from(["", "cc10", "ENGG", "X"])
    return st.builds(LineCoding, accounts, st.dictionaries(names, values, max_size=5))


def postings() -> st.SearchStrategy[Posting]:
    """Give surroundings of a line."""
    some = st.sampled_from
    return st.builds(Posting, DAYS, some([None, "US", "UK"]), some([None, "ACME", "BETA"]), some([None, "USD", "EUR"]))


def _variants() -> tuple[DimensionValue, ...]:
    """Return values of every kind under one code; a draw takes one of them, which is quicker than making it up."""
    kinds = product(
        (True, True, False), (None, "A2", "ENG"), (False, False, True), (None, (1, 20)), (None, (2, 10)), (0, 0, 1, 2)
    )
    return tuple(
        DimensionValue(
            "", None, active, replaced_by, parent_only, _day(since), _day(until), ((), ("US",), ("UK", "US"))[owners]
        )
        for active, replaced_by, parent_only, since, until, owners in kinds
    )  # fmt: skip


def _day(month_and_day: tuple[int, int] | None) -> date | None:
    return date(2026, *month_and_day) if month_and_day else None


VARIANTS = _variants()
CODE_LISTS = st.lists(st.tuples(CODES, st.sampled_from(VARIANTS)), unique_by=lambda each: each[0], max_size=4)
MAPS = st.dictionaries(CODES, st.sampled_from([(), ("A1",), ("ENG",), ("B",), ("A1", "A2"), ("PAR",)]), max_size=3)
DEFAULTS = st.sampled_from([{}, {"ACME": "A1"}, {"ACME": "ENG", "BETA": "X"}])
PERIODS = st.sampled_from(
    [
        (),
        (AccountingPeriod(date(2026, 1, 1), date(2026, 3, 31), PeriodStatus.OPEN),),
        (
            AccountingPeriod(date(2026, 3, 1), date(2026, 3, 30), PeriodStatus.OPEN),
            AccountingPeriod(date(2026, 1, 1), date(2026, 1, 31), PeriodStatus.CLOSED),
            AccountingPeriod(date(2026, 2, 1), date(2026, 2, 14), PeriodStatus.OPEN),
            AccountingPeriod(date(2026, 2, 15), date(2026, 2, 28), PeriodStatus.AR_LOCKED),
        ),
    ]
)
KINDS = st.sampled_from([(False, False), (True, False), (False, True), (True, True)])


@st.composite
def _dimensions(draw: st.DrawFn, name: str) -> Dimension:
    values = {code: replace(variant, code=code) for code, variant in draw(CODE_LISTS)}
    return Dimension(name, None, values, draw(DEFAULTS))


def _accounts(code: str, dimensions: list[str]) -> st.SearchStrategy[Account]:
    some = (tuple(dimensions), tuple(dimensions[:1]), ())
    kinds = product(some, (True, True, False), (False, False, True), (None, "USD"), (None, "4000", "4001"))
    return st.sampled_from([Account(code, None, *kind) for kind in kinds])


@st.composite
def _relationships(draw: st.DrawFn, source: str, target: str) -> Relationship:
    return Relationship(source, target, draw(MAPS), *draw(KINDS))
