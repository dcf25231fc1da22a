"""What stands on a card and a PDF about an early payment and instalments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from flows.schedule import ways_to_pay
from flows.values.money import Money

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("terms", "total", "ways"),
    [
        ("Net 30", "2400", ()),
        ("EOM + 10", "2400", ()),
        # 2 % of 2,400 is 48; 10 days later is 3 December, 30 days later 23 December
        (
            "2/10 net 30",
            "2400",
            ("USD 2,352.00 by 3 Dec 2026, less USD 48.00; else USD 2,400.00 by 23 Dec 2026",),
        ),
        # 100.01 x 33.33 % = 33.333333 -> 33.33, twice; the last one takes 100.01 - 66.66
        (
            "3 instalments: 33.33 % due on receipt; 33.33 % net 30; 33.34 % net 60",
            "100.01",
            (
                "1 of 3: USD 33.33 by 23 Nov 2026",
                "2 of 3: USD 33.33 by 23 Dec 2026",
                "3 of 3: USD 33.35 by 22 Jan 2027",
            ),
        ),
        ("2/10 net 30", "0", ()),
        ("2/10 net 30", "0.01", ()),  # 2 % of a cent is nothing
        ("as usual", "2400", ()),
    ],
)
def test_ways_to_pay(terms: str, total: str, ways: tuple[str, ...]) -> None:
    assert ways_to_pay(terms, DAY, Money(Decimal(total), "USD")) == ways
