"""A newcomer at the demo's page: what is clicked and read there, and the pictures that are taken on the way."""

from __future__ import annotations

import itertools
import re
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Locator, Page, ViewportSize, expect
from pypdf import PdfReader

from tests.scenarios.house import House

expect.set_options(timeout=30_000)  # until the work behind a click is done, on a crowded machine too
WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)


class Visitor:
    """Somebody with a browser. Pictures of each step go to `shots`, on a desk and on a phone; None takes none."""

    def __init__(self, page: Page, house: House, shots: Path | None) -> None:
        self.page, self._house, self._shots = page, house, shots
        self._steps = itertools.count(1)
        self._wrong: list[str] = []
        page.on("pageerror", lambda error: self._wrong.append(str(error)))
        page.on("console", lambda line: self._wrong.append(line.text) if line.type == "error" else None)
        page.goto(house.url)

    def picture(self, step: str, of: Locator | None = None) -> None:
        """Keep what is to be seen now, `of` above all, at 1,280 and 360 pixels; nothing may stick out at the side."""
        if self._shots is None:
            return
        number = next(self._steps)
        for size in (WIDE, PHONE):
            self.page.set_viewport_size(size)
            if of is not None:
                of.scroll_into_view_if_needed()
            self.page.screenshot(path=self._shots / f"{number:02}-{step}-{size['width']}.png", animations="disabled")
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{step} is too wide"
        self.page.set_viewport_size(WIDE)

    def leave(self) -> None:
        """Close the page; a script error on the way fails the story."""
        assert self._wrong == []

    def put_everything_aside(self) -> None:
        """Close what lies over the page, and point at nothing."""
        toasts = self.page.locator("#toasts button")
        while toasts.count():
            toasts.first.click()
        self.page.mouse.move(0, 0)

    def become(self, handle: str) -> None:
        """Look at the workspace as somebody else."""
        self.page.get_by_test_id("persona").click()
        self.page.click(f"[data-person={handle}]")
        expect(self.page.locator("body")).to_have_attribute("data-as", handle)

    def open_channel(self, name: str) -> None:
        """Open a channel from the sidebar."""
        self.page.click(f"[data-testid=sidebar] [data-channel={name}]")
        expect(self.page.locator("h1")).to_contain_text(name)

    def close_deal(self, kind: str) -> None:
        """Close a ready-made deal in the World panel."""
        world = self.page.get_by_test_id("world")
        if not world.is_visible():
            self.page.click("header [data-panel-toggle=world]")
        button = world.locator(f"[data-deal={kind}]")
        if not button.is_visible():
            world.locator("details", has=button).locator("summary").click()
        button.click()
        self._house.settle()

    def card(self, customer: str) -> Locator:
        """Return the card that names the customer."""
        return self.page.locator("[data-testid=messages] [data-ts]:not([data-ephemeral])").filter(has_text=customer)

    def press(self, card: Locator, action_id: str) -> None:
        """Press a button of a card."""
        card.locator(f"[data-action-id='{action_id}']").click()

    def only_for_me(self) -> Locator:
        """Return the newest message that only this person sees."""
        return self.page.locator("[data-testid=messages] [data-ephemeral]").last

    def check_links(self, card: Locator) -> None:
        """Fail when a link on the card leads nowhere."""
        for link in card.locator("a[href]").all():
            address = str(link.get_attribute("href"))
            answer = self.page.request.get(address if address.startswith("http") else f"{self._house.url}{address}")
            assert answer.ok, f"{address} answers {answer.status}"

    def open_thread(self, card: Locator) -> Locator:
        """Open the thread of a card."""
        card.locator("[data-open-thread].replies").click()
        return self.page.get_by_test_id("thread")

    def download(self, file: Locator) -> str:
        """Download a PDF and return what is written on it."""
        answer = self.page.request.get(f"{self._house.url}{file.get_attribute('href')}")
        assert answer.ok and answer.headers["content-type"] == "application/pdf"
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.body())).pages)

    def modal(self) -> Locator:
        """Return the modal that is open."""
        return self.page.locator("dialog[open][data-view-id]")

    def open_home(self) -> Locator:
        """Open App Home."""
        self.page.locator("[data-testid=sidebar] [data-go-home]").click()
        self._house.settle()
        return self.page.get_by_test_id("home")


def invoice_number(text: str | None) -> str:
    """Return the invoice number in a sentence."""
    found = re.search(r"INV-[0-9]+", text or "")
    assert found, text
    return found[0]
