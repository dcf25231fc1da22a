"""Reporting usage in the World panel: offered for deals that are billed by use, by number or by file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.sandbox.pages.test_browser import opened
from tests.sandbox.slack.rig import Rig
from tests.sandbox.slack.usage_door import UsageDoor

pytestmark = pytest.mark.browser

DRAG_AND_DROP = """(element, texts) => {
  const dataTransfer = new DataTransfer();
  for (const text of texts) dataTransfer.items.add(new File([text], "usage.csv", { type: "text/csv" }));
  const about = { dataTransfer, bubbles: true, cancelable: true };
  return ["dragover", "drop"].map((name) => !element.dispatchEvent(new DragEvent(name, about)));
}"""


@pytest.fixture
def door(deaf: Rig) -> Iterator[UsageDoor]:
    """The app's webhook for usage, behind the workspace."""
    door = UsageDoor(deaf.config.usage_webhook_secret)
    deaf.app.url = door.url
    yield door
    door.end()


def report(page: Page) -> Locator:
    """Send the form."""
    form = page.locator("[data-report-usage]")
    form.get_by_role("button", name="Report it").click()
    return page.locator("#toasts")


def test_calls_are_reported_for_a_deal_that_is_billed_by_use(seen: Page, deaf: Rig, door: UsageDoor) -> None:
    deaf.do("deal", kind="flat", notify="none")
    form = opened(seen, deaf).locator("[data-report-usage]")
    expect(form.locator("[name=customer] option")).to_have_text("Close a deal that is priced by use first")
    deal = deaf.do("deal", kind="usage", notify="none")
    seen.reload()
    expect(form.locator("[name=customer]")).to_have_value(deal["id"])
    form.locator("[name=quantity]").fill("1200")
    expect(report(seen)).to_contain_text("Usage: 1 accepted.")
    expect(form.locator("[name=quantity]")).to_have_value("")
    assert [(event["customer"], event["quantity"]) for event in door.taken[0]] == [(deal["id"], "1200")]


def test_rows_and_files_are_reported_and_what_was_refused_is_told(seen: Page, deaf: Rig, door: UsageDoor) -> None:
    deaf.do("deal", kind="usage", notify="none")
    door.refuses = {"many": "The quantity is not a number."}
    form = opened(seen, deaf).locator("[data-report-usage]")
    form.locator("summary").click()
    form.locator("[name=csv]").fill("colour\nred")
    expect(report(seen)).to_contain_text("The first line must name the columns")
    form.locator("[name=csv]").fill("key,quantity\na,5\nb,many")
    toasts = report(seen)
    expect(toasts).to_contain_text("Usage: 1 accepted, 1 refused.")
    expect(toasts).to_contain_text("The quantity is not a number.")
    expect(form.locator("[name=csv]")).to_have_value("key,quantity\na,5\nb,many")
    file = FilePayload(name="calls.csv", mimeType="text/csv", buffer=b"key,quantity\nc,700\nd,500\n")
    form.locator("[name=file]").set_input_files([file])
    expect(report(seen)).to_contain_text("Usage: 2 accepted.")
    assert [event["quantity"] for event in door.taken[-1]] == ["700", "500"]


def test_a_file_is_dropped_on_the_form_and_replaces_no_page_beside_it(seen: Page, deaf: Rig, door: UsageDoor) -> None:
    deaf.do("deal", kind="usage", notify="none")
    form = opened(seen, deaf).locator("[data-report-usage]")
    drop(seen.locator("h1"), "key,quantity\na,5\n")
    expect(form.locator("[name=file]")).to_have_value("")
    drop(form, "key,quantity\na,5\n", "key,quantity\nb,6\n")
    expect(seen.locator("#toasts")).to_contain_text("One file at a time, please.")
    drop(form, "key,quantity\nc,7\nd,8\n")
    expect(form).not_to_have_class("file-over")
    expect(report(seen)).to_contain_text("Usage: 2 accepted.")
    assert [event["quantity"] for event in door.taken[0]] == ["7", "8"]


def test_an_example_is_offered_for_the_deal_and_meter_that_are_chosen(seen: Page, deaf: Rig, door: UsageDoor) -> None:
    link = opened(seen, deaf).get_by_text("An example for this deal")
    link.click()
    expect(seen.locator("#toasts")).to_contain_text("Close a deal that is priced by use first.")
    deal = deaf.do("deal", kind="package", notify="none")
    seen.reload()
    with seen.expect_download() as offered:
        link.click()
    text = offered.value.path().read_text(encoding="utf-8")
    drop(seen.locator("[data-report-usage]"), text)
    expect(report(seen)).to_contain_text("Usage: 2 accepted.")
    events = door.taken[0]
    assert [event["quantity"] for event in events] == ["700", "500"]
    assert {(event["customer"], event["meter"]) for event in events} == {(deal["id"], "stored-gb")}
    assert all(event["key"].startswith(f"{deal['id']}-stored-gb-") for event in events)


def drop(on: Locator, *texts: str) -> None:
    """Drag files over a part of the page and drop them; the browser must be told to leave them to the page."""
    taken = on.evaluate(DRAG_AND_DROP, list(texts))
    assert taken == [True, True], "the browser would open the file in the page's place"
