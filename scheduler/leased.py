"""Runs a piece of work in one process at a time: while it holds a lease, and not a moment longer.

`bot.app` runs the sources of updates with it, because two pollers of one bot take each other's updates.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.clock import Clock
from bot.storage import state
from bot.storage.database import Database

log = structlog.get_logger()
LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5.0


async def while_leased(
    database: Database, name: str, holder: str, clock: Clock, work: Callable[[], Awaitable[None]]
) -> None:
    """Run `work` whenever this process has the lease, again when it ends or fails, until cancelled."""
    task: asyncio.Future[None] | None = None
    try:
        while True:
            held = await _take(database, name, holder, clock)
            if held and (task is None or task.done()):
                _tell(name, task)
                task = asyncio.ensure_future(work())
            if not held and task is not None:
                await _end(task)
                task = None
            await asyncio.sleep(RENEW_SECONDS)
    finally:
        if task is not None:
            await _end(task)
        await database.awrite(lambda conn: state.release_lease(conn, name, holder, clock.real()))


async def _take(database: Database, name: str, holder: str, clock: Clock) -> bool:
    def take(conn: Connection) -> int | None:
        try:
            with conn.begin_nested():
                return state.take_lease(conn, name, holder, clock.real(), LEASE)
        except IntegrityError:
            return None

    try:
        return await database.awrite(take) is not None
    except Exception as error:  # noqa: BLE001 - without the database nobody can hold anything
        log.error("lease.failed", name=name, error=type(error).__name__)  # noqa: TRY400
        return False


async def _end(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _tell(name: str, ended: asyncio.Future[None] | None) -> None:
    error = None if ended is None or ended.cancelled() else ended.exception()
    if error is not None:
        log.error("lease.work_failed", name=name, error=type(error).__name__)
