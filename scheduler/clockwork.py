"""APScheduler as the clock only: once a second it asks what has come due, and keeps this worker's heart beating."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import DBAPIError

from flows.errors import DunwellError
from scheduler import heartbeat, housekeeping
from scheduler.heartbeat import Heart
from scheduler.housekeeping import forget_finished_work
from scheduler.jobs import Job, sweep

log = structlog.get_logger()
SWEEP_SECONDS = 1
THREADS = 4  # one for each act that may take long, and one in which the others find that they are under way
_DEFAULTS = {"coalesce": True, "max_instances": 100, "misfire_grace_time": None}


class Clockwork:
    """Runs the sweep, and for a worker the heartbeat, until it is stopped."""

    def __init__(self, jobs: list[Job], worker_id: str | None) -> None:
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(THREADS)}, job_defaults=_DEFAULTS
        )
        self._add("sweep", lambda: sweep(jobs), SWEEP_SECONDS)
        self._heart = Heart(worker_id) if worker_id is not None else None
        if self._heart is not None:
            self._add("heartbeat", self._heart.beat_and_take_over, heartbeat.BEAT_SECONDS)
            self._add("housekeeping", forget_finished_work, housekeeping.EVERY_SECONDS)

    def start(self) -> None:
        """Begin: the heart beats once before this returns, and the first sweep runs within a second."""
        if self._heart is not None:
            self._heart.beat()
        self._scheduler.start()

    def stop(self) -> None:
        """Stop after what is running now."""
        self._scheduler.shutdown(wait=True)

    def _add(self, name: str, act: Callable[[], object], seconds: float) -> None:
        under_way = threading.Lock()

        def run() -> None:
            if not under_way.acquire(blocking=False):
                return  # the one before takes longer than the interval; it does this one's work too
            try:
                act()
            except (DunwellError, DBAPIError) as error:  # something is away, or another was faster: the next run tries
                log.warning("job not started", job=name, reason=str(error))
            finally:
                under_way.release()

        self._scheduler.add_job(run, IntervalTrigger(seconds=seconds), id=name)
