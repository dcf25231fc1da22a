"""When a change that a poll found is read: two changes of one second carry the same stamp."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.contracts.polling import CLOCKS, notices
from flows.ports import ChangedDeal

AT = datetime(2026, 11, 23, 9, 30, 15, tzinfo=UTC)
DEAL = ChangedDeal("006A", AT)


def keys(seconds_later: float) -> list[str]:
    return [one.natural_key for one in notices("T1", [DEAL], AT + timedelta(seconds=seconds_later))]


@pytest.mark.parametrize("seconds", [-30, 0, 0.999, 1.999])
def test_a_stamp_whose_second_may_not_be_over_is_left_for_the_next_look(seconds: float) -> None:
    assert keys(seconds) == []


def test_it_is_read_as_soon_as_the_second_is_over_and_not_again_at_every_look() -> None:
    assert keys(2) == keys(4) == keys(CLOCKS.total_seconds() - 1) == ["006A@2026-11-23T09:30:15+00:00~"]


def test_it_is_read_once_more_when_clocks_that_differ_cannot_have_deceived() -> None:
    late = keys(CLOCKS.total_seconds())
    assert late == keys(600) == ["006A@2026-11-23T09:30:15+00:00"] and late != keys(2)
