"""How fast we post and how long we try: what always holds, whatever the instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flows.posting.rules import LONGEST_WAIT, MOST_TRIES, TELL_AFTER, after_failure, pause

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RATES = st.sampled_from([0.5, 1.0, 2.0, 20.0])
BURSTS = st.integers(1, 8)
GAPS = st.lists(st.floats(0, 30, allow_nan=False), max_size=40)


def posted(gaps: list[float], *, per_second: float, burst: int) -> list[datetime]:
    """Return when messages are sent that are asked for after these gaps, each waiting as the rule says."""
    sent: list[datetime] = []
    now = START
    for gap in gaps:
        now += timedelta(seconds=gap)
        now += timedelta(seconds=pause(sent[-burst:], now, per_second=per_second, burst=burst))
        sent.append(now)
    return sent


@given(gaps=GAPS, per_second=RATES, burst=BURSTS)
def test_no_stretch_of_time_holds_more_posts_than_the_pace_and_one_burst(
    gaps: list[float], per_second: float, burst: int
) -> None:
    sent = posted(gaps, per_second=per_second, burst=burst)
    for first, later in zip(sent, sent[burst:], strict=False):
        assert later - first >= timedelta(seconds=burst / per_second) - timedelta(milliseconds=1)


@given(gaps=st.lists(st.floats(0, 30, allow_nan=False), max_size=8), per_second=RATES, burst=BURSTS)
def test_a_burst_after_a_rest_waits_for_nothing(gaps: list[float], per_second: float, burst: int) -> None:
    rested = START + timedelta(seconds=burst / per_second + sum(gaps))
    sent = [START - timedelta(seconds=gap) for gap in gaps]
    assert pause(sent, rested, per_second=per_second, burst=burst) == 0.0


@given(gaps=GAPS, per_second=RATES, burst=BURSTS)
def test_the_pause_is_never_longer_than_the_whole_burst_takes(gaps: list[float], per_second: float, burst: int) -> None:
    sent = posted(gaps, per_second=per_second, burst=burst)
    now = sent[-1] if sent else START
    assert 0.0 <= pause(sent, now, per_second=per_second, burst=burst) <= burst / per_second


@given(order=st.permutations(range(6)), per_second=RATES, burst=BURSTS)
def test_the_order_in_which_the_instants_are_given_does_not_matter(
    order: list[int], per_second: float, burst: int
) -> None:
    instants = [START + timedelta(seconds=n) for n in range(6)]
    now = instants[-1]
    shuffled = [instants[n] for n in order]
    assert pause(shuffled, now, per_second=per_second, burst=burst) == pause(
        instants, now, per_second=per_second, burst=burst
    )


@given(tries=st.integers(1, 1000), asked=st.none() | st.integers(0, 300))
def test_a_failure_waits_as_slack_asked_or_a_bounded_while_and_ends(tries: int, asked: int | None) -> None:
    following = after_failure(tries, asked_wait=asked)
    assert following.give_up == (tries >= MOST_TRIES)
    assert following.tell == (tries == TELL_AFTER)
    if not following.give_up:
        assert following.wait == asked if asked is not None else 0 < following.wait <= LONGEST_WAIT


def test_a_person_is_told_after_about_a_minute_and_it_is_given_up_after_about_half_an_hour() -> None:
    waits = [after_failure(tries, asked_wait=None).wait for tries in range(1, MOST_TRIES)]
    assert 30 < sum(waits[: TELL_AFTER - 1]) < 120
    assert 25 * 60 < sum(waits) < 40 * 60
