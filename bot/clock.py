"""The only reader of the time.

Wiring makes one clock and hands its `now()` down as an argument; rules never see the clock itself. Service time
and real time are two things, because a rehearsal replaces the first one only.
"""

import time
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


def monotonic() -> float:
    """Return seconds from an arbitrary start, for measuring how long something took."""
    return time.monotonic()
