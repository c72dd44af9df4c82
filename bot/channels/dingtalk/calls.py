"""Counts the calls of the platform's API in the database, month by month, against the quota that the school has.

The client notes each call; writing never holds one up, and calls that come meanwhile are written together.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)
WARN_AT = 0.8
PERCENT = 100

Add = Callable[[int], Awaitable[int]]
"""Adds to this month's calls in the database and returns how many there are now."""


class Calls:
    """The calls of one account."""

    def __init__(self, add: Add, most: int, account: str) -> None:
        """Take how they are counted, and how many a month has."""
        self._add = add
        self._most = most
        self._account = account
        self._noted = 0
        self._used = 0
        self._writing: asyncio.Task[None] | None = None

    def note(self) -> None:
        """Count a call that is about to be made."""
        self._noted += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def written(self) -> None:
        """Wait until every call that was noted is in the database, or cannot get there."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)

    async def used(self) -> int:
        """Return how many calls this month has seen so far."""
        await self.written()
        return await self._add(0)

    def troubles(self) -> dict[str, int]:
        """Return how much of the month is used, in hundredths, once somebody should know."""
        share = self._used / self._most
        return {"month_used_percent": round(share * PERCENT)} if share >= WARN_AT else {}

    async def _write(self) -> None:
        while self._noted:
            count, self._noted = self._noted, 0
            try:
                before, self._used = self._used, await self._add(count)
            except Exception as error:  # noqa: BLE001 - the database is away; what was noted is written with the next
                self._noted += count
                log.warning("dingtalk.calls_not_counted", error=type(error).__name__)
                return
            for share, level in ((WARN_AT, log.warning), (1.0, log.error)):
                if before < round(self._most * share) <= self._used:
                    level("dingtalk.month_limit", account=self._account, calls=self._used, most=self._most)
