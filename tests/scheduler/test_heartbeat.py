"""A worker is dead when it has not been seen to beat for a while; nobody's clock can say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.durable import Engine
from scheduler.heartbeat import BEAT_SECONDS, DEAD_AFTER, Heart
from storage.tables import WorkerBeat
from tests.faults.small_house import SmallHouse


class Watch:
    """The watcher's own seconds."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def taken_over(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose work was queued again, in the order in which it was."""
    found: list[str] = []
    monkeypatch.setattr(Engine, "take_over", lambda _engine, worker_ids: found.extend(worker_ids))
    return found


def workers(small: SmallHouse) -> set[str]:
    return {row.worker_id for row in small.rows(select(WorkerBeat))}


def beats(small: SmallHouse, heart: Heart, watch: Watch, seconds: float) -> list[str]:
    """Let time pass for the watcher, who beats; return who was found dead."""
    watch.at += seconds
    small.wall.pass_by(seconds)
    return heart.beat_and_take_over()


def test_a_worker_that_stops_beating_is_taken_over_once(small: SmallHouse, taken_over: list[str]) -> None:
    watch = Watch()
    Heart("dead").beat()
    heart = Heart("alive", watch)
    assert beats(small, heart, watch, 5) == []
    assert beats(small, heart, watch, DEAD_AFTER - 1) == []
    assert beats(small, heart, watch, 1) == ["dead"]
    assert beats(small, heart, watch, DEAD_AFTER) == []
    assert taken_over == ["dead"] and workers(small) == {"alive"}


def test_the_limits_leave_time_for_the_work_within_two_minutes() -> None:
    assert DEAD_AFTER + 2 * BEAT_SECONDS < 60
    assert DEAD_AFTER > 5 * BEAT_SECONDS  # a slow moment of a living worker is not its death


@pytest.mark.parametrize("skew", [timedelta(hours=-3), timedelta(hours=3)])
def test_a_machine_with_another_clock_kills_nobody(small: SmallHouse, taken_over: list[str], skew: timedelta) -> None:
    watch, other = Watch(), Heart("other")
    heart = Heart("alive", watch)
    for _ in range(30):
        small.wall.at += skew
        other.beat()
        small.wall.at -= skew
        assert beats(small, heart, watch, 5) == []
    assert taken_over == []


def test_a_machine_that_slept_kills_nobody(small: SmallHouse, taken_over: list[str]) -> None:
    watch, other = Watch(), Heart("other")
    heart = Heart("alive", watch)
    other.beat()
    assert beats(small, heart, watch, 5) == []
    small.wall.pass_by(8 * 3600)  # both sleep: the wall clock went on, the watch did not
    assert beats(small, heart, watch, 5) == []
    other.beat()
    assert beats(small, heart, watch, DEAD_AFTER) == []
    assert taken_over == []


def test_a_worker_that_comes_back_is_not_forgotten(
    small: SmallHouse, taken_over: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, other = Watch(), Heart("stalled")
    other.beat()
    heart = Heart("alive", watch)
    beats(small, heart, watch, 5)

    def comes_back(_engine: Engine, worker_ids: list[str]) -> None:
        taken_over.extend(worker_ids)
        other.beat()

    monkeypatch.setattr(Engine, "take_over", comes_back)
    assert beats(small, heart, watch, DEAD_AFTER) == ["stalled"]
    assert workers(small) == {"alive", "stalled"}
