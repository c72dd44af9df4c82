"""A rehearsal whose real time passes only while somebody waits: no test sleeps, and every real second is counted.

with rehearsing(settings, start, speed=10_000) as on:
    on.lives(days=7)          # service time; the driver of a real rehearsal moves it
    on.real.seconds           # how long that would have taken
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bot.app import App
from bot.clock import RehearsalClock
from bot.engine.switched_off import leave
from bot.rehearsal.driver import Driver
from bot.rehearsal.taking import take
from bot.settings import Settings
from tests.fakes.channel import ScriptedChannel

EPOCH = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Real:
    """The machine's time, as far as the rehearsal is concerned; `happens` is called once, while somebody waits."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.happens: Callable[[], None] | None = None
        self.waits: list[float] = []

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.seconds)

    def passed(self) -> float:
        return self.seconds

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        happens, self.happens = self.happens, None
        if happens is not None:
            self.seconds += seconds / 2
            happens()
        await asyncio.sleep(0)
        if event.is_set():
            return True
        self.seconds += seconds if happens is None else seconds / 2
        self.waits.append(seconds)
        return False


class Rehearsing:
    """A service in rehearsal."""

    def __init__(self, settings: Settings, start: datetime, speed: float) -> None:
        self.real = Real()
        self.clock = RehearsalClock(start, seconds=self.real.passed, real=self.real.now)
        self.app = App(
            settings, self.clock, paced=False, first=lambda conn: take(conn, start, speed, self.clock.real())
        )
        self.driver = Driver(self.app, self.clock, speed, self.real.wait)

    def telegram(self, account: str) -> ScriptedChannel:
        """Add a bot that does what it is told."""
        channel = ScriptedChannel("telegram", account)
        self.app.add_channel(channel)
        return channel

    def lives(self, until: datetime | None = None, **by: float) -> None:
        """Let service time pass, up to an instant or by a duration; leave what is switched off first, as starts do."""
        leave_what_is_off(self.app)
        asyncio.run(self.driver.run(until or self.clock.now() + timedelta(**by)))


def leave_what_is_off(app: App) -> None:
    """Do what each start of a service does with channels for which nobody sends."""
    accounts = [(channel.name, channel.account) for channel in app.channels]
    app.database.write(lambda conn: leave(conn, accounts, app.clock.now()))


@contextmanager
def rehearsing(settings: Settings, start: datetime, speed: float = 10_000) -> Iterator[Rehearsing]:
    """Make one, and give the database back afterwards, as after a kill."""
    made = Rehearsing(settings, start, speed)
    try:
        yield made
    finally:
        made.app.close()
