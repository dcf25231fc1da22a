"""Effects at the far sides: each has a key of ours, is begun in a row before the call, and is looked up before a retry.

A far side may commit and then time out, ignore idempotency keys, or answer one stored error for ever. So the record of
an effect is our own row: `begun` is committed before the call; a later try that finds it asks the far side first
whether it happened; and when it certainly did not though we were answered, the next try goes under a fresh idempotency
key (`attempt`). A try that was never heard of again keeps its key: its worker may stand still, and go on with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from dbos import DBOS
from sqlmodel import Session

from flows.errors import DunwellError, FarSideError, OutcomeUnknown, Rejected, TryAgain
from flows.runtime import runtime
from storage.tables import EffectRow


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: what it is for, how to look for it at the far side, and how to do it.

    `find` returns the far side's id, or None when it certainly is not there. `do` takes the attempt's number and
    returns the far side's id. `key` is stable over retries, restarts and workers.
    """

    key: str
    kind: str
    subject_id: str
    system: str
    find: Callable[[], str | None]
    do: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one try got an effect. `state` is done, waiting (certainly not done), unknown (may be done) or failed."""

    state: str
    far_id: str = ""
    reason: str = ""
    code: str = ""
    after: int | None = None


class Stopped(DunwellError):
    """An effect was given up: a person must act. `outcome` says why."""

    code = "effect.stopped"

    def __init__(self, system: str, outcome: Outcome) -> None:
        self.system, self.outcome = system, outcome
        super().__init__(f"{system}: {outcome.reason}")


OnChange = Callable[[Session, Outcome], None]


class Answer(Protocol):
    """What one look at a far side gave; `again` when looking again may help."""

    @property
    def again(self) -> bool: ...


A = TypeVar("A", bound=Answer)


def until_answered(look: Callable[[], A]) -> A:
    """Repeat a step that only reads at a far side while that may help, waiting longer each time; return its answer.

    Called from a workflow. The last answer may still say `again`: the caller tells a person.
    """
    answer = look()
    for wait in runtime().retry.waits:
        if not answer.again:
            break
        DBOS.sleep(wait)
        answer = look()
    return answer


def try_once(team_id: str, effect: Effect, on_change: OnChange) -> Outcome:
    """Make one try, inside a durable step. `on_change` runs in the transaction that records a change of outcome."""
    row = _begin(team_id, effect)
    if row.state == "done":
        return Outcome("done", row.far_id or "")
    try:
        far_id = _look_then_do(team_id, effect, row)
    except OutcomeUnknown as error:
        outcome = Outcome("unknown", reason=error.reason, code=error.code)
    except TryAgain as error:
        outcome = Outcome("waiting", reason=error.reason, code=error.code, after=error.after)
    except (Rejected, DunwellError) as error:
        reason = error.reason if isinstance(error, FarSideError) else str(error)
        outcome = Outcome("failed", reason=reason, code=error.code)
    else:
        outcome = Outcome("done", far_id)
    _record(team_id, effect, row, outcome, on_change)
    return outcome


def until_done(system: str, attempt: Callable[[], Outcome]) -> str:
    """Repeat a step that calls `try_once` until the effect is done, waiting longer each time; return the far id.

    Called from a workflow. Raises Stopped when the far side says no, or when the tries are used up.
    """
    outcome = attempt()
    for wait in runtime().retry.waits:
        if outcome.state in ("done", "failed"):
            break
        DBOS.sleep(max(wait, outcome.after or 0))
        outcome = attempt()
    if outcome.state != "done":
        raise Stopped(system, outcome)
    return outcome.far_id


def _begin(team_id: str, effect: Effect) -> EffectRow:
    """Return the row as it was before this try, and mark the effect as begun."""
    with runtime().database.begin(team_id) as session:
        row = session.get(EffectRow, effect.key, with_for_update=True)
        if row is None:
            before = EffectRow(
                key=effect.key,
                team_id=team_id,
                subject_id=effect.subject_id,
                kind=effect.kind,
                state="new",
                begun_at=runtime().clock.now(),
            )
        else:
            before = EffectRow(**row.model_dump())
        if before.state != "done":
            row = row or EffectRow(**before.model_dump())
            row.state, row.tries = "begun", before.tries + 1
            session.add(row)
        return before


def _look_then_do(team_id: str, effect: Effect, row: EffectRow) -> str:
    """Look for an effect that may have happened; do it only when it certainly has not."""
    if row.state in ("begun", "unknown", "failed"):
        try:
            found = effect.find()
        except TryAgain as error:  # still not known
            raise OutcomeUnknown(error.system, error.reason, code=error.code) from error
        if found is not None:
            return found
        if row.state != "begun":  # ask anew, not for the stored answer to the last request
            row.attempt += 1
            _keep_attempt(team_id, effect, row.attempt)
    return effect.do(row.attempt)


def _keep_attempt(team_id: str, effect: Effect, attempt: int) -> None:
    """Commit the number before it is used: whoever takes over from this try asks under the same idempotency key."""
    with runtime().database.begin(team_id) as session:
        row = session.get_one(EffectRow, effect.key)
        row.attempt = attempt
        session.add(row)


def _record(team_id: str, effect: Effect, before: EffectRow, outcome: Outcome, on_change: OnChange) -> None:
    with runtime().database.begin(team_id) as session:
        row = session.get_one(EffectRow, effect.key)
        row.attempt = before.attempt
        row.state = outcome.state
        row.reason = outcome.reason or None
        if outcome.state == "done":
            row.far_id, row.settled_at = outcome.far_id, runtime().clock.now()
        session.add(row)
        if before.state != outcome.state:
            on_change(session, outcome)
