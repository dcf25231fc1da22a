"""What waits for a person at home: what they may decide, oldest first, counted whole however little of it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flows.home.answers import stuck
from flows.home.cards import SHOWN, HomeView, home_view
from flows.home.service import home_of
from flows.ports import Person
from storage.tables import Approval, ApprovalStep, Attention, CardCopy, Customer, DealRow, Decision, Invoice
from tests.faults.small_house import NOON, TEAM, SmallHouse

DANA, LEE = (
    Person(f"U0{one.upper()}", one, f"{one}@example.com", TEAM, is_guest=False, is_outsider=False, is_deactivated=False)
    for one in ("dana", "lee")
)


@pytest.fixture
def small(migrated_url: str) -> Iterator[SmallHouse]:
    house = SmallHouse(migrated_url)
    with house.change() as session:
        session.add(
            Customer(
                id="cus_1", team_id=TEAM, source="crm", external_id="1", name="Northwind", created_at=NOON,
                updated_at=NOON,
            )
        )  # fmt: skip
        session.add(
            DealRow(
                id="dea_1", team_id=TEAM, source="crm", external_id="1", version=1, content_hash="h", state="drafted",
                modified_at=NOON, mends={}, created_at=NOON, updated_at=NOON,
            )
        )  # fmt: skip
    yield house
    house.close()


def ask(small: SmallHouse, number: int, approvers: list[str], **of: Any) -> str:
    """Put one invoice before people; return the approval's id."""
    at = NOON + timedelta(minutes=number)
    known = {"requester": None, "account_manager": None, "user_group": None, "needed": 1} | of
    with small.change() as session:
        session.add(
            Invoice(
                id=f"inv_{number}", team_id=TEAM, deal_id="dea_1", customer_id="cus_1", deal_version=1, version=1,
                schedule_key=str(number), state="awaiting approval", currency="EUR", total_minor=100 * number,
                content_hash="h", invoice_date=NOON.date(), due_date=NOON.date(), created_at=at, updated_at=at,
                account_manager=known["account_manager"],
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Approval(
                id=f"apr_{number}", team_id=TEAM, invoice_id=f"inv_{number}", invoice_version=1, content_hash="h",
                policy_version="p", rule="r", state="waiting", created_at=at, requester=known["requester"],
            )
        )  # fmt: skip
        session.flush()
        session.add(
            ApprovalStep(
                approval_id=f"apr_{number}", team_id=TEAM, number=1, needed=known["needed"], approvers=approvers,
                who="somebody", mentions=[], state="waiting", user_group=known["user_group"],
            )
        )  # fmt: skip
        session.add(
            CardCopy(
                id=f"crd_{number}", team_id=TEAM, kind="approval", subject_id=f"inv_{number}", address="#a",
                permalink=f"https://slack.example/{number}", created_at=at,
            )
        )  # fmt: skip
    return f"apr_{number}"


def home(small: SmallHouse, person: Person, groups: dict[str, frozenset[str]] | None = None) -> HomeView:
    with small.database.read(TEAM) as session:
        return home_of(session, person, groups or {})


def links(view: HomeView) -> list[str | None]:
    return [one.url for one in view.waiting]


def test_many_that_wait_are_counted_whole_and_the_oldest_shown(small: SmallHouse) -> None:
    for number in reversed(range(SHOWN + 3)):
        ask(small, number, ["U0DANA"])
    view = home(small, DANA)
    assert links(view) == [f"https://slack.example/{number}" for number in range(SHOWN)]
    assert [str(one.total) for one in view.waiting[:2]] == ["EUR 0.00", "EUR 1.00"] and view.waiting_besides == 3
    texts = str(home_view(view).payload)
    assert f"{SHOWN + 3} invoices wait for you" in texts and "and 3 more" in texts
    assert f"Waiting for you ({SHOWN + 3})" in texts


def test_only_what_a_person_may_decide_waits_for_them(small: SmallHouse) -> None:
    ask(small, 1, ["U0DANA"])
    ask(small, 2, ["dana@example.com"])
    ask(small, 3, [], user_group="controllers")
    ask(small, 4, ["U0DANA"], requester="U0DANA")
    ask(small, 5, ["U0DANA"], account_manager="U0DANA")
    ask(small, 6, ["U0LEE"])
    decided = ask(small, 7, ["U0DANA", "U0LEE"], needed=2)
    with small.change() as session:
        session.add(
            Decision(
                id="dec_1", team_id=TEAM, approval_id=decided, step=1, user_id="U0DANA", user_name="Dana",
                verdict="approve", decided_at=NOON,
            )
        )  # fmt: skip
    groups = {"controllers": frozenset({"U0DANA"})}
    assert links(home(small, DANA, groups)) == [f"https://slack.example/{number}" for number in (1, 2, 3)]
    assert links(home(small, LEE, groups)) == [f"https://slack.example/{number}" for number in (6, 7)]
    assert [one.url for one in home(small, DANA).decided] == ["https://slack.example/7"]


def test_many_that_are_stuck_are_counted_whole(small: SmallHouse) -> None:
    with small.change() as session:
        for number in range(SHOWN + 1):
            session.add(
                Attention(
                    id=f"att_{number:02}", team_id=TEAM, subject_id="inv_1", kind="issue", title=f"No. {number}",
                    reason="r", code="c", owner="operators", state="open", opened_at=NOON + timedelta(seconds=number),
                )
            )  # fmt: skip
    view = home(small, LEE)
    assert ([one.title for one in view.stuck][::19], view.stuck_besides) == (["No. 0", "No. 19"], 1)
    with small.database.read(TEAM) as session:
        answer = stuck(session)
    assert answer.startswith(f"*{SHOWN + 1} things need attention*") and answer.endswith("and 11 more")


def test_nobody_of_another_company_is_told_what_waits(small: SmallHouse) -> None:
    ask(small, 1, ["U0DANA"])
    assert home(small, replace(DANA, is_outsider=True)).waiting == ()
