"""The bell: rings a handful of jobs at their intervals, and knows nothing of people.

The only file that imports APScheduler, in memory and without plans: what is due lies in indexed tables. A job that is
still running is not started twice, which the log says once, missed rings are one ring, and a job that fails rings again
next time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()
Job = Callable[[], Awaitable[object]]


class Bell:
    """Rings jobs on the running event loop."""

    def __init__(self) -> None:
        """Make the bell; it rings from `start` on."""
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._late: set[str] = set()
        """Jobs that run longer than their interval just now; APScheduler's own line for each ring is left out."""
        self._scheduler.add_listener(self._still_runs, EVENT_JOB_MAX_INSTANCES)

    def every(self, seconds: float, name: str, job: Job, *, first: datetime | None = None) -> None:
        """Ring a job every so many seconds: at `first` for the first time, else after one interval."""
        more = {} if first is None else {"next_run_time": first}
        self._scheduler.add_job(self._guarded(name, job), "interval", seconds=seconds, id=name, name=name, **more)

    @property
    def names(self) -> list[str]:
        """Return the names of the jobs."""
        return sorted(job.id for job in self._scheduler.get_jobs())

    def start(self) -> None:
        """Ring from now on; needs a running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more; a job that runs is not waited for."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _still_runs(self, event: JobSubmissionEvent) -> None:
        if event.job_id not in self._late:
            self._late.add(event.job_id)
            log.warning("bell.job_still_runs", job=event.job_id)

    def _guarded(self, name: str, job: Job) -> Job:
        async def ring() -> None:
            try:
                await job()
            except asyncio.CancelledError:
                return  # the service ends; APScheduler would call it an error
            except Exception as error:  # noqa: BLE001 - the next ring tries again; the watchdog sees what stays undone
                kind = type(error).__name__
            else:
                return
            finally:
                self._late.discard(name)
            log.error("bell.job_failed", job=name, error=kind)

        return ring
