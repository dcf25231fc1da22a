"""The jobs, and when each is due by the injected clock.

APScheduler's triggers say when; a sweep asks them once a second what has come due since the last run. So a job that
was due while the program was down runs once at the start, a clock that is moved is followed, and two schedulers start
one run: its id is the job and the instant it was due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from sqlmodel import Session

from flows.durable import INTAKE
from flows.runtime import runtime
from scheduler.daily import EachDay
from storage.tables import JobRun

BILLING_RUN: Final = "billing_run"
FAST_CLOCK = timedelta(minutes=2)  # two machines' clocks may differ by less


@dataclass(frozen=True, slots=True)
class Job:
    """A flow to start: under `workflow(team, run id)`, whenever `trigger` says."""

    name: str
    trigger: BaseTrigger
    workflow: str
    team: Callable[[], str]


def daily(zone: str) -> EachDay:
    """Return when a business day has begun: shortly after midnight in the time zone."""
    return EachDay(time(0, 5), ZoneInfo(zone))


def last_due(trigger: BaseTrigger, after: datetime, now: datetime) -> datetime | None:
    """Return the latest instant at which the trigger came due after `after` and not after `now`, or None."""
    back = timedelta(seconds=1)
    while now - back > after and _next(trigger, now - back) > now:
        back *= 2  # look back only as far as the last time that it was due, not over a week of seconds
    due, following = None, _next(trigger, max(after, now - back))
    while following <= now:
        due = following if following > after else due
        following = _next(trigger, following + timedelta(microseconds=1))
    return due


def _next(trigger: BaseTrigger, at: datetime) -> datetime:
    """Return the first instant not before `at` at which the trigger is due; the end of time when there is none."""
    found: datetime | None = trigger.get_next_fire_time(None, at)
    return found if found is not None else datetime.max.replace(tzinfo=UTC)


def sweep(jobs: list[Job]) -> list[str]:
    """Start every job that has come due since its last run. Return the names of those that were started."""
    return [job.name for job in jobs if _start_if_due(job)]


def _start_if_due(job: Job) -> bool:
    now = runtime().clock.now()
    with runtime().database.read(None) as session:
        last = session.get(JobRun, job.name)
    if last is not None and last.due_at > now + FAST_CLOCK:
        _put_back(job, now)
        return False
    if last is not None and last_due(job.trigger, last.due_at, now) is None:
        return False
    team_id = job.team()
    with runtime().database.begin(team_id) as session:
        return _start(session, job, team_id, now)


def _put_back(job: Job, now: datetime) -> None:
    """Count from now on: a clock that was far ahead has been set right, and its last run is not the measure."""
    with runtime().database.begin(None) as session:
        row = session.get_one(JobRun, job.name, with_for_update=True)
        if row.due_at > now + FAST_CLOCK:
            row.due_at = now
            session.add(row)


def _start(session: Session, job: Job, team_id: str, now: datetime) -> bool:
    row = session.get(JobRun, job.name, with_for_update=True)
    due = now if row is None else last_due(job.trigger, row.due_at, now)
    if due is None:
        return False  # another scheduler was faster
    run_id = f"{job.name}:{due.isoformat()}"
    session.merge(JobRun(job=job.name, due_at=due, started_at=now))
    runtime().engine.enqueue(session, job.workflow, team_id, run_id, id=run_id, queue=INTAKE)
    return True
