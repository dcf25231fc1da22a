"""When something is broken: nothing is lost, nothing is done twice, and a person is told what to do."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import POSTGRESQL_AT_NIGHT
from tests.scenarios.house import OPERATORS, House
from tests.scenarios.papers import Salesforce, Stripe

APPROVE, RETRY = "approval.approve", "attention.retry"


@pytest.mark.parametrize("house", POSTGRESQL_AT_NIGHT, indirect=True)
def test_a_total_that_differs_at_stripe_stops_before_anything_goes_out(house: House) -> None:
    house.close_deal("flat", account="Acacia Solar", contact_email="pay@acacia.example")
    house.fault("stripe", "5xx", method="invoices.retrieve", count=1000)
    house.click("dana", APPROVE, house.card_about("Acacia Solar"))
    asked = house.messages(OPERATORS)[-1]
    assert "Acacia Solar" in asked.words and "is not issued" in asked.words
    stripe = Stripe(house)
    draft = stripe.draft_for("pay@acacia.example")
    assert draft, "it was made, and could not be read back"
    extra = stripe.add_line(draft, 100)
    house.fault("stripe", "off")
    house.click("lee", RETRY, asked)
    card = house.card_about("Acacia Solar")
    assert "USD 12,001.00" in card.words and "USD 12,000.00 was approved" in card.words
    assert not card.files
    asked = house.messages(OPERATORS)[-1]
    assert "Acacia Solar" in asked.words and "Nothing was sent to the customer" in asked.words
    stripe.remove_line(extra)
    house.click("lee", RETRY, asked)
    assert "is issued" in house.card_about("Acacia Solar").text
    assert "settled" in house.messages(OPERATORS)[-1].words
    assert RETRY not in house.messages(OPERATORS)[-1].buttons


def test_approvers_that_cannot_be_read_approve_nothing_and_tell_the_operators(house: House) -> None:
    house.close_deal("flat", account="Basalt Homes")
    card = house.card_about("Basalt Homes")
    house.fault("slack", "5xx", method="usergroups.users.list", count=1000)
    house.press("dana", APPROVE, card)
    (told,) = house.until(lambda: house.told("dana", since=card))
    assert told.startswith("I cannot read who belongs to the approvers just now, so nobody can decide this yet.")
    title = "Who may approve an invoice could not be read"
    asked = house.until(lambda: [one for one in house.messages(OPERATORS) if title in one.words])
    assert RETRY in asked[0].buttons
    house.fault("slack", "off")
    house.settle()
    house.click("dana", APPROVE, card)
    assert "is issued" in house.card_about("Basalt Homes").text
    settled = next(one for one in house.messages(OPERATORS) if one.ts == asked[0].ts)
    assert settled.text.startswith(f"Settled: {title}")


@pytest.mark.parametrize(
    ("where", "kind", "more"),
    [
        ("stripe", "5xx", {"count": 2}),
        ("stripe", "drop_after", {"method": "invoices.finalize"}),
        ("stripe", "429", {"count": 1, "seconds": 1}),
        ("salesforce", "5xx", {"count": 2}),
        ("slack", "429", {"method": "chat.update", "count": 1, "seconds": 1}),
        ("slack", "drop_after", {"method": "files.completeUploadExternal"}),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_far_side_that_stumbles_delays_the_invoice_and_no_more(
    house: House, where: str, kind: str, more: dict[str, object]
) -> None:
    customer = f"Cinder {where} {kind} {more.get('method', '')}".strip()
    deal = house.close_deal("flat", account=customer)
    house.fault(where, kind, **more)
    house.click("dana", APPROVE, house.card_about(customer))
    card = house.card_about(customer)
    assert "is issued" in card.text, card.words
    (file,) = card.files
    number = file["name"].removesuffix(".pdf")
    assert [one["status"] for one in Stripe(house).invoices() if one["number"] == number] == ["open"]
    assert Salesforce(house).opportunity(deal)["Dunwell_Invoice_Number__c"] == number
    assert sum(f"Issued {number}" in reply for reply in card.replies) == 1


@pytest.mark.parametrize("house", POSTGRESQL_AT_NIGHT, indirect=True)
def test_after_a_restart_every_old_button_works(house: House) -> None:
    house.close_deal("flat", account="Dune Cafe")
    house.close_deal("no_contact", account="Eyrie Kites")
    approve, mend = house.card_about("Dune Cafe"), house.card_about("Eyrie Kites")
    reject = house.click("dana", "approval.reject", approve)["view"]
    house.restart()
    house.submit("dana", reject, reason_choice="duplicate")
    assert "rejected" in house.card_about("Dune Cafe").words
    view = house.click("rita", mend.buttons[0], mend)["view"]
    house.submit("rita", view, contact_email="kites@eyrie.example")
    invoice = house.cards_about("Eyrie Kites")[1]
    house.click("dana", APPROVE, invoice)
    card = house.cards_about("Eyrie Kites")[1]
    assert "is issued" in card.text
    view = house.click("gus", "approval.more", card, value=_entry(card, "history"))["view"]
    assert "approved" in house.modal(view).words


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)  # on PostgreSQL others wait for the dead worker's lease
def test_a_restart_in_the_middle_of_issuing_issues_once(house: House) -> None:
    house.close_deal("mixed", account="Flint Gallery")
    house.fault("stripe", "slow", method="invoices.finalize", seconds=5)
    house.press("dana", APPROVE, house.card_about("Flint Gallery"))
    house.until(lambda: "issuing" in house.card_about("Flint Gallery").words)
    house.restart()
    house.settle()
    card = house.card_about("Flint Gallery")
    assert "is issued" in card.text, card.words
    (file,) = card.files
    number = file["name"].removesuffix(".pdf")
    assert len([one for one in Stripe(house).invoices() if one["number"] == number]) == 1


def test_a_day_passes_and_an_old_card_still_works(house: House) -> None:
    house.close_deal("flat", account="Grove Tea")
    before = house.state()["now"][:10]
    house.advance(days=1)
    assert house.state()["now"][:10] > before
    card = house.card_about("Grove Tea")
    house.click("dana", APPROVE, card)
    assert "is issued" in house.card_about("Grove Tea").text


def _entry(card: object, act: str) -> str:
    menu = card.button("approval.more")  # type: ignore[attr-defined]
    return str(next(option["value"] for option in menu["options"] if option["value"].startswith(act)))
