"""APScheduler as the clock only: once a second it asks what has come due, and keeps this worker's heart beating."""

from __future__ import annotations

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from flows.errors import DunwellError
from scheduler import heartbeat
from scheduler.jobs import Job, sweep

log = structlog.get_logger()
SWEEP_SECONDS = 1


class Clockwork:
    """Runs the sweep, and for a worker the heartbeat, until it is stopped."""

    def __init__(self, jobs: list[Job], worker_id: str | None) -> None:
        executors = {"default": ThreadPoolExecutor(2)}
        self._scheduler = BackgroundScheduler(executors=executors, job_defaults={"coalesce": True, "max_instances": 1})
        self._add("sweep", lambda: sweep(jobs), SWEEP_SECONDS)
        if worker_id is not None:
            self._add("heartbeat", lambda: heartbeat.beat_and_take_over(worker_id), heartbeat.BEAT_SECONDS)

    def start(self) -> None:
        """Begin; a first sweep runs at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop after what is running now."""
        self._scheduler.shutdown(wait=True)

    def _add(self, name: str, act: object, seconds: int) -> None:
        def run() -> None:
            try:
                act()  # type: ignore[operator]
            except DunwellError as error:  # an outside system is away: the next run tries again
                log.warning("job not started", job=name, reason=str(error))

        self._scheduler.add_job(run, IntervalTrigger(seconds=seconds), id=name)
