"""What a newcomer does in the first five minutes, in a browser, whichever way Dunwell runs.

A deal closes, the card comes, a guest is refused, the CFO approves, the invoice goes out with its number and PDF;
another is rejected with a reason; both are in App Home, and an auditor finds everything in the export.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.places import REPO_ROOT
from tests.scenarios.conftest import BOTH, Street
from tests.scenarios.house import House, Mode
from tests.scenarios.visitor import WIDE, Visitor, invoice_number

pytestmark = pytest.mark.browser

ASKED_FOR = os.environ.get("DUNWELL_SHOTS")
CARD_PICTURE = REPO_ROOT / "docs" / "images" / "approval-card.png"
FLAT, LARGE, SEATS = "Bluepeak Logistics Inc", "Cedar Valley Health", "Northwind GmbH"


@pytest.fixture(params=["http", "socket"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """How the app is reached."""
    chosen: Mode = request.param
    return chosen


@pytest.fixture(params=BOTH)
def new_house(street: Street, mode: Mode, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house that nobody has used yet."""
    house = street.new_house(mode, request.param)
    yield house
    house.check_order()
    house.end()


@pytest.fixture
def visitor(browser: Browser, new_house: House) -> Iterator[Visitor]:
    """A newcomer who has just opened the page; pictures are kept of one of the four, or of all when asked for."""
    shots = _folder(new_house)
    context = browser.new_context(
        viewport=WIDE,
        locale="en-US",
        timezone_id="UTC",
        device_scale_factor=2 if ASKED_FOR else 1,
    )
    newcomer = Visitor(context.new_page(), new_house, shots)
    yield newcomer
    newcomer.leave()
    context.close()


def test_a_newcomer_sees_the_whole_story(visitor: Visitor, new_house: House) -> None:
    visitor.picture("welcome")
    the_card_comes(visitor)
    the_guest_is_refused(visitor)
    number = the_cfo_approves(visitor)
    large = a_large_amount_asks_first_and_takes_two(visitor)
    a_reason_is_needed_to_reject(visitor)
    both_are_in_app_home(visitor, number)
    an_auditor_finds_everything(new_house, number, large)


def the_card_comes(visitor: Visitor) -> None:
    visitor.open_channel("general")
    visitor.close_deal("flat")
    visitor.picture("world")
    visitor.open_channel("invoice-approvals")
    visitor.page.locator("[data-guide-hide]").click()
    card = visitor.card(FLAT)
    expect(card).to_contain_text("USD 12,000.00")
    expect(card).to_contain_text("please approve")
    visitor.picture("card")


def the_guest_is_refused(visitor: Visitor) -> None:
    visitor.become("gus")
    visitor.press(visitor.card(FLAT), "approval.approve")
    expect(visitor.only_for_me()).to_contain_text("Guests cannot decide on invoices. Nothing was changed.")
    expect(visitor.card(FLAT)).to_contain_text("awaiting approval")
    visitor.picture("guest-refused", visitor.only_for_me())


def the_cfo_approves(visitor: Visitor) -> str:
    visitor.become("dana")
    expect(visitor.page.locator("[data-ephemeral]")).to_have_count(0)
    visitor.press(visitor.card(FLAT), "approval.approve")
    card = visitor.card(FLAT)
    expect(card).to_contain_text("sent to ap@bluepeak.example")
    expect(card.locator("[data-action-id='approval.approve']")).to_have_count(0)
    visitor.check_links(card)
    thread = visitor.open_thread(card)
    issued = thread.get_by_text("Issued INV-")
    expect(thread.locator("a.file")).to_be_visible()
    expect(issued).to_contain_text("over USD 12,000.00")
    number = invoice_number(issued.text_content())
    visitor.picture("issued", thread.locator("a.file"))
    text = visitor.download(thread.locator("a.file"))
    assert number in text and "12,000.00" in text and FLAT in text
    return number


def a_large_amount_asks_first_and_takes_two(visitor: Visitor) -> str:
    visitor.close_deal("large")
    visitor.press(visitor.card(LARGE), "approval.approve")
    question = visitor.page.get_by_test_id("confirm")
    expect(question).to_contain_text("Approve this amount?")
    expect(question).to_contain_text("USD 250,000.00")
    visitor.picture("confirmation")
    visitor.page.get_by_test_id("confirm-yes").click()
    expect(visitor.card(LARGE)).to_contain_text("1 of 2 approvals")
    visitor.picture("one-of-two", visitor.card(LARGE).get_by_text("1 of 2"))
    visitor.become("lee")
    visitor.press(visitor.card(LARGE), "approval.approve")
    visitor.page.get_by_test_id("confirm-yes").click()
    expect(visitor.card(LARGE)).to_contain_text("Issued as INV-")
    visitor.become("dana")
    return invoice_number(visitor.card(LARGE).text_content())


def a_reason_is_needed_to_reject(visitor: Visitor) -> None:
    visitor.close_deal("per_unit")
    card = visitor.card(SEATS)
    expect(card).to_contain_text("EUR 12,400.00")
    visitor.page.keyboard.press("Escape")
    keep_the_picture_of_the_card(visitor)
    visitor.press(card, "approval.reject")
    modal = visitor.modal()
    expect(modal).to_contain_text("Northwind GmbH · EUR 12,400.00")
    modal.locator("[data-view-submit]").click()
    expect(modal.locator(".field-error")).to_contain_text("Choose a reason above, or write one here.")
    visitor.picture("reason-missing")
    modal.locator("textarea").fill("The seats start in January")
    visitor.picture("reason")
    modal.locator("[data-view-submit]").click()
    expect(card).to_contain_text("rejected")
    said = visitor.open_thread(card).get_by_text("rejected this invoice: “The seats start in January”")
    visitor.picture("rejected", said)


def both_are_in_app_home(visitor: Visitor, number: str) -> None:
    home = visitor.open_home()
    expect(home).to_contain_text("Nothing waits for you")
    expect(home).to_contain_text(number)
    expect(home).to_contain_text("You rejected")
    visitor.picture("app-home")


def an_auditor_finds_everything(house: House, *numbers: str) -> None:
    exported = house.terminal("audit", "export")
    assert exported.returncode == 0, exported.stderr
    events = list(csv.DictReader(io.StringIO(exported.stdout)))
    acts = {(event["action"], event["actor"]) for event in events}
    assert {
        ("approval.refused", "U0GUS"),
        ("approval.approved", "U0DANA"),
        ("approval.approved", "U0LEE"),
        ("approval.rejected", "U0DANA"),
        ("invoice.issued", "invoicing"),
    } <= acts
    assert all(any(number in event["after"] for event in events) for number in numbers)
    assert "The seats start in January" in {event["reason"] for event in events}
    verified = house.terminal("audit", "verify")
    assert verified.returncode == 0 and "The audit trail is in order" in verified.stdout


def keep_the_picture_of_the_card(visitor: Visitor) -> None:
    """Take the picture that stands in the README."""
    if ASKED_FOR:
        CARD_PICTURE.parent.mkdir(parents=True, exist_ok=True)
        visitor.put_everything_aside()
        visitor.card(SEATS).screenshot(path=CARD_PICTURE, animations="disabled")


def _folder(house: House) -> Path | None:
    """Return where the pictures of this house go."""
    if not (ASKED_FOR or house.name == "http-sqlite"):
        return None
    folder = (REPO_ROOT / (ASKED_FOR or "build/shots")) / house.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
