"""A contract that changes once more after the invoice of an earlier change was credited, or while one is corrected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from flows.approvals.refusals import RequesterCannotApprove
from flows.billing import asking
from flows.billing.amending import Again, CorrectionUnderWay, Decision, again, decide
from flows.billing.amending_cards import AmendView, amend_card, wait_words
from flows.crediting.refusals import ChargedBeside
from flows.crediting.service import withdraw
from flows.crediting.workflow import begin, look_first, record_done, try_correction
from storage.tables import CardCopy, Contract, Invoice, SlackPost
from tests.faults.small_house import TEAM
from tests.flows.billing.office import PEOPLE, SETUP
from tests.flows.crediting.office import CreditOffice
from tests.flows.crediting.test_amended import ANNUAL, DAY, LEE, YEARLY, amends, changes_to, usd

START, JUNE = date(2026, 12, 1), date(2027, 6, 30)


@pytest.fixture
def yearly(office: CreditOffice) -> Invoice:
    """A year of ten seats over 3,650.00 that is out."""
    office.closes(ANNUAL)
    found = office.issues()
    office.day_is(DAY)
    return found


def view(office: CreditOffice) -> AmendView:
    with office.database.read(TEAM) as session:
        found = asking.amend_view(session, office.contract().id)
    assert found is not None
    return found


def chooses(office: CreditOffice, effective: date | None, **how: Any) -> str:
    contract = office.contract()
    with office.change() as session:
        return decide(session, Decision(contract.id, contract.version, "U0DANA", effective, **how), PEOPLE, {})


def net(office: CreditOffice) -> str:
    """Return what the change that is open would come to from its day on."""
    return str(view(office).choices[0].adjustment.net)


def standing(office: CreditOffice) -> int:
    """Return what all invoices come to less what was credited of them, in minor units."""
    out = sum(one.total_minor for one in office.invoices() if one.number and one.state != "void")
    return out - sum(one.total_minor for one in office.corrections() if one.kind == "credit" and one.state == "done")


def test_while_an_invoice_is_being_voided_a_change_waits(office: CreditOffice, yearly: Invoice) -> None:
    voiding = office.asks(yearly, "void")
    changes_to(office, 14)
    assert not view(office).under_way, "nobody has approved it: whoever does is refused after the change"
    office.decides(voiding)
    assert begin(TEAM, voiding) and look_first(TEAM, voiding).state == "done"
    number = office.invoice(yearly.id).number
    waits = f"{number} is being voided at this moment. The change can be decided when that is done."
    shown = view(office)
    assert wait_words(shown) == waits
    card = amend_card(shown)
    assert waits in str(card.blocks) and "contract.amend" not in str(card.blocks)
    for effective in (DAY, None):
        with pytest.raises(CorrectionUnderWay, match=f"{number} is being voided at this moment.*Nothing was changed"):
            chooses(office, effective)
    assert len(office.invoices()) == 1
    assert try_correction(TEAM, voiding).state == "done"
    record_done(TEAM, voiding)
    # it is drafted anew by the deal as it is now: fourteen seats for the year, and nothing is left to decide
    assert office.billed()[-1][1] == "5110.00" and not view(office).is_open


def test_a_voiding_that_is_turned_down_lets_the_change_be_decided(office: CreditOffice, yearly: Invoice) -> None:
    voiding = office.asks(yearly, "void")
    changes_to(office, 14)
    office.decides(voiding)
    far = office.processor.invoices[str(yearly.processor_id)]
    office.processor.invoices[str(yearly.processor_id)] = type(far)(
        far.id, "paid", far.total, usd(0), far.number, None, True
    )
    assert office.carries_out(voiding) == ["failed"]
    assert office.correction(voiding).state == "turned down"
    assert chooses(office, DAY) == "Amended from 1 Mar 2027: charge USD 1,100.00, now."


def test_a_credit_memo_that_may_yet_be_turned_down_is_waited_for(office: CreditOffice, yearly: Invoice) -> None:
    memo = office.asks(yearly, amounts={1: usd(300_000)})
    office.decides(memo)
    changes_to(office, 14)
    with pytest.raises(CorrectionUnderWay, match="is being credited at this moment"):
        chooses(office, DAY)
    assert office.carries_out(memo) == ["done"]
    chooses(office, DAY)
    assert office.billed()[-1][1] == "3200.00"  # 650.00 is left to give back, 3,850.00 is charged


def test_the_card_of_the_change_follows_the_correction(office: CreditOffice, yearly: Invoice) -> None:
    changes_to(office, 14)
    voiding = office.asks(yearly, "void")
    before = updates(office)
    office.decides(voiding)
    office.carries_out(voiding)
    assert updates(office) > before


def updates(office: CreditOffice) -> int:
    """Return how many times the card of the contract was to be drawn anew."""
    cards = {one.id for one in office.rows(select(CardCopy)) if one.subject_id == office.contract().id}
    for post in office.rows(select(SlackPost)):
        if post.state == "queued":
            with office.change() as session:
                session.get_one(SlackPost, post.id).state = "sent"
    return sum(post.kind == "card_update" and post.card_id in cards for post in office.rows(select(SlackPost)))


def test_the_change_after_a_credited_one_counts_from_what_stands(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)  # 2,750.00 back, 3,850.00 charged
    second = office.issues()
    office.done(second)
    assert office.invoice(second.id).state == "credited" and standing(office) == 365_000
    changes_to(office, 12)
    # ten seats are billed for the whole year: two more from the day on are 2 x 365.00 x 275/365
    assert net(office) == "USD 550.00"
    chooses(office, DAY)
    lines = [(line.description, line.amount.minor) for line in office.contents()[-1].lines]
    assert lines == [("Seats: change of what was billed", -275_000), ("Seats", 330_000)]
    office.issues()
    assert standing(office) == 90_000 + 330_000


def test_the_next_change_takes_back_what_was_charged_again_once(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)
    office.done(office.issues())
    amends(office, 12)
    office.issues()
    changes_to(office, 11)
    assert net(office) == "USD -275.00"  # one of twelve
    chooses(office, DAY)
    (memo,) = [one for one in office.corrections() if one.state == "awaiting approval"]
    office.decides(memo.id, who=LEE)
    assert office.carries_out(memo.id) == ["done"]
    assert standing(office) == 90_000 + 302_500  # ten seats up to the day, eleven from then on


def test_a_change_that_is_credited_and_then_reverted_bills_nothing(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)
    office.done(office.issues())
    changes_to(office, 10)
    assert net(office) == "USD 0.00", "ten seats are billed for the whole year already"
    chooses(office, DAY)
    assert standing(office) == 365_000 and office.open_trouble() == []


def test_a_part_of_a_change_that_is_credited_counts_by_its_part(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)
    second = office.issues()
    office.done(second, amounts={1: usd(-100_000), 2: usd(150_000)})
    assert standing(office) == 365_000 + 110_000 - 50_000
    changes_to(office, 12)
    chooses(office, DAY)
    if net_due := [one for one in office.corrections() if one.state == "awaiting approval"]:
        office.decides(net_due[0].id, who=LEE)
        office.carries_out(net_due[0].id)
    else:
        office.issues()
    assert standing(office) == 90_000 + 330_000


def test_a_later_change_takes_back_only_the_days_after_it(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)
    office.done(office.issues())
    office.day_is(date(2027, 6, 1))  # 183 days are left
    changes_to(office, 12)
    assert net(office) == "USD 366.00"  # 2 x 365.00 x 183/365


def test_what_waits_for_a_memo_is_found_where_it_was_charged_again(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)
    office.done(office.issues())
    amends(office, 4)
    (memo,) = [one for one in office.corrections() if one.state == "awaiting approval"]
    assert memo.total_minor == 165_000 and memo.invoice_id == yearly.id and office.open_trouble() == []


def test_the_invoice_of_a_change_is_voided_and_billed_anew_once(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)
    second = office.issues()
    office.done(second, "void")
    assert [one.state for one in office.invoices()] == ["issued", "void", "draft"]
    changes_to(office, 12)
    assert net(office) == "USD -550.00", "the draft is billed together with it"
    chooses(office, DAY)
    assert office.billed()[-1][1] == "550.00"
    office.issues()
    assert standing(office) == 90_000 + 330_000


def test_seats_that_were_added_and_then_cancelled_are_given_back_on_both_invoices(
    office: CreditOffice, yearly: Invoice
) -> None:
    amends(office, 14)
    second = office.issues()  # over 1,100.00, of which the fourteen seats are 3,850.00
    office.day_is(date(2027, 6, 1))
    office.changes(ANNUAL, lines=(replace(YEARLY, quantity=Decimal(14)),), amount=Decimal(5110), end_date=JUNE)
    # 153 days are left after June: 14 x 365.00 x 153/365
    assert chooses(office, date(2027, 7, 1)).startswith("Amended from 1 Jul 2027: credit USD 2,142.00. A credit memo")
    asked = [one for one in office.corrections() if one.state == "awaiting approval"]
    assert {(one.invoice_id, one.total_minor) for one in asked} == {(second.id, 110_000), (yearly.id, 104_200)}
    for memo in asked:
        office.decides(memo.id, who=LEE)
        assert office.carries_out(memo.id) == ["done"]
    assert office.open_trouble() == []
    # ten seats up to 28 February, fourteen for the 122 days from then to 30 June
    assert standing(office) == 90_000 + 14 * 36_500 * 122 // 365


def test_an_invoice_beside_which_a_change_charges_is_not_voided(office: CreditOffice, yearly: Invoice) -> None:
    fee = replace(SETUP, source_id="00k7")
    office.changes(ANNUAL, lines=(YEARLY, fee), amount=Decimal("4150.00"))
    assert chooses(office, START).startswith("Amended from 1 Dec 2026: charge USD 500.00")
    assert office.billed()[-1][1] == "500.00"
    with pytest.raises(ChargedBeside, match=r"charges USD 500\.00 on another invoice for what INV-"):
        office.asks(yearly, "void")
    office.done(yearly)  # it can be credited
    assert office.invoice(yearly.id).state == "credited"


def test_a_voiding_that_was_asked_for_before_such_a_change_is_refused_at_its_approval(
    office: CreditOffice, yearly: Invoice
) -> None:
    voiding = office.asks(yearly, "void")
    office.changes(ANNUAL, lines=(YEARLY, replace(SETUP, source_id="00k7")), amount=Decimal("4150.00"))
    chooses(office, START)
    with pytest.raises(ChargedBeside):
        office.decides(voiding)


def test_the_decided_card_names_the_draft_and_the_memo_and_whom_it_waits_for(
    office: CreditOffice, yearly: Invoice
) -> None:
    amends(office, 14)
    decided = view(office).decided
    assert decided is not None
    assert [one.name for one in decided.follows] == ["The draft of the invoice over USD 1,100.00"]
    office.issues()
    decided = view(office).decided
    assert decided is not None and decided.follows[0].name == "INV-000002 over USD 1,100.00"
    amends(office, 4)
    decided = view(office).decided
    assert decided is not None
    assert {one.name for one in decided.follows} == {
        "The credit memo over USD 1,100.00 of INV-000002",
        "The credit memo over USD 1,650.00 of INV-000001",
    }
    assert all(one.asked.endswith("asked for it and cannot approve it") for one in decided.follows)
    memo = next(one for one in office.corrections() if one.invoice_id == yearly.id)
    with pytest.raises(RequesterCannotApprove):
        office.decides(memo.id)  # Dana decided the change
    office.decides(memo.id, who=LEE)
    office.carries_out(memo.id)
    decided = view(office).decided
    assert decided is not None
    assert [(one.name, one.asked) for one in decided.follows if one.name.startswith("CM-")] == [
        ("CM-000001 over USD 1,650.00 of INV-000001", "")
    ]


def test_the_card_offers_to_void_the_only_invoice_or_says_why_not(office: CreditOffice, yearly: Invoice) -> None:
    changes_to(office, 14)
    voidable = view(office).voidable
    assert voidable is not None and (voidable.invoice_id, voidable.why_not) == (yearly.id, "")
    assert "contract.void" in str(amend_card(view(office)).blocks)
    office.done(yearly, amounts={1: usd(100)})
    card = str(amend_card(view(office)).blocks)
    assert "Void and issue anew:* not here. Of INV-000001, USD 1.00 was credited" in card
    assert "contract.void" not in card
    chooses(office, DAY)
    office.issues()
    changes_to(office, 12)
    assert "several invoices are out; the menu of each one" in str(amend_card(view(office)).blocks)


def test_where_one_person_approves_the_card_says_how_the_memo_is_approved_nevertheless(
    office: CreditOffice, yearly: Invoice
) -> None:
    one = replace(PEOPLE, groups={"finance-approvers": frozenset({"U0DANA"})}, account_manager="U0SAM")
    changes_to(office, 4)
    contract = office.contract()
    with office.change() as session:
        session.get_one(Contract, contract.id).account_manager = "U0SAM"
        decide(session, Decision(contract.id, contract.version, "U0DANA", DAY), one, {})
    decided = view(office).decided
    assert decided is not None and "only 0 people can decide without the requester" in decided.follows[0].asked
    assert "withdraw it on its card, and the account manager asks for it once more" in decided.follows[0].asked
    (memo,) = office.corrections()
    with office.change() as session:
        withdraw(session, memo.id, by="U0DANA", evidence={})
    with office.change() as session:
        again(session, Again(contract.id, "U0SAM"), one, {})
    (memo,) = [one for one in office.corrections() if one.state == "awaiting approval"]
    decided = view(office).decided
    assert decided is not None and [one.asked.partition(";")[0] for one in decided.follows if one.asked] == [
        "waits for @finance-approvers"
    ]
    office.decides(memo.id)  # Dana may, as Sam asked for it
    assert office.carries_out(memo.id) == ["done"]
    assert yearly.id == memo.invoice_id and standing(office) == 200_000
