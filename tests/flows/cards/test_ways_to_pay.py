"""An approver sees what an early payment saves, and what is due when."""

from __future__ import annotations

from flows.approvals.cards import approval_card
from tests.flows.cards.reading import words
from tests.flows.cards.samples import content, view


def test_the_card_says_what_an_early_payment_saves() -> None:
    assert "To pay" not in words(approval_card(view(content())))
    said = words(approval_card(view(content(terms="2 % within 10 days, else net 30"))))
    assert "less EUR" in said and "*To pay*" in said


def test_the_card_names_the_instalments_and_how_many_more_there_are() -> None:
    parts = "; ".join(f"net {days}" for days in range(10, 90, 10))
    said = words(approval_card(view(content(terms=f"8 equal instalments: {parts}"))))
    assert "1 of 8: EUR" in said and "and 2 more; the PDF shows all 8" in said
