"""A newcomer at the demo's page: what is clicked and read there, and the pictures that are taken on the way."""

from __future__ import annotations

import itertools
import re
from datetime import date
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Locator, Page, ViewportSize, expect
from pypdf import PdfReader

from tests.scenarios.house import House

_PATIENCE = 120_000  # milliseconds, until the work behind a click is done on a machine with much else to do
expect.set_options(timeout=_PATIENCE)
_DRAGGED = """text => {
    const carried = new DataTransfer();
    carried.items.add(new File([text], "usage.csv", { type: "text/csv" }));
    return carried;
}"""
WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)


class Visitor:
    """Somebody with a browser. Pictures of each step go to `shots`, on a desk and on a phone; None takes none."""

    def __init__(self, page: Page, house: House, shots: Path | None) -> None:
        self.page, self._house, self._shots = page, house, shots
        self._steps = itertools.count(1)
        self._wrong: list[str] = []
        page.set_default_timeout(_PATIENCE)
        self._world = page.get_by_test_id("world")
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
                self._turn_to(of)
                of.scroll_into_view_if_needed()
            self.page.screenshot(path=self._shots / f"{number:02}-{step}-{size['width']}.png", animations="disabled")
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{step} is too wide"
        self.page.set_viewport_size(WIDE)

    def _turn_to(self, thing: Locator) -> None:
        """Turn over a phone, which shows the World panel or the messages, to where the thing is."""
        in_world = thing.evaluate("element => element.closest('[data-testid=world]') !== null")
        if self.page.locator("[data-tab-to]").first.is_visible() and in_world != self._world.is_visible():
            self.page.click(f"[data-tab-to={'world' if in_world else 'chat'}]")

    def leave(self) -> None:
        """Close the page; a script error on the way fails the story."""
        assert self._wrong == []

    def put_everything_aside(self) -> None:
        """Close what lies over the page, and point at nothing."""
        self.page.evaluate("for (const close of document.querySelectorAll('#toasts button')) close.click()")
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

    def world(self) -> Locator:
        """Open the World panel, where it is not open yet."""
        if not self._world.is_visible():
            self.page.click("header [data-panel-toggle=world]")
        return self._world

    def close_deal(self, kind: str) -> None:
        """Close a ready-made deal in the World panel."""
        world = self.world()
        button = world.locator(f"[data-deal={kind}]")
        if not button.is_visible():
            group = world.locator("details").filter(has=self.page.locator(f"[data-deal={kind}]"))
            group.locator("summary").click()
        button.click()
        self._house.settle()

    def change_deal(self, customer: str, what: str, value: str) -> None:
        """Change a closed deal in the World panel."""
        form = self.world().locator("[data-change-deal]")
        self._choose(form.locator("[name=id]"), customer)
        form.locator("[name=what]").select_option(what)
        form.locator("[name=value]").fill(value)
        form.get_by_role("button").click()
        self.is_told("The deal has changed")
        self._house.settle()

    def fetch_usage_file(self, customer: str) -> str:
        """Download the usage file that the World panel offers for a deal that is billed by use."""
        form = self._usage_form(customer)
        with self.page.expect_download() as offered:
            form.locator("[data-example-usage]").click()
        return offered.value.path().read_text(encoding="utf-8")

    def drop_usage_file(self, customer: str, text: str) -> None:
        """Drop a usage file on the World panel and report it."""
        form = self._usage_form(customer)
        carried = self.page.evaluate_handle(_DRAGGED, text)
        for event in ("dragover", "drop"):
            form.dispatch_event(event, {"dataTransfer": carried})
        form.get_by_role("button", name="Report it").click()

    def report_usage(self, customer: str, quantity: str) -> None:
        """Report one number in the World panel."""
        form = self._usage_form(customer)
        form.locator("[name=quantity]").fill(quantity)
        form.get_by_role("button", name="Report it").click()

    def let_days_pass(self, *buttons: int) -> None:
        """Press these buttons of the World panel one after the other; each has as many days on it."""
        for days in buttons:
            self.world().locator(f"[data-advance='{days}']").click()
            self.is_told("A day has passed." if days == 1 else f"{days} days have passed.")
        self._house.settle()

    def go_to_day(self, day: date) -> None:
        """Let time pass in the World panel until a day."""
        form = self.world().locator("[data-advance-until]")
        form.locator("[name=until]").fill(day.isoformat())
        form.get_by_role("button").click()
        self.is_told(f"It is now {day.isoformat()} in the demo.")
        self._house.settle()

    def is_told(self, words: str) -> None:
        """Read a short sentence that the page tells, and put it aside."""
        expect(self.page.locator("#toasts")).to_contain_text(words)
        self.put_everything_aside()

    def card(self, customer: str) -> Locator:
        """Return the card that names the customer."""
        return self.page.locator("[data-testid=messages] [data-ts]:not([data-ephemeral])").filter(has_text=customer)

    def waiting(self, customer: str) -> Locator:
        """Return the one card of the customer that asks for approval, and stay with it when it has been decided."""
        card = self.card(customer).filter(has=self.page.locator("[data-action-id='approval.approve']"))
        return self.this(card)

    def this(self, card: Locator) -> Locator:
        """Return the one card that answers to a description now, to be found again when it says something else."""
        expect(card).to_have_count(1)
        return self.page.locator(f"[data-testid=messages] [data-ts='{card.get_attribute('data-ts')}']")

    def press(self, card: Locator, action_id: str) -> None:
        """Press a button of a card."""
        card.locator(f"[data-action-id='{action_id}']").click()

    def confirm(self) -> None:
        """Say yes to the question that a button asks."""
        self.page.get_by_test_id("confirm-yes").click()

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

    def details(self, card: Locator) -> Locator:
        """Open "View details" of a card: the modal with the arithmetic."""
        self.press(card, "approval.details")
        modal = self.modal()
        expect(modal).to_contain_text("Why ")
        return modal

    def send(self, form: Locator, button: str) -> None:
        """Send a form with its button, whatever comes of it."""
        form.get_by_role("button", name=button, exact=True).click()
        self._house.settle()

    def leave_modal(self) -> None:
        """Close the modal that is open."""
        self.page.keyboard.press("Escape")
        expect(self.modal()).to_have_count(0)

    def approve(self, card: Locator, *others: str) -> str:
        """Approve the invoice on a card, then as these others; return its number once it is issued."""
        self.press(card, "approval.approve")
        self._house.settle()
        for who in others:
            self.become(who)
            self.press(card, "approval.approve")
            self._house.settle()
        expect(card).to_contain_text("Issued as INV-")
        return invoice_number(card.text_content())

    def pdf(self, card: Locator) -> str:
        """Return what is written on the invoice in the thread of a card."""
        thread = self.open_thread(card)
        file = thread.locator("a.file")
        expect(file).to_be_visible()
        return self.download(file)

    def modal(self) -> Locator:
        """Return the modal that is open."""
        return self.page.locator("dialog[open][data-view-id]")

    def _usage_form(self, customer: str) -> Locator:
        form = self.world().locator("[data-report-usage]")
        self._choose(form.locator("[name=customer]"), customer)
        return form

    def _choose(self, menu: Locator, words: str) -> None:
        """Choose the one entry of a menu in which the words stand."""
        entry = menu.locator("option").filter(has_text=words)
        expect(entry).to_have_count(1)
        menu.select_option(value=str(entry.get_attribute("value")))

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


def day(date_: date) -> str:
    """Write a date as cards do: 9 Feb 2027."""
    return f"{date_.day} {date_:%b %Y}"
