"""Brings what the platform pushed into the inbox before it hears that we have it.

A message to the robot is pushed once and never again. So what cannot be stored, because the database is away, is kept
in memory and tried until it is stored: nobody would give it to us a second time.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.channels.base import Store
from bot.channels.dingtalk.understand import external_id, heard, understand

log = structlog.get_logger(__name__)
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0

DRAIN_SECONDS = 10.0
"""How long an ending service waits for what was read and is not stored yet."""

Pause = Callable[[float], Awaitable[None]]


class Keeper:
    """Stores updates: those of one sender in their order, those of others beside them."""

    def __init__(self, store: Store, pause: Pause = asyncio.sleep) -> None:
        """Take what commits an update, and how to wait."""
        self._store = store
        self._pause = pause
        self._senders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._work: set[asyncio.Task[None]] = set()

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Run what may take a while; it goes on when the connection that brought it has ended."""
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def finish(self) -> None:
        """Wait until everything is stored, or give up what the database does not take."""
        if self._work:
            _, left = await asyncio.wait(self._work, timeout=DRAIN_SECONDS)
            for task in left:
                log.error("dingtalk.update_lost", hint="the database did not take it before the end")
                task.cancel()

    async def keep(self, raw: dict[str, Any]) -> None:
        """Return when an update is committed; one without any id cannot be told from another and is not kept."""
        number, incoming = external_id(raw), understand(raw)
        if number is None:
            log.error("dingtalk.update_without_id")
            return
        async with self._senders.setdefault(incoming.sender, asyncio.Lock()):
            await self._until_stored(number, incoming.sender, raw, heard(incoming))

    async def _until_stored(self, number: str, sender: str, raw: dict[str, Any], text: str) -> None:
        pause, tries = FIRST_PAUSE, 0
        while True:
            try:
                await self._store(number, sender, raw, text)
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, nobody will give it to us again
                tries += 1
                log.error("dingtalk.update_not_stored", tries=tries, error=type(error).__name__)  # noqa: TRY400 - a traceback could quote it
            await self._pause(pause * random.uniform(0.75, 1.0))  # noqa: S311 - jitter
            pause = min(pause * 2, LONGEST_PAUSE)
