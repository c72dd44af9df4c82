"""How much of what a platform counts some weeks would use: by member in a minute and an hour, by day, by month.

Pure. `bot.simulation.tally` feeds it with every message in the order of time.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.platforms.most import Most
from bot.platforms.store import BEIJING, month_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Used:
    """The fullest of one quota's times: how much of it was used, of how much, and when (an instant, a day, a month)."""

    quota: str
    used: int
    most: int
    when: str

    @property
    def share(self) -> float:
        """Return how full it was."""
        return round(self.used / self.most, 4)


@dataclass
class Quotas:
    """What one account uses of its quotas."""

    most: Most
    _days: Counter[str] = field(default_factory=Counter)
    _months: Counter[str] = field(default_factory=Counter)
    _lately: dict[tuple[str, str], deque[datetime]] = field(default_factory=dict)
    _fullest: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def add(self, at: datetime, chat: str, *, calls: int = 1) -> None:
        """Count one message to a chat, and how many calls it took."""
        if self.most.per_day is not None:
            self._days[(at + BEIJING).date().isoformat()] += 1
        if self.most.calls_per_month is not None:
            self._months[month_of(at)] += calls
        for quota, most, length in self._members():
            if most is not None:
                self._member(quota, chat, at, length)

    def used(self) -> Iterator[Used]:
        """Yield what was used of each quota at its fullest, the shortest time first."""
        for quota, most, _ in self._members():
            if most is not None and quota in self._fullest:
                count, at = self._fullest[quota]
                yield Used(quota, count, most, f"{at:%Y-%m-%dT%H:%M:%SZ}")
        sums = (
            ("per_day", self.most.per_day, self._days),
            ("calls_per_month", self.most.calls_per_month, self._months),
        )
        for quota, most, counted in sums:
            if most is not None and counted:
                when, count = max(counted.items(), key=lambda one: (one[1], one[0]))
                yield Used(quota, count, most, when)

    def _members(self) -> tuple[tuple[str, int | None, timedelta], ...]:
        return (
            ("per_member_minute", self.most.per_member_minute, MINUTE),
            ("per_member_hour", self.most.per_member_hour, HOUR),
        )

    def _member(self, quota: str, chat: str, at: datetime, length: timedelta) -> None:
        times = self._lately.setdefault((quota, chat), deque())
        times.append(at)
        while times[0] <= at - length:
            times.popleft()
        if len(times) > self._fullest.get(quota, (0, at))[0]:
            self._fullest[quota] = (len(times), at)
