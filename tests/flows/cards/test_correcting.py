"""Who is asked about a correction, in a sentence of its own."""

from __future__ import annotations

from dataclasses import replace

from flows.crediting import cards
from tests.flows.cards.corrections import CREDIT, REQUEST
from tests.flows.cards.reading import words


def test_the_card_begins_its_sentence_in_capitals_when_two_of_a_group_are_asked() -> None:
    two = replace(REQUEST, who="two of @finance-approvers", needed=2, ask=())
    said = words(cards.correction_card(replace(CREDIT, request=two)))
    assert "\nTwo of @finance-approvers, please approve" in said
