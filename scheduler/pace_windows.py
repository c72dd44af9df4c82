"""Limits of a platform that drops the surplus without a word: so many messages to one member in a minute and an hour,
and so many of the whole account in a day. `scheduler.deliver` asks before each call; what has no room waits its turn.

A place is counted when it is given. After a start, and when another process has sent for the account meanwhile, the
counts begin with what the database says was sent.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.platforms.store import BEIJING, midnight_of
from scheduler.pace import Later, reserve_of

log = structlog.get_logger()
MINUTE = timedelta(seconds=61)
HOUR = timedelta(seconds=3605)
"""What the platform's minute and hour may differ by from ours, and what a call may be late by, included."""
SPREAD = 180.0
"""Seconds over which what waited for a new day goes out."""
WARN_AT = 0.8
KEPT = 20
"""One part in so many of a day is kept for alarms and replies."""
MOST_MEMBERS = 4096
"""How many members are remembered before the idle ones are forgotten."""


@dataclass(frozen=True)
class Windows:
    """How many messages may go to one member in a minute and an hour, and to everybody in a day."""

    per_minute: int
    per_hour: int
    per_day: int


@dataclass(frozen=True)
class Sent:
    """What went out before: to whom, when and in how many pieces within the last hour, and how many since midnight."""

    lately: Sequence[tuple[str, datetime, int]] = ()
    today: int = 0


Before = Callable[[datetime, datetime], Awaitable[Sent]]
"""Looks up what was sent: since an hour ago, and since midnight."""


async def nothing(_hour_ago: datetime, _midnight: datetime) -> Sent:
    """Say that nothing was sent before."""
    return Sent()


@dataclass
class Windowed:
    """A pace by windows; `at_once` calls may be under way."""

    windows: Windows
    real: Callable[[], datetime]
    before: Before = nothing
    at_once: int = 16
    channel: str = ""
    _members: dict[str, deque[datetime]] = field(default_factory=dict)
    _day: object = None
    _today: int = 0
    _begun: bool = False
    _beginning: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def per_second(self) -> int:
        """Return how many calls are under way at once."""
        return self.at_once

    @property
    def reserve(self) -> int:
        """Return how many of them are kept for alarms and replies."""
        return reserve_of(self.at_once)

    async def wait(self, chat: str, *, urgent: bool, alarm: bool = False) -> None:
        """Return at once: whoever has no room is told how long to stay away instead."""

    async def later(self, chat: str, *, urgent: bool, pieces: int = 1) -> Later | None:
        """Give a place to a message and count it, or say when to come again.

        The limit of the day never holds back what is urgent: the platform may know of more accounts than we do.
        """
        async with self._beginning:
            if not self._begun:
                await self._begin()
        now = self.real()
        self._turn_the_day(now)
        wait = self._member_wait(chat, now, pieces)
        if wait > timedelta(0):
            return Later(wait.total_seconds(), "member_limit")
        if not urgent and self._today >= self.windows.per_day - self.windows.per_day // KEPT:
            seconds = (midnight_of(now) + timedelta(days=1) - now).total_seconds()
            return Later(seconds + random.uniform(0, SPREAD), "day_limit")  # noqa: S311 - jitter
        self._count(chat, now, pieces)
        return None

    def taken_over(self) -> None:
        """Look up again what was sent, before the next message goes."""
        self._begun = False

    def troubles(self) -> dict[str, int]:
        """Return how full the day is, in hundredths, once somebody should know."""
        self._turn_the_day(self.real())
        used = self._today / self.windows.per_day
        return {"day_used_percent": round(used * 100)} if used >= WARN_AT else {}

    async def _begin(self) -> None:
        now, self._begun = self.real(), True  # at once, so that what is heard meanwhile lets it begin again
        try:
            sent = await self.before(now - HOUR, midnight_of(now))
        except BaseException:
            self._begun = False
            raise
        self._turn_the_day(now)
        self._today, self._members = sent.today, {}
        for chat, at, pieces in sorted(sent.lately, key=lambda one: one[1]):
            if at <= now:  # a rehearsal notes its own time, which may be days ahead: nobody is kept waiting for that
                self._of(chat).extend([at] * pieces)

    def _member_wait(self, chat: str, now: datetime, pieces: int) -> timedelta:
        times = self._members.get(chat)
        if times is None:
            return timedelta(0)
        ends = [timedelta(0)]
        for most, length in ((self.windows.per_minute, MINUTE), (self.windows.per_hour, HOUR)):
            room = max(most - pieces, 0)  # as many may lie within the window; longer than all of it, it goes alone
            if len(times) > room:
                ends.append(times[-room - 1] + length - now)
        return max(ends)

    def _count(self, chat: str, now: datetime, pieces: int) -> None:
        if len(self._members) > MOST_MEMBERS:
            self._members = {name: times for name, times in self._members.items() if times[-1] > now - HOUR}
        self._of(chat).extend([now] * pieces)
        self._today += pieces
        for share, level in ((WARN_AT, log.warning), (1.0, log.error)):
            if self._today - pieces < max(1, round(self.windows.per_day * share)) <= self._today:
                level("delivery.day_limit", channel=self.channel, sent=self._today, most=self.windows.per_day)

    def _of(self, chat: str) -> deque[datetime]:
        return self._members.setdefault(chat, deque(maxlen=max(self.windows.per_hour, self.windows.per_minute)))

    def _turn_the_day(self, now: datetime) -> None:
        day = (now + BEIJING).date()
        if day != self._day:
            self._day, self._today = day, 0
