"""Payment terms as people write them, and those that say more than a number of days."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.values.terms import UnknownTerms, format_terms, parse_terms


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Net 30", 30),
        ("NET-45", 45),
        ("net30", 30),
        ("Net: 30", 30),
        ("net 30 days", 30),
        ("30 days net", 30),
        ("30", 30),
        ("N30", 30),
        ("n/60", 60),
        ("net-30-days", 30),
        ("Net 30.", 30),
        ("  Net\u00a030 ", 30),
        ("３０", 30),  # full-width digits from a Japanese keyboard
        ("Due in 14 days", 14),
        ("Payable within 10 days of invoice", 10),
        ("Net thirty", 30),
        ("Net forty-five", 45),
        ("Net 0", 0),
        ("Due on receipt", 0),
        ("Due upon receipt", 0),
        ("Payment due on receipt", 0),
        ("Immediate", 0),
        ("net 365", 365),
    ],
)
def test_terms_that_say_a_number_of_days(text: str, days: int) -> None:
    assert parse_terms(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "Net",
        "days",
        "2/10 net 30",  # a discount that must not be lost
        "Net 30 EOM",
        "EOM",
        "net -30",
        "-30",
        "30-60",
        "30.5",
        "net 366",
        "Net 30, 50% upfront",
        "٣٠",
        "net 30\nBcc: x@y.example",
        "x" * 5000,
    ],
)
def test_terms_that_say_something_else_are_refused(text: str) -> None:
    with pytest.raises(UnknownTerms, match="Net 30"):
        parse_terms(text)


@given(st.integers(0, 365))
def test_written_terms_are_read_back(days: int) -> None:
    assert parse_terms(format_terms(days)) == days


@given(st.text())
def test_any_text_gives_days_or_unknown_terms(text: str) -> None:
    try:
        days = parse_terms(text)
    except UnknownTerms:
        return
    assert 0 <= days <= 365
