"""An effect at a far side happens once, whatever the far side answers and whenever the worker dies."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from flows.effects import Effect, Outcome, try_once
from flows.errors import OutcomeUnknown, Rejected, TryAgain
from storage.tables import EffectRow
from tests.faults.small_house import TEAM, SmallHouse

NUMBERS = itertools.count()
DOING = st.sampled_from(["done", "lost after", "lost before", "later", "killed before", "killed after", "stored"])
LOOKING = st.sampled_from(["answers", "later"])


class Killed(BaseException):
    """The worker died here."""


@dataclass(slots=True)
class FarSide:
    """Does what its script says and then what it is asked; keeps what was done, and errors under idempotency keys."""

    doing: list[str] = field(default_factory=list)
    looking: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    stored: set[int] = field(default_factory=set)

    def find(self) -> str | None:
        if self.looking and self.looking.pop(0) == "later":
            raise TryAgain("Stripe", "is away")
        return self.done[0] if self.done else None

    def do(self, attempt: int) -> str:
        act = self.doing.pop(0) if self.doing else "done"
        if act == "stored":
            self.stored.add(attempt)
        if attempt in self.stored:
            raise OutcomeUnknown("Stripe", "answered 500")
        if act in ("later", "lost before", "killed before"):
            raise {"later": TryAgain("Stripe", "429"), "lost before": OutcomeUnknown("Stripe", "?")}.get(act, Killed())
        self.done.append(f"in_{len(self.done)}")
        if act == "lost after":
            raise OutcomeUnknown("Stripe", "?")
        if act == "killed after":
            raise Killed
        return self.done[-1]


def effect_at(far: FarSide) -> Effect:
    return Effect(f"inv_{next(NUMBERS)}:v1:draft", "draft", "inv_1", "Stripe", far.find, far.do)


def keep(_session: Session, _outcome: Outcome) -> None:
    """Nothing is shown."""


def attempt(effect: Effect) -> Outcome | None:
    """Make one try; None when the worker died in it."""
    try:
        return try_once(TEAM, effect, keep)
    except Killed:
        return None


@given(doing=st.lists(DOING, max_size=6), looking=st.lists(LOOKING, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_happens_once_and_is_known_in_the_end(small: SmallHouse, doing: list[str], looking: list[str]) -> None:
    del small
    far = FarSide(list(doing), list(looking))
    effect = effect_at(far)
    outcomes = [attempt(effect) for _ in range(len(doing) + len(looking) + 2)]
    last = outcomes[-1]
    assert last is not None and (last.state, last.far_id) == ("done", "in_0")
    assert far.done == ["in_0"]


def test_a_stored_error_is_not_asked_for_again_under_the_same_key(small: SmallHouse) -> None:
    far = FarSide(["stored"])
    effect = effect_at(far)
    first, second = attempt(effect), attempt(effect)
    assert first is not None and first.state == "unknown"
    assert second is not None and second.state == "done"
    with small.database.read(TEAM) as session:
        row = session.get_one(EffectRow, effect.key)
        assert (row.attempt, row.tries, row.state, row.far_id) == (2, 2, "done", "in_0")


@pytest.mark.parametrize(("before", "asked"), [([], 1), (["stored"], 2)])
def test_a_try_that_was_never_heard_of_again_leaves_its_key_to_its_heir(
    small: SmallHouse, before: list[str], asked: int
) -> None:
    """It may stand still just before its request leaves: under one key the far side does it once for both."""
    del small
    far = FarSide([*before, "killed before"])
    effect = effect_at(far)
    told = [attempt(effect) for _ in range(len(before) + 1)]
    assert told[-1] is None
    keys: list[int] = []

    def do(number: int) -> str:
        keys.append(number)
        return far.do(number)

    heir = attempt(replace(effect, do=do))
    assert heir is not None and heir.state == "done"
    assert keys == [asked]


def test_what_was_only_put_off_keeps_its_key(small: SmallHouse) -> None:
    far = FarSide(["later", "later"])
    effect = effect_at(far)
    assert [outcome.state for _ in range(3) if (outcome := attempt(effect))] == ["waiting", "waiting", "done"]
    with small.database.read(TEAM) as session:
        assert session.get_one(EffectRow, effect.key).attempt == 1


def test_a_refusal_is_final_until_it_is_tried_anew(small: SmallHouse) -> None:
    del small
    refused = [True]

    def do(_attempt: int) -> str:
        if refused.pop():
            raise Rejected("Stripe", "no such currency", code="stripe.refused")
        return "in_0"

    effect = Effect(f"inv_{next(NUMBERS)}", "draft", "inv_1", "Stripe", lambda: None, do)
    first = attempt(effect)
    assert first is not None and (first.state, first.code) == ("failed", "stripe.refused")
    refused.append(False)
    second = attempt(effect)
    assert second is not None and second.state == "done"


def test_whoever_is_told_hears_of_each_change_once(small: SmallHouse) -> None:
    del small
    heard: list[str] = []
    far = FarSide(["lost before", "lost before", "lost after"])
    effect = effect_at(far)
    for _ in range(5):
        try_once(TEAM, effect, lambda _session, outcome: heard.append(outcome.state))
    assert heard == ["unknown", "done"]
