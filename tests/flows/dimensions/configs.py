"""A small company's chart and dimensions for the tests, and arbitrary ones that fit together."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
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
        periods=draw(_periods()),
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


@st.composite
def _dimensions(draw: st.DrawFn, name: str) -> Dimension:
    codes = draw(st.lists(CODES, unique=True, max_size=6))
    defaults = draw(st.dictionaries(st.sampled_from(["ACME", "BETA"]), CODES, max_size=2))
    return Dimension(name, None, {code: draw(_values(code)) for code in codes}, defaults)


def _values(code: str) -> st.SearchStrategy[DimensionValue]:
    return st.builds(
        DimensionValue,
        code=st.just(code),
        active=st.sampled_from([True, True, False]),
        replaced_by=st.none() | CODES,
        parent_only=st.sampled_from([False, False, True]),
        valid_from=st.none() | DAYS,
        valid_to=st.none() | DAYS,
        subsidiaries=st.sampled_from([(), ("US",), ("UK", "US")]),
    )


def _accounts(code: str, dimensions: list[str]) -> st.SearchStrategy[Account]:
    return st.builds(
        Account,
        code=st.just(code),
        requires=st.lists(st.sampled_from(dimensions), unique=True).map(tuple),
        active=st.sampled_from([True, True, False]),
        header=st.sampled_from([False, False, True]),
        currency=st.sampled_from([None, "USD"]),
        replaced_by=st.sampled_from([None, "4000", "4001"]),
    )


def _relationships(source: str, target: str) -> st.SearchStrategy[Relationship]:
    allowed = st.dictionaries(CODES, st.lists(CODES, max_size=2, unique=True).map(tuple), max_size=4)
    return st.builds(Relationship, st.just(source), st.just(target), allowed, st.booleans(), st.booleans())


@st.composite
def _periods(draw: st.DrawFn) -> tuple[AccountingPeriod, ...]:
    cuts = sorted(set(draw(st.lists(DAYS, max_size=4))))
    status = st.sampled_from(PeriodStatus)
    return tuple(
        AccountingPeriod(start, max(start, end - timedelta(days=draw(st.integers(1, 3)))), draw(status))
        for start, end in pairwise(cuts)
    )
