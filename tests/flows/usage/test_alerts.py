"""Shares of an allowance are told once a period, whoever looks and however often."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import Session

from flows.blockkit import check
from flows.errors import NotFound
from flows.inbox import Delivery, record_all
from flows.usage import Came, Metered, Watched, check_thresholds, usage_totals, watching
from flows.usage import workflow as usage_workflow
from flows.usage.alerts import KIND, alert_view
from flows.usage.cards import UsageAlertView, usage_alert_card
from flows.usage.intake import take
from flows.usage.workflow import ALL_LOOKED_AT, look_at_some
from flows.values.periods import Period
from storage.tables import AuditEvent, CardCopy, InboxRow, SlackPost, UsageAlert
from tests.faults.small_house import NOON, TEAM, SmallHouse
from tests.flows.cards.samples import outside
from tests.flows.usage.events import event

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
CALLS = Watched("con_1", "calls", "Northwind GmbH", "API calls", "calls", Decimal(100), Decimal(0), NOVEMBER, "U0SAM")


def told(house: SmallHouse, used: str, **more: object) -> tuple[int, ...]:
    with house.change() as session:
        reached = check_thresholds(session, replace(CALLS, used=Decimal(used), **more))  # type: ignore[arg-type]
    return tuple(int(percent) for percent in reached)


def cards(house: SmallHouse) -> list[str]:
    """Return what the cards say that were posted, in their order."""
    shown = []
    for copy in house.rows(select(CardCopy).where(CardCopy.kind == KIND)):  # type: ignore[arg-type]
        with house.database.read(TEAM) as session:
            shown.append(usage_alert_card(alert_view(session, copy.subject_id)).text)
    return shown


def test_each_share_is_told_once(small: SmallHouse) -> None:
    assert [told(small, used) for used in ("49", "50", "79.99", "80", "80", "100", "250")] == [
        *((), (50,), (), (80,), (), (100,), ()),
    ]
    assert cards(small) == [
        "Northwind GmbH has used 50 of 100 calls, 50.0 % of what is agreed for 1 Nov 2026 to 30 Nov 2026.",
        "Northwind GmbH has used 80 of 100 calls, 80.0 % of what is agreed for 1 Nov 2026 to 30 Nov 2026.",
        "Northwind GmbH has used 100 of 100 calls, 100.0 % of what is agreed for 1 Nov 2026 to 30 Nov 2026.",
    ]
    assert len(small.posts(small.runtime.policy.slack.approvals_channel)) == 3
    actions = [row.action for row in small.rows(select(AuditEvent))]
    assert actions.count("usage.threshold") == 3


def test_a_leap_over_several_is_one_message_about_the_largest(small: SmallHouse) -> None:
    assert told(small, "85") == (50, 80)
    assert len(cards(small)) == 1 and "85.0 %" in cards(small)[0]
    assert told(small, "90") == ()


def test_corrections_down_and_up_again_tell_nothing_twice(small: SmallHouse) -> None:
    assert [told(small, used) for used in ("85", "40", "55", "81", "10", "100", "79", "100")] == [
        *((50, 80), (), (), (), (), (100,), (), ()),
    ]
    assert len(cards(small)) == 2


def test_two_workers_that_look_at_once_tell_each_share_once(small: SmallHouse) -> None:
    together = Barrier(4)

    def look(_worker: int) -> tuple[int, ...]:
        together.wait()
        return told(small, "85")

    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(look, range(4)))
    assert sorted(percent for percents in found for percent in percents) == [50, 80]
    assert len(small.rows(select(UsageAlert))) == 2
    assert len(cards(small)) == 1


def test_another_period_line_or_contract_is_told_on_its_own(small: SmallHouse) -> None:
    december = Period(date(2026, 12, 1), date(2026, 12, 31))
    assert told(small, "60") == (50,)
    assert told(small, "60", period=december) == (50,)
    assert told(small, "60", line_id="seats") == (50,)
    assert told(small, "60", contract_id="con_2") == (50,)
    assert told(small, "60", at_pct=(Decimal("50.0"), Decimal(60))) == (60,)


def test_a_commitment_is_told_in_its_currency(small: SmallHouse) -> None:
    assert told(small, "8120.5", unit="EUR", allowance=Decimal(10000), account_manager=None) == (50, 80)
    assert "has used EUR 8,120.50 of EUR 10,000.00, 81.2 %" in cards(small)[0]


def test_an_alert_that_is_not_there_is_not_drawn(small: SmallHouse) -> None:
    with small.change() as session, pytest.raises(NotFound, match="usa_none"):
        alert_view(session, "usa_none")


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every customer has agreed to 100 calls in November."""

    def source(session: Session, came: Came) -> Iterator[Watched]:
        assert set(came.meters) == {"api_calls"}
        for subject in sorted(came.subjects):
            (total,) = usage_totals(session, Metered("api_calls", "sum", (NOVEMBER,)), subjects=[subject], zone="UTC")
            yield replace(CALLS, contract_id=f"con_{subject}", used=total.quantity)

    monkeypatch.setattr(watching, "_watching", [])
    watching.watch_with(source)
    watching.watch_with(source)
    monkeypatch.setattr(usage_workflow, "SUBJECTS_AT_ONCE", 2)


def came_in(house: SmallHouse, customers: int) -> str:
    """Take 60 calls of each customer, as a batch does, and return the delivery that asks to look at it."""
    with house.change() as session:
        events = [event(f"k{n}", "60", subject=f"00{n}") for n in range(customers)]
        take(session, events, batch_id="ubt_1", at=NOON)
        record_all(session, house.engine, house.clock, [Delivery(TEAM, "usage.batch", "sig", {"batch_id": "ubt_1"})])
    (row,) = house.rows(select(InboxRow))
    return str(row.id)


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("customers", [0, 1, 2, 4, 5])
def test_all_customers_of_a_batch_are_looked_at_and_each_step_may_run_twice(small: SmallHouse, customers: int) -> None:
    inbox_id = came_in(small, customers)
    after, steps = "", 0
    while True:
        killed = look_at_some(TEAM, inbox_id, after)
        following = look_at_some(TEAM, inbox_id, after)
        assert killed == following
        steps += 1
        if following == ALL_LOOKED_AT:
            break
        after = following
    assert steps == customers // 2 + 1
    assert sorted(row.contract_id for row in small.rows(select(UsageAlert))) == [f"con_00{n}" for n in range(customers)]
    assert len(small.rows(select(SlackPost))) == customers
    assert [row.outcome for row in small.rows(select(InboxRow))] == ["checked"]


@given(
    st.builds(
        UsageAlertView,
        customer=outside,
        what=outside,
        unit=st.sampled_from(["EUR", "JPY"]) | outside,
        allowance=st.decimals("0.001", 10**15, places=3),
        used=st.decimals(0, 10**15, places=3),
        percent=st.sampled_from([Decimal(50), Decimal("33.3")]),
        period=st.just(NOVEMBER),
        account_manager=st.none() | outside,
        reached_at=st.just(NOON),
        contract=outside,
    )
)
def test_a_card_holds_whatever_its_fields_say(view: UsageAlertView) -> None:
    check(usage_alert_card(view))
