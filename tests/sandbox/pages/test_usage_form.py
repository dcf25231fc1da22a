"""Reporting usage in the World panel: offered for deals that are billed by use, by number or by file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.sandbox.pages.test_browser import opened
from tests.sandbox.slack.rig import Rig
from tests.sandbox.slack.usage_door import UsageDoor

pytestmark = pytest.mark.browser


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
