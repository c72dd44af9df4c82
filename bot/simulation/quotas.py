"""How much of what a platform counts some weeks would use: by member in a minute and an hour, between two words of a
follower's, by day, by month.

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

    def add(self, at: datetime, chat: str, *, calls: int = 1, left: int | None = None) -> None:
        """Count one message to a chat, and how many calls it took.

        `left`: how many messages had room there until she writes again, this one included; None where it takes none.
        """
        if self.most.per_window is not None and left is not None:
            self._most("per_window", self.most.per_window - left + 1, at)
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
                yield self._instant(quota, most)
        if self.most.per_window is not None and "per_window" in self._fullest:
            yield self._instant("per_window", self.most.per_window)
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
        self._most(quota, len(times), at)

    def _most(self, quota: str, used: int, at: datetime) -> None:
        if used > self._fullest.get(quota, (0, at))[0]:
            self._fullest[quota] = (used, at)

    def _instant(self, quota: str, most: int) -> Used:
        count, at = self._fullest[quota]
        return Used(quota, count, most, f"{at:%Y-%m-%dT%H:%M:%SZ}")
