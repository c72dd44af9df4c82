"""The only reader of the time.

Wiring makes one clock and hands its `now()` down as an argument; rules never see the clock itself. Service time
and real time are two things, because a rehearsal replaces the first one only.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the service needs of a clock."""

    def now(self) -> datetime:
        """Return the service's time: an aware instant in UTC."""

    def real(self) -> datetime:
        """Return the real time (leases, sign-in links, platform limits): an aware instant in UTC."""


class SystemClock:
    """The clock of a real service: both times are the machine's."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)

    def real(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told: stories and the demo's history use it."""

    def __init__(self, start: datetime) -> None:
        """Start at an aware instant; anything else is a ValueError."""
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware instant")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return where the clock stands."""
        return self._now

    def real(self) -> datetime:
        """Return where the clock stands: in a story the two times are one."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward by a positive or zero duration."""
        if by < timedelta(0):
            raise ValueError("time does not go back")
        self._now += by

    def set(self, to: datetime) -> None:
        """Move forward to an aware instant."""
        self.advance(to.astimezone(UTC) - self._now)


class RehearsalClock:
    """A clock that stands until it is told to flow: so many times as fast as real time, and no further than an instant.

    `bot.rehearsal` moves it; any thread may read it. It never goes back.
    """

    def __init__(
        self,
        start: datetime,
        *,
        seconds: Callable[[], float] = time.monotonic,
        real: Callable[[], datetime] | None = None,
    ) -> None:
        """Stand at an aware instant (else ValueError); `seconds` and `real` are the real time, brought by a test."""
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware instant")
        self._real = real or SystemClock().real
        self._seconds = seconds
        self._lock = threading.Lock()
        self._from = self._until = start.astimezone(UTC)
        self._began = 0.0
        self._speed = 0.0

    def now(self) -> datetime:
        """Return the service's time."""
        with self._lock:
            return self._where()

    def real(self) -> datetime:
        """Return the real time."""
        return self._real()

    def flow(self, until: datetime, speed: float) -> None:
        """Flow from where it stands up to an instant, `speed` times as fast as real time, and stand there."""
        with self._lock:
            here = self._where()
            if until < here:
                raise ValueError("time does not go back")
            self._from, self._until = here, until.astimezone(UTC)
            self._began, self._speed = self._seconds(), speed

    def stop(self) -> datetime:
        """Stand where it is now, and return that."""
        with self._lock:
            self._from = self._until = self._where()
            return self._from

    def jump(self, to: datetime) -> None:
        """Stand at an instant that is not past."""
        with self._lock:
            if to < self._where():
                raise ValueError("time does not go back")
            self._from = self._until = to.astimezone(UTC)

    def _where(self) -> datetime:
        if self._from == self._until:
            return self._from
        passed = max(self._seconds() - self._began, 0.0) * self._speed
        if passed >= (self._until - self._from).total_seconds():
            return self._until
        return self._from + timedelta(seconds=passed)


def monotonic() -> float:
    """Return seconds from an arbitrary start, for measuring how long something took."""
    return time.monotonic()
