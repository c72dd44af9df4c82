"""Moves the clock of a rehearsal: from one due instant to the next, and on only when everything there is worked off.

The bell of a real service rings by real time, and would ring too late here. Whoever acts meanwhile, on a page or on a
phone, holds the clock while they do. `bot.rehearsal.running` runs it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.app import App
from bot.clock import RehearsalClock
from bot.rehearsal.standing import Standing, read, write
from scheduler.next_due import Horizon, horizon

log = structlog.get_logger()
PLAN_EVERY = timedelta(days=1)
PURGE_EVERY = timedelta(hours=1)
STRIDE_SECONDS = 1.0
"""How much real time passes at most before the driver looks again: commands change the database without telling us."""
AGAIN_SECONDS = 0.25
"""How much real time passes before what could not be worked off is tried again, while the clock stands."""
REAL_PACE = 1.0
Wait = Callable[[asyncio.Event, float], Awaitable[bool]]
"""Wait for an event so many real seconds at most; tell whether it came."""


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Do so by the machine's time."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


class Driver:
    """The one who moves the clock of a service."""

    def __init__(self, app: App, clock: RehearsalClock, speed: float, wait: Wait = wait) -> None:
        """Take the parts and the ceiling; the clock stands until `run`."""
        self._app = app
        self._clock = clock
        self._speed = speed
        self._wait = wait
        self._holds = 0
        self._plan_at: datetime | None = None
        self._purge_at: datetime | None = None
        self._was_slow = False
        self._noted: Standing | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Let no time pass while somebody acts; on the loop only."""
        self._holds += 1
        self._clock.stop()
        try:
            yield
        finally:
            self._holds -= 1
            self._app.came.set()  # what they did may be due before what was due next

    async def run(self, until: datetime | None = None) -> None:
        """Let the service live until cancelled, or until its time reaches an instant; what is due then is left."""
        try:
            while until is None or self._clock.now() < until:
                await self._go_on(until)
        finally:
            self._clock.stop()

    async def leave(self) -> None:
        """Note where the clock stands now that nobody moves it any more."""
        here, noted = self._clock.stop(), self._noted
        standing = Standing(here, here, self._clock.real(), self._speed, 0.0)

        def note(conn: Connection) -> None:
            if noted is not None and read(conn) == noted:  # else somebody else has moved it since
                write(conn, standing)

        await self._app.database.awrite(note)

    async def _go_on(self, end: datetime | None) -> None:
        """Live through the instant at which the clock stands, then let it flow to the next one."""
        self._app.came.clear()
        now = self._clock.stop()
        try:
            await self._do_chores(now)
            await self._app.step()
            seen = await self._app.database.aread(lambda conn: horizon(conn, now, self._accounts()))
        except Exception as error:  # noqa: BLE001 - the clock stands until it works
            log.error("rehearsal.instant_failed", error=type(error).__name__)  # noqa: TRY400
            await self._wait(self._app.came, AGAIN_SECONDS)
            return
        if self._is_disturbed():
            if self._holds:
                await self._wait(self._app.came, AGAIN_SECONDS)
        elif seen.is_behind:
            await self._wait(self._app.came, AGAIN_SECONDS)
        else:
            await self._flow(now, seen, end)

    async def _flow(self, now: datetime, seen: Horizon, end: datetime | None) -> None:
        pace = self._pace(seen)
        stride = now + timedelta(seconds=STRIDE_SECONDS * pace)
        stops = (seen.next_at, self._plan_at, self._purge_at, end, stride)
        until = min(at for at in stops if at is not None)
        await self._note(now, until, pace)
        if self._is_disturbed():
            return
        self._clock.flow(until, pace)
        came = await self._wait(self._app.came, (until - now).total_seconds() / pace)
        if not came and not self._is_disturbed():
            self._clock.jump(until)  # a timer may be a hair early

    def _pace(self, seen: Horizon) -> float:
        """Return how fast time may pass: retries wait in real time, so while one waits both times are one."""
        if seen.is_retrying and not self._was_slow:
            log.warning("rehearsal.real_pace", reason="a message waits to be tried again")
        self._was_slow = seen.is_retrying
        return min(self._speed, REAL_PACE) if seen.is_retrying else self._speed

    def _is_disturbed(self) -> bool:
        return self._holds > 0 or self._app.came.is_set()

    async def _do_chores(self, now: datetime) -> None:
        """Do what a real service does at its start and then daily or hourly."""
        rounds = self._app.rounds
        if self._plan_at is None or now >= self._plan_at:
            await rounds.plan()
            self._plan_at = now + PLAN_EVERY
            self._app.is_planned = True
        if self._purge_at is None or now >= self._purge_at:
            await rounds.purge()
            self._purge_at = now + PURGE_EVERY

    def _accounts(self) -> list[tuple[str, str]]:
        return [(sender.account.channel, sender.account.account) for sender in self._app.senders.values()]

    async def _note(self, here: datetime, until: datetime, pace: float) -> None:
        self._noted = standing = Standing(here, until, self._clock.real(), self._speed, pace)
        await self._app.database.awrite(lambda conn: write(conn, standing))
