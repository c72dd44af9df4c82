"""Messages that came in and wait: each is understood and answered in a transaction of its own, cries for help first.

The bell rings it every second, and whoever stores a message wakes it. What a message means is the handlers' business:
the wiring hands their two functions in.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.inbox import store as inbox
from bot.inbox.model import InboxState
from bot.storage.database import Database
from bot.storage.writer import Urgency

log = structlog.get_logger()
BATCH = 40
"""Small, because a cry for help that nobody announced overtakes only between batches."""


@dataclass(frozen=True)
class Reading:
    """How a message is processed, and what is kept of one whose processing failed (its error, by type and place)."""

    process: Callable[[Connection, int], bool]
    set_aside: Callable[[Connection, int, BaseException, datetime], object]


@dataclass(frozen=True)
class Taken:
    """Which messages are being processed, and whose turn it is to take some."""

    ids: set[int] = field(default_factory=set)
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)


async def cries(database: Database, reading: Reading, now: datetime) -> int:
    """Process the cries for help that wait, beside a batch that is under way; return how many there were."""
    waiting = await database.aread_first(lambda conn: inbox.waiting_ids(conn, BATCH))
    urgent = [inbox_id for inbox_id, is_urgent in waiting if is_urgent]
    for inbox_id in urgent:
        await _one(database, reading, inbox_id, Urgency.HELP, now)
    return len(urgent)


async def work_off(
    database: Database,
    reading: Reading,
    now: datetime,
    limit: int = BATCH,
    taken: Taken | None = None,
    cried: Callable[[], object] = lambda: None,
) -> int:
    """Process up to `limit` waiting messages, one after the other; return how many there were.

    Those that are `taken` another call is processing. `cried` is called as soon as a cry for help is understood: its
    alarm does not wait for the rest of the batch.
    """
    taken = taken or Taken()
    async with taken.taking:
        found = await database.aread_first(lambda conn: inbox.waiting_ids(conn, limit + len(taken.ids)))
        waiting = [one for one in found if one[0] not in taken.ids][:limit]
        mine = {inbox_id for inbox_id, _ in waiting}
        taken.ids.update(mine)
    try:
        await _all(database, reading, now, waiting, cried)
    finally:
        taken.ids.difference_update(mine)
    return len(waiting)


async def _all(
    database: Database,
    reading: Reading,
    now: datetime,
    waiting: Sequence[tuple[int, bool]],
    cried: Callable[[], object],
) -> None:
    async def one(inbox_id: int, *, urgent: bool) -> None:
        await _one(database, reading, inbox_id, Urgency.HELP if urgent else Urgency.PERSON, now)
        if urgent:
            cried()

    at_once = len(waiting) if database.is_sqlite else 1  # one writer keeps their order, and they share a commit
    for start in range(0, len(waiting), max(at_once, 1)):
        some = waiting[start : start + at_once]
        await asyncio.gather(*(one(inbox_id, urgent=urgent) for inbox_id, urgent in some))


async def _one(database: Database, reading: Reading, inbox_id: int, urgency: Urgency, now: datetime) -> None:
    try:
        await database.awrite(lambda conn: reading.process(conn, inbox_id), urgency)
        return
    except Exception as error:  # noqa: BLE001 - a message that breaks a handler must not block the next one
        broken = error
    name = type(broken).__name__
    log.error("inbox.message_failed", inbox_id=inbox_id, error=name)
    try:
        await database.awrite(lambda conn: reading.set_aside(conn, inbox_id, broken, now), urgency)
    except Exception:  # noqa: BLE001 - say, a row that no key opens: it is kept as it is, and tried no more
        await database.awrite(
            lambda conn: inbox.finish(conn, inbox_id, InboxState.FAILED, now, tries=1, error=name), urgency
        )
