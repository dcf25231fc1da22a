"""The page in a browser, on the real workspace: what a visitor clicks does what Slack would do."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.pages.live import SECRET, post, post_card
from tests.sandbox.slack.rig import Rig

pytestmark = pytest.mark.browser

APPROVE = "[data-action-id='approval.approve']"
REJECT = "[data-action-id='approval.reject']"
CHANGES = "[data-action-id='approval.changes']"
MODAL = "dialog[open][data-view-id]"


def opened(page: Page, rig: Rig, query: str = "") -> Page:
    """Open the workspace's page."""
    page.goto(f"{rig.config.base_url}/{query}")
    return page


def become(page: Page, handle: str) -> None:
    """Change the persona."""
    page.get_by_test_id("persona").click()
    page.click(f"[data-person={handle}]")
    expect(page.locator("body")).to_have_attribute("data-as", handle)


def test_approving_asks_then_edits_the_card_and_tells_the_acknowledgement(seen: Page, live: Rig) -> None:
    ts = post_card(live)
    opened(seen, live).click(APPROVE)
    expect(seen.get_by_test_id("confirm")).to_contain_text("Approve EUR 12,400.00?")
    seen.get_by_test_id("confirm-yes").click()
    card = seen.locator(f"[data-testid=messages] [data-ts='{ts}']")
    expect(card).to_contain_text("Approved by @Dana Whitfield")
    expect(card.locator(APPROVE)).to_have_count(0)
    expect(card.get_by_test_id("ack")).to_contain_text("ms")
    card.get_by_text("1 reply").click()
    expect(seen.get_by_test_id("thread")).to_contain_text("Issued.")


def test_saying_no_to_the_question_sends_nothing(seen: Page, live: Rig) -> None:
    post_card(live)
    opened(seen, live).click(APPROVE)
    seen.keyboard.press("Escape")
    expect(seen.get_by_test_id("confirm")).to_have_count(0)
    assert live.look("state")["requests"] == []


def test_a_modal_shows_errors_at_the_field_and_loses_nothing(seen: Page, live: Rig) -> None:
    post_card(live)
    opened(seen, live).click(REJECT)
    words = seen.locator(f"{MODAL} [data-action-id=words]")
    words.fill("no")
    seen.click(f"{MODAL} [data-view-submit]")
    expect(seen.locator(f"{MODAL} .field-error")).to_contain_text("at least 5 characters")
    expect(words).to_have_value("no")
    expect(words).to_be_focused()
    words.fill("The price is wrong")
    seen.click(f"{MODAL} [data-view-submit]")
    expect(seen.get_by_test_id("messages")).to_contain_text("Rejected: The price is wrong")
    expect(seen.locator("dialog")).to_have_count(0)


def test_modals_stack_and_escape_goes_one_back(seen: Page, live: Rig) -> None:
    post_card(live)
    opened(seen, live).click(REJECT)
    seen.fill(f"{MODAL} [data-action-id=words]", "typed below")
    seen.click(f"{MODAL} [data-action-id=deeper]")
    expect(seen.locator(MODAL)).to_have_count(1)
    expect(seen.locator(MODAL)).to_contain_text("Deeper")
    assert seen.evaluate("document.activeElement.closest('dialog').open"), "the focus is inside"
    seen.keyboard.press("Escape")
    expect(seen.locator(MODAL)).to_contain_text("Reject INV-1042")
    expect(seen.locator(f"{MODAL} [data-action-id=words]")).to_have_value("typed below")
    seen.keyboard.press("Escape")
    expect(seen.locator("dialog")).to_have_count(0)
    assert live.look("state")["views"] == []


def test_an_ephemeral_message_is_for_one_person_and_can_be_dismissed(seen: Page, live: Rig) -> None:
    post_card(live)
    opened(seen, live).click(CHANGES)
    note = seen.locator("[data-ephemeral]")
    expect(note).to_contain_text("Only visible to you")
    expect(note).to_contain_text(SECRET)
    become(seen, "gus")
    expect(seen.get_by_test_id("messages")).not_to_contain_text(SECRET)
    become(seen, "dana")
    note.get_by_text("Dismiss").click()
    expect(note).to_be_hidden()
    post(live, "news")
    expect(seen.get_by_test_id("messages")).to_contain_text("news")
    expect(note).to_be_hidden()


def test_commands_are_completed_and_answered(seen: Page, live: Rig) -> None:
    opened(seen, live)
    box = seen.get_by_test_id("composer").get_by_role("combobox")
    box.type("/")
    expect(seen.locator("li[data-command]:visible")).to_have_count(2)
    box.type("dun")
    expect(seen.locator("li[data-command]:visible")).to_have_count(1)
    box.press("Tab")
    expect(box).to_have_value("/dunwell ")
    box.type("status")
    box.press("Enter")
    expect(seen.get_by_test_id("messages")).to_contain_text("You asked: status")
    expect(seen.locator(".composer-foot").get_by_test_id("ack").first).to_contain_text("/dunwell · ack")


def test_a_refused_command_says_so_and_stays_in_the_box(seen: Page, live: Rig) -> None:
    opened(seen, live)
    box = seen.get_by_test_id("composer").get_by_role("combobox")
    box.type("/nothing here")
    box.press("Enter")
    expect(seen.locator("#toasts")).to_contain_text("/nothing is not a valid command")
    expect(box).to_have_value("/nothing here")


def test_news_leave_focus_typed_text_and_scrolling_alone(seen: Page, live: Rig) -> None:
    for number in range(30):
        post(live, f"line {number}")
    opened(seen, live)
    box = seen.get_by_test_id("composer").get_by_role("combobox")
    box.type("half a sent")
    seen.evaluate("document.getElementById('messages').scrollTop = 40")
    post(live, "the news")
    expect(seen.get_by_test_id("messages")).to_contain_text("the news")
    expect(box).to_have_value("half a sent")
    expect(box).to_be_focused()
    assert seen.evaluate("document.getElementById('messages').scrollTop") == 40
    seen.click("[data-channel=general]")
    expect(seen.locator("h1")).to_contain_text("general")
    seen.click("[data-channel=invoice-approvals]")
    expect(box).to_have_value("half a sent")


def test_a_channel_with_news_is_marked_until_it_is_read(seen: Page, live: Rig) -> None:
    opened(seen, live)
    post(live, "hello", channel="C0GENERAL")
    room = seen.locator("[data-channel=general]")
    expect(room).to_contain_class("unread")
    room.click()
    expect(room).not_to_contain_class("unread")


def test_home_is_published_when_it_is_opened(seen: Page, live: Rig) -> None:
    opened(seen, live).click("[data-go-home]")
    expect(seen.get_by_test_id("home")).to_contain_text("Waiting for you")
    become(seen, "olga")
    expect(seen.get_by_test_id("messages")).to_be_visible()


def test_an_overflow_menu_answers_to_the_keyboard(seen: Page, live: Rig) -> None:
    post_card(live)
    opened(seen, live).focus("[data-action-id='approval.more'] button")
    seen.keyboard.press("Enter")
    expect(seen.get_by_role("menuitem", name="Draft as PDF")).to_be_focused()
    seen.keyboard.press("ArrowDown")
    expect(seen.get_by_role("menuitem", name="Audit history")).to_be_focused()
    seen.keyboard.press("Escape")
    expect(seen.locator("[data-action-id='approval.more'] button").first).to_be_focused()
    seen.keyboard.press("Enter")
    seen.keyboard.press("Enter")
    expect(seen.locator("[data-ephemeral]")).to_contain_text("pdf")


def test_a_message_as_json(seen: Page, live: Rig) -> None:
    ts = post_card(live)
    opened(seen, live).hover(f"[data-ts='{ts}']")
    seen.click(f"[data-menu='mm-{ts}']")
    seen.click(f"[data-json='{ts}']")
    expect(seen.get_by_test_id("json")).to_contain_text('"action_id": "approval.approve"')


def test_a_click_that_nobody_acknowledges_shows_the_triangle(seen: Page, deaf: Rig) -> None:
    post_card(deaf)
    opened(seen, deaf).click(CHANGES)
    expect(seen.get_by_test_id("ack")).to_have_text("⚠ The app could not be reached")
    seen.click("[data-panel-toggle=log]")
    expect(seen.get_by_test_id("log")).to_contain_text("approval.changes")


def test_the_log_shows_what_was_signed_and_sent(seen: Page, live: Rig) -> None:
    post_card(live)
    opened(seen, live, "?panel=log").click(CHANGES)
    entry = seen.get_by_test_id("log").locator(".request").first
    expect(entry).to_contain_text("ack")
    entry.locator("summary").click()
    expect(entry).to_contain_text("X-Slack-Signature")
    expect(entry).to_contain_text('"action_id": "approval.changes"')


def test_the_world_closes_and_changes_deals_and_lets_days_pass(seen: Page, live: Rig) -> None:
    opened(seen, live)
    seen.locator("[data-testid=guide] [data-deal]").click()
    expect(seen.locator("#toasts")).to_contain_text("Deal closed: Bluepeak Logistics Inc")
    form = seen.locator("[data-change-deal]")
    expect(form.locator("[name=id] option")).to_contain_text(["Bluepeak Logistics Inc"])
    form.locator("[name=what]").select_option("unit_price")
    form.locator("[name=value]").fill("13000.00")
    form.get_by_role("button").click()
    expect(seen.locator("#toasts")).to_contain_text("The deal has changed")
    before = seen.locator("[data-demo-now]").inner_text()
    seen.click("[data-advance='7']")
    expect(seen.locator("#toasts")).to_contain_text("7 days have passed.")
    expect(seen.locator("[data-demo-now]")).not_to_have_text(before)
    seen.goto(f"{live.config.base_url}/vendors/salesforce")
    expect(seen.locator("[data-table=Opportunities]")).to_contain_text("USD 13,000.00")


def test_the_world_breaks_and_mends(seen: Page, live: Rig) -> None:
    opened(seen, live)
    seen.click("[data-fault='429'][data-where=slack]")
    expect(seen.get_by_test_id("faults")).to_contain_text("Slack says slow down · 2 left")
    seen.click("[data-fault=token_revoked][data-where=stripe]")
    expect(seen.locator("#clock")).to_contain_text("2 broken")
    seen.click("[data-all-mend]")
    expect(seen.get_by_test_id("world")).to_contain_text("Nothing is broken now.")
    seen.click("[data-restart]")
    expect(seen.locator("#toasts")).to_contain_text("The app is running again.")
    assert live.app.restarts == 1


def test_the_guide_can_be_put_away_and_called_back(seen: Page, live: Rig) -> None:
    opened(seen, live).get_by_test_id("guide").locator("[data-guide-hide]").click()
    expect(seen.get_by_test_id("guide")).to_be_hidden()
    seen.reload()
    expect(seen.get_by_test_id("guide")).to_be_hidden()
    seen.get_by_text("What is this?").click()
    expect(seen.get_by_test_id("guide")).to_be_visible()
