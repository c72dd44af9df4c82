"""Stores what came of tries, several in one transaction, again and again while the database is away.

`scheduler.deliver` makes one for each sender; a result that got lost would be a message that nobody knows was sent.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.engine.delivery import Parcel
from bot.engine.delivery_rules import Verdict
from bot.outbox.model import Result
from bot.storage.database import Database
from bot.storage.writer import Urgency

Batch = list[tuple[Parcel, Result]]
log = structlog.get_logger()
LONGEST_PAUSE_SECONDS = 30.0
"""The longest pause between two tries to record a result while the database is away."""


@dataclass(frozen=True)
class Recording:
    """Records for one account: `store_all` stores several results, `pause_for` hears the verdicts."""

    database: Database
    store_all: Callable[[Connection, Batch], list[Verdict]]
    pause_for: Callable[[list[Verdict]], None]

    async def record(self, batch: Batch) -> list[None]:
        """Store results in one transaction; one that cannot be stored must not take the others with it."""
        try:
            verdicts = await self._when_there(batch)
        except Exception as error:  # noqa: BLE001 - see above
            kind = type(error).__name__
        else:
            self.pause_for(verdicts)
            return [None] * len(batch)
        if len(batch) == 1:  # the watchdog sees it, and the next start counts it as unknown
            log.error("delivery.result_lost", outbox_id=batch[0][0].message.id, error=kind)
        else:
            for one in batch:
                await self.record([one])
        return [None] * len(batch)

    async def _when_there(self, batch: Batch) -> list[Verdict]:
        pause = 0.5
        while True:
            try:
                return await self.database.awrite(lambda conn: self.store_all(conn, batch), Urgency.DELIVERY)
            except (OperationalError, InterfaceError, OSError) as error:
                log.error("delivery.cannot_record", messages=len(batch), error=type(error).__name__)  # noqa: TRY400
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
