"""The addresses of the pages, without a browser."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.sandbox.deal_kinds import KINDS
from bot.sandbox.faults import KINDS as SLACK_FAULTS
from bot.sandbox.pages.world import FAULTS
from bot.sandbox.vendors.salesforce.simulator import FAULTS as SALESFORCE_FAULTS
from bot.sandbox.vendors.stripe.simulator import FAULTS as STRIPE_FAULTS
from tests.sandbox.pages.sample_app import SampleWorkspace, sample_app
from tests.sandbox.pages.sample_state import FORM, HOSTILE, T0, sample_state, view


class Site:
    """The pages on a state, asked without a socket."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        self._app = sample_app(SampleWorkspace(state))

    def get(self, path: str) -> httpx.Response:
        """Return the answer for a path."""
        with ThreadPoolExecutor(1) as aside:  # a browser of another test may have a loop running in this thread
            return aside.submit(lambda: asyncio.run(self._ask(path))).result()

    async def _ask(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1", trust_env=False) as asking:
            return await asking.get(path)


client = Site


def parts(query: str, state: dict[str, Any] | None = None) -> dict[str, str]:
    """Return the fragments of a place."""
    answer = client(state).get(f"/_page/fragments?{query}")
    return dict(answer.json()["parts"])


def test_the_first_page_says_what_this_is_and_what_to_click_first() -> None:
    page = client().get("/")
    assert page.status_code == 200
    for words in ("A practice Slack.", "Close a deal", "#invoice-approvals", "as Dana, the CFO"):
        assert words in page.text
    assert 'data-action-id="approval.approve"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_regions_carry_the_names_that_browser_tests_hold_on_to() -> None:
    page = client(sample_state([view("V1", 1, FORM)])).get("/").text
    for name in ("sidebar", "messages", "composer", "world", "persona", "thread", "log", "modal"):
        assert f'data-testid="{name}"' in page, name
    assert 'data-channel="invoice-approvals"' in page and f'data-ts="{T0}.000100"' in page
    assert 'data-view-id="V1"' in page


def test_a_guest_sees_one_channel_and_nobody_elses_words() -> None:
    drawn = parts("as=gus&channel=general")
    assert 'data-channel="invoice-approvals"' in drawn["sidebar"] and 'data-channel="general"' not in drawn["sidebar"]
    assert "Only for Gus" in drawn["main"] and "You can approve up to" not in drawn["main"]
    assert 'id="messages"' in drawn["main"]


def test_an_outsider_has_no_home() -> None:
    assert "data-go-home" not in parts("as=olga")["sidebar"]


def test_unknown_names_fall_back_to_what_everybody_sees() -> None:
    drawn = parts("as=nobody&channel=nowhere&thread=x&panel=y&tab=z&tz=../../etc/passwd")
    assert 'data-channel-id="C0APPROVALS"' in drawn["main"] and "Dana Whitfield" in drawn["persona"]


def test_messages_are_text() -> None:
    main = parts("channel=general")["main"]
    assert HOSTILE not in main and "&lt;script&gt;alert(1)&lt;/script&gt;" in main
    assert "javascript:alert(1)|click" in main, "a link that cannot be followed stays as it was typed"
    assert 'href="https://x.example/?a=1&amp;b=2"' in main
    assert "N" * 5000 in main and "株式会社" in main and "شركة" in main


def test_a_thread_shows_its_replies_and_files() -> None:
    drawn = parts(f"thread={T0 - 7200}.000100")
    assert "Thanks, sending it on." in drawn["thread"] and "/_demo/api/files/F0PDF" in drawn["thread"]
    assert "2 replies" in drawn["thread"] and "<b>2 replies</b>" in drawn["main"]
    assert "(edited)" in drawn["main"]


def test_home_shows_what_the_app_published() -> None:
    assert "Waiting for you" in parts("tab=home")["main"]
    assert "Home is empty so far." in parts("as=lee&tab=home")["main"]


def test_modals_lie_in_their_order_and_only_the_top_one_is_on_top() -> None:
    stack = [view("V1", 1, FORM), view("V2", 2, FORM), view("V3", 3, FORM, errors={"elsewhere": "Say who."})]
    drawn = parts("as=dana", sample_state(stack))["modals"]
    assert [drawn.index(f'data-view-id="V{n}"') for n in (1, 2, 3)] == sorted(
        drawn.index(f'data-view-id="V{n}"') for n in (1, 2, 3)
    )
    assert drawn.count("data-top") == 1 and drawn.index("data-top") > drawn.index('data-view-id="V3"')
    assert "Say who." in drawn, "an error for a field that is not there is shown above the fields"
    assert parts("as=lee", sample_state(stack))["modals"].strip() == ""


def test_times_are_told_in_the_readers_zone() -> None:
    assert ">12:30</time>" in parts("tz=UTC")["main"] and ">13:30</time>" in parts("tz=Europe/Berlin")["main"]


def test_the_log_joins_an_interaction_with_the_request_that_carried_it() -> None:
    log = parts("as=dana&panel=log")["log"]
    assert "ack 41 ms" in log and "v0=abc" in log and "no acknowledgement in 3 s" in log and "Dana Whitfield" in log


def test_a_message_as_json() -> None:
    found = client().get(f"/_page/message?channel=C0APPROVALS&ts={T0}.000100")
    assert found.json()["text"] == "Approve Northwind GmbH v2: EUR 12,400.00?"
    assert client().get(f"/_page/message?as=gus&channel=C0APPROVALS&ts={T0 + 30}.000100").status_code == 404


def test_a_permalink_leads_to_its_message() -> None:
    answer = client().get(f"/archives/C0APPROVALS/p{T0}000100?thread_ts=1.2")
    assert answer.headers["location"] == f"/?channel=C0APPROVALS&thread=1.2#m-{T0}.000100"


@pytest.mark.parametrize("stamp", ["p", "p12", "x", "p17abc000100"])
def test_a_broken_permalink_leads_to_the_channel(stamp: str) -> None:
    answer = client().get(f"/archives/C0APPROVALS/{stamp}")
    assert answer.headers["location"] == "/?channel=C0APPROVALS"


def test_a_vendors_page_shows_tables_requests_and_faults() -> None:
    page = client().get("/vendors/stripe").text
    assert "&lt;b&gt;in_2&lt;/b&gt;" in page and "POST /v1/invoices" in page and "Stripe is slow" in page
    assert client().get("/vendors/nobody").status_code == 404


def test_a_usage_file_is_made_for_a_deal_and_a_meter() -> None:
    found = client().get("/_page/usage.csv?deal=006Dw0000000001IAA&meter=api-calls")
    day = datetime.fromtimestamp(T0, UTC).date().isoformat()
    key = f"006Dw0000000001IAA-api-calls-{day}"
    assert found.text == (f"key,quantity,occurred_at\n{key}-1,700,{day}T00:00:00Z\n{key}-2,500,{day}T00:00:00Z\n")
    assert found.headers["content-disposition"] == f'attachment; filename="usage-{day}.csv"'


@pytest.mark.parametrize("query", ["", "?deal=006&meter=", "?deal=006&meter=steps", "?deal=%22=1%2B1&meter=api-calls"])
def test_no_usage_file_is_made_of_what_is_not_billed_by_use(query: str) -> None:
    assert client().get(f"/_page/usage.csv{query}").status_code == 404


def test_every_kind_of_deal_has_its_button() -> None:
    world = parts("as=dana")["world"]
    assert all(f'data-deal="{kind}"' in world for kind in KINDS)


def test_every_fault_switch_is_one_that_exists() -> None:
    known = {"slack": SLACK_FAULTS, "stripe": STRIPE_FAULTS, "salesforce": SALESFORCE_FAULTS}
    assert [(f.where, f.kind) for f in FAULTS if f.kind not in known[f.where]] == []


def test_faults_of_the_vendors_are_shown_in_the_world() -> None:
    drawn = parts("as=dana")
    assert "Slack says slow down" in drawn["world"] and "Stripe is slow" in drawn["world"]
    assert "2 broken" in drawn["clock"]


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = client().get("/").text
    for name in ("tokens.css", "main.js", "icons.svg"):
        found = client().get(f"/_page/static/{name}")
        assert found.status_code == 200 and "http://" not in found.text.replace("http://www.w3.org/", "")
    assert 'src="http' not in page and "@import" not in page


def test_the_state_can_be_drawn_after_a_trip_through_json() -> None:
    assert "Northwind GmbH" in parts("as=dana", json.loads(json.dumps(sample_state())))["main"]
