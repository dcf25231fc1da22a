"""Looking things up: the command in all its words, App Home for whoever opens it, details, history and PDF."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import POSTGRESQL_AT_NIGHT
from tests.scenarios.house import APPROVALS, House

APPROVE, MORE = "approval.approve", "approval.more"


@pytest.fixture
def number(house: House) -> str:
    """The number of an invoice that was issued just now, to Harrow Press."""
    house.close_deal("flat", account="Harrow Press")
    card = house.cards_about("Harrow Press")[-1]
    house.click("dana", APPROVE, card)
    return str(house.cards_about("Harrow Press")[-1].files[0]["name"].removesuffix(".pdf"))


@pytest.mark.parametrize("text", ["", " status", " STATUS "])
def test_status_counts_what_waits(house: House, text: str) -> None:
    house.close_deal("flat", account=f"Isle {len(text)}")
    answer = house.command("lee", f"/dunwell{text}")
    assert "for approval*" in answer and "issued in the last seven days" in answer


@pytest.mark.parametrize("house", POSTGRESQL_AT_NIGHT, indirect=True)
def test_waiting_lists_the_oldest_first_with_a_link(house: House) -> None:
    house.clear_the_desk()
    house.close_deal("flat", account="Jetty Nord")
    house.close_deal("per_unit", account="Jetty Sued")
    card = house.card_about("Jetty Nord")
    answer = house.command("dana", "/dunwell waiting")
    assert answer.startswith("*2 invoices wait for approval*")
    assert answer.index("Jetty Nord") < answer.index("Jetty Sued")
    assert f"p{card.ts.replace('.', '')}|Jetty Nord>" in answer


def test_the_audit_word_tells_who_did_what(house: House, number: str) -> None:
    answer = house.command("dana", f"/dunwell audit {number.lower()}")
    assert answer.startswith(f"*{number}* is issued")
    assert "<@U0DANA> approved" in answer and "posted the invoice to the ledger" in answer


@pytest.mark.parametrize("words", ["", "status", "waiting", "stuck", "audit INV-000001"])
def test_a_guest_is_told_of_no_invoice(house: House, words: str) -> None:
    said = house.command("gus", f"/dunwell {words}", APPROVALS)
    assert said == "Only members of this workspace can ask this. Ask one of them."


def test_a_guest_gets_help(house: House) -> None:
    assert "`/dunwell waiting` lists" in house.command("gus", "/dunwell help", APPROVALS)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/dunwell help", "`/dunwell waiting` lists"),
        ("/dunwell wating", "Did you mean `/dunwell waiting`?"),
        ("/dunwell <!channel> *x*", "I do not know that word."),
        ("/dunwell audit", "Which invoice?"),
        ("/dunwell audit INV-999999", "There is no issued invoice INV-999999."),
    ],
)
def test_other_words_get_help(house: House, typed: str, answer: str) -> None:
    said = house.command("rita", typed)
    assert answer in said and "<!channel>" not in said


def test_stuck_lists_what_needs_a_person(house: House) -> None:
    deal = house.close_deal("flat", account="Kiln Ceramics")
    house.click("dana", APPROVE, house.card_about("Kiln Ceramics"))
    house.change_deal(deal, quantity=2)
    answer = house.command("lee", "/dunwell stuck")
    assert "changed after the invoice had gone out" in answer


def test_the_approvers_home_lists_what_waits_and_what_was_decided(house: House) -> None:
    house.clear_the_desk()
    house.close_deal("flat", account="Lighthouse Inn")
    house.click("dana", APPROVE, house.card_about("Lighthouse Inn"))
    number = house.card_about("Lighthouse Inn").files[0]["name"].removesuffix(".pdf")
    house.close_deal("per_unit", account="Lagoon Ferries")
    home = house.home("dana").words
    assert "Waiting for you" in home and "Lagoon Ferries · EUR 12,400.00" in home
    assert number in home and "You approved" in home
    house.click("dana", APPROVE, house.card_about("Lagoon Ferries"))
    home = house.home("dana").words
    assert "Nothing waits for you. Last: Lagoon Ferries" in home, "it waits for Lee now"
    assert "1 invoice waits for you" in house.home("lee").words


def test_the_home_of_somebody_new_says_what_this_is(house: House) -> None:
    home = house.home("rita").words
    assert "Nothing waits for you." in home and "Hello Rita Novak. I am Dunwell." in home
    assert "You are not an approver." in home


def test_a_guests_home_shows_no_invoice(house: House) -> None:
    house.close_deal("flat", account="Mesa Law")
    home = house.home("gus").words
    assert "Nothing waits for you." in home and "Mesa Law" not in home and "USD" not in home


def test_history_and_pdf_are_in_the_menu_of_the_card(house: House, number: str) -> None:
    card = house.cards_about("Harrow Press")[-1]
    entries = {option["text"]["text"]: option["value"] for option in card.button(MORE)["options"]}
    assert list(entries) == ["View details", "Invoice PDF", "History", "Credit…", "Void and re-issue…"]
    shown = {
        title: house.modal(house.click("sam", MORE, card, value=value)["view"]).words
        for title, value in list(entries.items())[:3]  # the others open forms, see test_credits.py
    }
    assert f"{number}.pdf stands in the thread" in shown["Invoice PDF"]
    assert "asked for approval" in shown["History"] and "<@U0DANA>" in shown["History"]
    assert "account 4000" in shown["View details"]


def test_the_lock_screen_sentence_is_enough_alone(house: House) -> None:
    house.close_deal("flat", account="Nimbus Air")
    card = next(one for one in reversed(house.messages(APPROVALS)) if "Nimbus Air" in one.text)
    assert card.text.startswith("Nimbus Air, USD 12,000.00, due ")
    assert card.text.endswith("please approve (step 1 of 1).")
