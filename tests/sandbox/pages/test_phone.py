"""The page on a phone, for those who cannot see it, and against words that mean harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.pages.live import post, post_card
from tests.sandbox.pages.sample_state import FORM, HOSTILE, PALETTE
from tests.sandbox.pages.test_browser import MODAL, REJECT, opened
from tests.sandbox.slack.rig import Rig

pytestmark = pytest.mark.browser

NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, select, textarea, [role=menu], dialog')]
  .filter(e => e.checkVisibility() && !(e.innerText || '').trim() && !e.getAttribute('aria-label')
    && !e.getAttribute('aria-labelledby') && !e.labels?.length && !e.title)
  .map(e => e.outerHTML.slice(0, 120))"""
TWICE = """() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at) }"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Return a page of 360 by 740."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    yield context.new_page()
    context.close()


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_phone_shows_one_thing_at_a_time(phone: Page, live: Rig) -> None:
    ts = post_card(live)
    post(live, "under it", thread_ts=ts)
    opened(phone, live)
    assert fits(phone)
    expect(phone.get_by_test_id("sidebar")).to_be_hidden()
    expect(phone.get_by_test_id("world")).to_be_hidden()
    phone.click("[data-drawer]")
    expect(phone.get_by_test_id("sidebar")).to_be_visible()
    phone.click("[data-channel=general]")
    expect(phone.get_by_test_id("sidebar")).to_be_hidden()
    expect(phone.locator("h1")).to_contain_text("general")
    phone.click("[data-tab-to=world]")
    expect(phone.get_by_test_id("world")).to_be_visible()
    assert fits(phone)
    phone.click("[data-tab-to=home]")
    expect(phone.get_by_test_id("home")).to_contain_text("Waiting for you")
    phone.click("[data-tab-to=chat]")
    phone.click("[data-drawer]")
    phone.click("[data-channel=invoice-approvals]")
    phone.get_by_text("1 reply").click()
    box = phone.get_by_test_id("thread").bounding_box()
    assert box and box["width"] == 360
    expect(phone.get_by_test_id("thread")).to_contain_text("under it")
    assert fits(phone)


def test_a_modal_fills_a_phone(phone: Page, live: Rig) -> None:
    post_card(live)
    opened(phone, live).click(REJECT)
    box = phone.locator(MODAL).bounding_box()
    assert box == {"x": 0, "y": 0, "width": 360, "height": 740}


def test_words_that_mean_harm_do_none(phone: Page, live: Rig) -> None:
    phone.add_init_script("window.alert = () => { window.harmed = true }")
    post(live, HOSTILE)
    post(live, "N" * 5000)
    post(
        live, "x", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "<img src=x onerror=alert(1)>" * 50}}]
    )
    post(live, "株式会社東京サンプル " * 40)
    opened(phone, live)
    expect(phone.get_by_test_id("messages")).to_contain_text("<script>alert(1)</script>")
    assert fits(phone)
    assert phone.evaluate("window.harmed") is None
    assert phone.locator("[data-testid=messages] script, [data-testid=messages] img").count() == 0
    assert phone.locator("[href^='javascript:' i]").count() == 0


@pytest.mark.parametrize("query", ["", "?tab=home", "?panel=log", "?panel=world"])
def test_everything_has_a_name_and_an_id_of_its_own(seen: Page, live: Rig, query: str) -> None:
    post_card(live)
    post(live, "blocks", blocks=[b for b in PALETTE if b["type"] not in ("image", "rich_text")])
    opened(seen, live, query)
    assert seen.evaluate(NAMELESS) == []
    assert seen.evaluate(TWICE) == []


def test_a_form_has_names_and_can_be_filled_in_from_the_keyboard(seen: Page, live: Rig) -> None:
    post_card(live)
    opened(seen, live).click(REJECT)
    seen.get_by_label("In your words").fill("by keyboard")
    assert FORM and seen.evaluate(NAMELESS) == []
    for _ in range(12):
        seen.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert seen.evaluate(inside), "the focus stays in the dialog"


def test_both_colour_schemes_differ(browser: Browser, live: Rig) -> None:
    shades = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        shown = opened(context.new_page(), live)
        shades.append(shown.evaluate("getComputedStyle(document.getElementById('main')).backgroundColor"))
        context.close()
    assert shades == ["rgb(255, 255, 255)", "rgb(26, 29, 33)"]
