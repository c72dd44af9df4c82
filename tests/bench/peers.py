"""What others do when many jobs fall due in one second: each job commits one row to a SQLite file.

`job_queue` is python-telegram-bot's own scheduler with a job for each student; `stored_jobs` is APScheduler, whose jobs
lie in a database. Both with the settings that they come with.
"""

import asyncio
import logging
import sqlite3
import threading
import warnings
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from telegram.ext import ApplicationBuilder, ContextTypes

from bot.clock import SystemClock, monotonic

QUEUE_SIZES = (1_000, 8_000, 20_000)
STORE_SIZES = (1_000, 8_000)
SECONDS_EACH = 0.006
"""How long adding one job to a store may take, so that all are there before they fall due."""
QUIET = 5.0
"""When nothing more has happened for so long, nothing more will."""


def silence() -> None:
    """Keep the scheduler from writing a line for each job that it skips."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


def job_queue(size: int, limit: float) -> int:
    """Return how many of so many jobs of PTB's queue, due at once, did their work within the limit in seconds."""
    with TemporaryDirectory(prefix="yanxin-bench-") as folder:
        file = _table(folder)
        return asyncio.run(_job_queue(file, size, limit))


async def _job_queue(file: sqlite3.Connection, size: int, limit: float) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        application = ApplicationBuilder().token("7000000001:token").build()
    queue = application.job_queue
    assert queue is not None

    async def ask(context: ContextTypes.DEFAULT_TYPE) -> None:
        assert context.job is not None
        _insert(file, context.job.data)

    await queue.start()
    queue.scheduler.pause()
    due = SystemClock().now() + timedelta(seconds=2 + size * 0.001)
    for number in range(size):
        queue.run_once(ask, due, data=number)
    queue.scheduler.resume()
    await asyncio.sleep(max(0.0, (due - SystemClock().now()).total_seconds()))
    deadline, quiet_since, found = monotonic() + limit, monotonic(), 0
    while monotonic() < deadline and found < size and monotonic() - quiet_since < QUIET:
        await asyncio.sleep(0.2)
        now = _count(file)
        if now != found:
            found, quiet_since = now, monotonic()
    await queue.stop(wait=False)
    file.close()
    return found


_FILES: dict[str, sqlite3.Connection] = {}
_LOCK = threading.Lock()


def ask_stored(path: str, number: int) -> None:
    """Do what a stored job does; a store keeps the name of a function, so it lies here."""
    with _LOCK:
        _insert(_FILES[path], number)


def stored_jobs(size: int, limit: float) -> int:
    """Return how many of so many stored jobs, due at once, did their work within the limit in seconds."""
    with TemporaryDirectory(prefix="yanxin-bench-") as folder:
        _FILES[folder] = _table(folder)
        store = SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.db")
        scheduler: Any = BackgroundScheduler(jobstores={"default": store}, timezone="UTC")
        scheduler.start(paused=True)
        due = SystemClock().now() + timedelta(seconds=2 + size * SECONDS_EACH)
        for number in range(size):
            scheduler.add_job("tests.bench.peers:ask_stored", "date", run_date=due, args=[folder, number])
        scheduler.resume()
        pause = threading.Event()
        pause.wait(max(0.0, (due - SystemClock().now()).total_seconds()))
        deadline, quiet_since, found = monotonic() + limit, monotonic(), 0
        while monotonic() < deadline and found < size and monotonic() - quiet_since < QUIET:
            pause.wait(0.2)
            with _LOCK:
                now = _count(_FILES[folder])
            if now != found:
                found, quiet_since = now, monotonic()
        _shut_down(scheduler)
        _FILES.pop(folder).close()
        return found


def _shut_down(scheduler: Any) -> None:
    """End a scheduler in the middle of jobs that it skips; what its thread says of that is no finding."""
    known, threading.excepthook = threading.excepthook, lambda _args: None
    try:
        scheduler.shutdown(wait=True)
    finally:
        threading.excepthook = known


def _table(folder: str) -> sqlite3.Connection:
    file = sqlite3.connect(Path(folder, "asked.db"), isolation_level=None, check_same_thread=False)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("CREATE TABLE asked (student INTEGER)")
    return file


def _insert(file: sqlite3.Connection, student: Any) -> None:
    file.execute("INSERT INTO asked VALUES (?)", (student,))


def _count(file: sqlite3.Connection) -> int:
    return int(file.execute("SELECT count(*) FROM asked").fetchone()[0])
