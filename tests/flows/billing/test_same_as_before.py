"""The first invoice of a simple deal says exactly what the deal says, to the cent and to the day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from flows.billing import Contracted
from flows.billing.rules import FIRST, Drafted, contracted, draft, entries
from flows.contracts.mapping import terms_of_deal
from flows.invoicing import rules as deal_rules
from flows.rating import rate
from flows.values.deal import Deal
from tests.flows.deals import BILL_TO, DEAL, POLICY, TODAY, deal, line, sound_deals


def contract_of(one: Deal) -> Contracted:
    found = terms_of_deal(one, BILL_TO, None, POLICY, since=TODAY)
    assert isinstance(found, Contracted)
    return found


def first_invoice(contract: Contracted, today: date = TODAY) -> Drafted:
    first = next(iter(entries(contract.terms, opened_on=today, horizon=date(2100, 12, 31), reached={})))
    assert first.key == FIRST
    found = draft(contract, rate(contract.terms, first.invoice), invoice_date=first.invoice_date, opens=True)
    assert found is not None
    return found


@given(sound_deals(), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_the_contract_bills_what_the_deal_says(sound: Deal, today: date) -> None:
    said = deal_rules.draft(sound, BILL_TO, today=today, policy=POLICY)
    assert first_invoice(contract_of(sound), today).content.as_json() == said.as_json()


@given(sound_deals())
def test_a_contract_is_read_back_as_it_was_written(sound: Deal) -> None:
    contract = contract_of(sound)
    assert contracted(contract.as_json()) == contract
    assert contracted(contract.as_json()).content_hash() == contract.content_hash()


def test_what_costs_nothing_stands_on_the_first_invoice() -> None:
    free = line(source_id="f", description="Onboarding", billing="one_time", frequency=None, unit_price=Decimal(0))
    both = deal(lines=(free, *DEAL.lines))
    said = deal_rules.draft(both, BILL_TO, today=TODAY, policy=POLICY)
    assert first_invoice(contract_of(both)).content == said
