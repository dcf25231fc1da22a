"""What a poll reads: two changes of one second carry the same stamp, and neither may be lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from flows.contracts.polling import CLOCKS, STAMP, Known, is_due, notices_of_changes, notices_of_contents
from flows.ports import ChangedDeal
from tests.flows.deals import DEAL

AT = datetime(2026, 11, 23, 9, 30, 15, tzinfo=UTC)
CHANGED = ChangedDeal("006A", AT)
KNOWN = Known("drafted", AT, DEAL.content_hash())
POLLS = (timedelta(seconds=2), timedelta(minutes=1), timedelta(hours=3))


@pytest.mark.parametrize("every", POLLS)
@pytest.mark.parametrize("first", [-1.0, 0.0, 1.9])
def test_a_change_is_compared_once_its_second_is_over_and_once_for_differing_clocks(
    every: timedelta, first: float
) -> None:
    looks = [AT + timedelta(seconds=first) + number * every for number in range(-1, 100)]
    due = [after for before, after in pairwise(looks) if is_due(CHANGED, before, after)]
    wanted = {next(one for one in looks[1:] if one - AT >= age) for age in (STAMP, CLOCKS)}
    assert set(due) == wanted


def test_a_stamp_that_we_do_not_have_is_noticed() -> None:
    older = Known("drafted", AT - timedelta(seconds=1), "")
    (new,), (later,) = notices_of_changes("T1", [CHANGED], {}), notices_of_changes("T1", [CHANGED], {"006A": older})
    assert new.natural_key == later.natural_key == "006A@2026-11-23T09:30:15+00:00"
    assert new.payload == {"deal_id": "006A"}


def test_a_stamp_that_we_have_is_not_noticed_again() -> None:
    assert notices_of_changes("T1", [CHANGED], {"006A": KNOWN}) == []


def test_other_words_under_the_same_stamp_are_noticed() -> None:
    assert notices_of_contents("T1", {"006A": DEAL}, {"006A": KNOWN}) == []
    (found,) = notices_of_contents("T1", {"006A": DEAL}, {"006A": Known("drafted", AT, "other")})
    assert found.natural_key.startswith("006A@") and found.natural_key.endswith(f"#{DEAL.content_hash()[:16]}")
