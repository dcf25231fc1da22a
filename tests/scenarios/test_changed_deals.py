"""A deal that changes after it was closed: earlier approvals count no longer, and what has gone out stays as it is."""

from __future__ import annotations

from tests.scenarios.house import OPERATORS, House
from tests.scenarios.papers import Stripe

APPROVE = "approval.approve"


def test_a_waiting_invoice_is_asked_for_again_when_its_deal_changes(house: House) -> None:
    deal = house.close_deal("per_unit", account="Larch Media")
    old = house.card_about("Larch Media")
    house.click("dana", APPROVE, old)
    house.change_deal(deal, quantity=42)
    card = house.card_about("Larch Media")
    assert card.ts == old.ts, "the same card shows the new version"
    assert "EUR 12,520.00" in card.words and "v2 ·" in card.words
    assert "approved ·" not in card.words, "the approval of v1 does not count for v2"
    changed = card.replies[-1]
    assert "The deal changed: this is v2 now. Approvals of earlier versions no longer count." in changed
    house.press_old("lee", card, old.button(APPROVE))
    (told,) = house.told("lee", since=card)
    assert told == ("This card shows v1; the invoice is now v2. Nothing was changed. Decide on the newest card.")
    for who in ("lee", "dana"):
        house.click(who, APPROVE, house.card_about("Larch Media"))
    assert "EUR 12,520.00" in house.card_about("Larch Media").text
    assert "is issued" in house.card_about("Larch Media").text


def test_a_changed_deal_after_a_request_for_changes_asks_again(house: House) -> None:
    deal = house.close_deal("flat", account="Maple & Moss")
    house.request_changes("dana", house.card_about("Maple &amp; Moss"), "the PO is wrong")
    house.change_deal(deal, po_number="PO-9001")
    card = house.card_about("Maple &amp; Moss")
    assert "PO-9001" in card.words and "awaiting approval" in card.words
    house.click("dana", APPROVE, card)
    assert "is issued" in house.card_about("Maple &amp; Moss").text


def test_a_deal_changed_between_click_and_reason_is_not_rejected_unseen(house: House) -> None:
    deal = house.close_deal("flat", account="Nettle Works")
    card = house.card_about("Nettle Works")
    view = house.click("dana", "approval.reject", card)["view"]
    house.change_deal(deal, unit_price="13000.00")
    house.submit("dana", view, reason_choice="not_due")
    card = house.card_about("Nettle Works")
    assert "awaiting approval" in card.words and "USD 13,000.00" in card.words
    (told,) = house.told("dana", since=card)
    assert told.startswith("This card shows v1; the invoice is now v2.")


def test_a_deal_changed_after_issue_changes_nothing_and_asks_a_person(house: House) -> None:
    deal = house.close_deal("flat", account="Osprey Tools")
    house.click("dana", APPROVE, house.card_about("Osprey Tools"))
    issued = house.card_about("Osprey Tools")
    number = issued.files[0]["name"].removesuffix(".pdf")
    house.change_deal(deal, unit_price="99.00")
    card, asked = house.cards_about("Osprey Tools")
    assert "credit USD 11,901.00" in asked.words and "contract.amend" in asked.buttons, "and what it means is asked"
    assert "needs attention" in card.words
    assert f"*{number} · Osprey Tools · USD 12,000.00*" in card.words and card.files == issued.files
    told = house.messages(OPERATORS)[-1]
    assert f"The deal of invoice {number} changed after the invoice had gone out" in told.words
    assert "The invoice is unchanged" in told.words
    (billed,) = [one for one in Stripe(house).invoices() if one["number"] == number]
    assert billed["total"] == 1_200_000


def test_the_invoice_that_a_change_makes_wrong_is_voided_from_its_card(house: House) -> None:
    deal = house.close_deal("flat", account="Otter Canvas")
    house.click("dana", APPROVE, house.card_about("Otter Canvas"))
    house.change_deal(deal, unit_price="9900.00")
    card, asked = house.cards_about("Otter Canvas")
    number = card.text.split()[0]
    assert f"{number} is void, and drafted by the deal as it is now" in asked.words
    view = house.click("sam", "contract.void", asked)["view"]
    house.submit("sam", view, reason_choice="terms", reason_text="the price was wrong")
    (correction,) = [one for one in house.cards_about("Otter Canvas") if "Asked for by" in one.words]
    house.click("dana", APPROVE, correction)
    cards = {one.ts: one for one in house.cards_about("Otter Canvas")}
    assert "is void" in cards[card.ts].text
    assert "contract.amend" not in cards[asked.ts].buttons and "Nothing is left to decide" in cards[asked.ts].words
    (anew,) = [one for one in cards.values() if "USD 9,900.00" in one.text and APPROVE in one.buttons]
    house.click("dana", APPROVE, anew)
    by_number = {one["number"]: (one["status"], one["total"]) for one in Stripe(house).invoices()}
    assert by_number[number] == ("void", 1_200_000) and ("open", 990_000) in by_number.values()


def test_a_deal_that_cannot_be_billed_any_more_after_issue_asks_a_person(house: House) -> None:
    deal = house.close_deal("flat", account="Otter Mills")
    house.click("dana", APPROVE, house.card_about("Otter Mills"))
    house.change_deal(deal, quantity=2)
    assert "needs attention" in house.card_about("Otter Mills").words, "and no card asks to complete the deal"
    assert "quantity" in house.messages(OPERATORS)[-1].words


def test_a_deal_lost_before_approval_withdraws_its_invoice(house: House) -> None:
    deal = house.close_deal("flat", account="Plover Press")
    old = house.card_about("Plover Press")
    house.change_deal(deal, stage="Closed Lost")
    house.until(lambda: "🚫 void" in house.card_about("Plover Press").words)
    house.settle()
    card = house.card_about("Plover Press")
    assert APPROVE not in card.buttons
    assert card.replies[-1] == "Withdrawn: the deal is no longer closed won. Nothing was issued."
    house.press_old("dana", card, old.button(APPROVE))
    (told,) = house.told("dana", since=card)
    assert told == "This request was withdrawn. The invoice is void. Nothing was changed."
    house.change_deal(deal, stage="Closed Won")
    card = house.card_about("Plover Press")
    assert "awaiting approval" in card.words
    house.click("dana", APPROVE, card)
    assert "is issued" in house.card_about("Plover Press").text


def test_a_deal_lost_after_issue_asks_a_person(house: House) -> None:
    deal = house.close_deal("flat", account="Quartz Hotel")
    house.click("dana", APPROVE, house.card_about("Quartz Hotel"))
    house.change_deal(deal, stage="Closed Lost")
    house.until(lambda: any("the deal is no longer closed won" in one.words for one in house.messages(OPERATORS)))
    house.settle()
    card = house.card_about("Quartz Hotel")
    assert "needs attention" in card.words and card.files, "it is out, and a person decides"


def test_a_change_that_concerns_no_bill_asks_nobody_again(house: House) -> None:
    deal = house.close_deal("per_unit", account="Raven Yards")
    house.click("dana", APPROVE, house.card_about("Raven Yards"))
    house.change_deal(deal, name="Raven Yards, renamed by sales")
    card = house.card_about("Raven Yards")
    assert "v1 ·" in card.words and "1 of 2 approvals" in card.words


def test_the_same_notice_twice_and_the_poll_give_one_invoice(house: House) -> None:
    house.fault("salesforce", "duplicate")
    house.close_deal("flat", account="Sable Coffee", notify="both")
    house.card_about("Sable Coffee")


def test_polling_alone_loses_no_deal(house: House) -> None:
    deal = house.do("deal", kind="flat", account="Tern Studio", notify="none")
    house.until(lambda: house.cards_about("Tern Studio"))
    assert deal["id"] in house.card_about("Tern Studio").words
