"""How hard a channel is pressed: the busiest second and minute, and how long a burst takes at the platform's limit.

Pure. `bot.simulation.tally` feeds it with every message in the order of time. The arithmetic is that of
`scheduler.pace`: a share of the rate is kept for what is urgent, and a single chat takes only so much a second. Where a
call carries the same words to several people, only the first of them takes a place.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.platforms.most import Most
from scheduler.pace import reserve_of


@dataclass(frozen=True)
class Rate:
    """What a platform lets one account send: calls a second in all, messages to one chat, and messages to a call."""

    per_second: int
    per_chat_per_second: int
    together: int = 1

    @property
    def ordinary_per_second(self) -> int:
        """Return what is left of the rate for messages that are no alarm and no reply."""
        return self.per_second - reserve_of(self.per_second)


def rate_of(most: Most) -> Rate | None:
    """Return the rate of a platform, None for one that counts no seconds."""
    if most.per_second is None:
        return None
    return Rate(most.per_second, most.per_chat_per_second, most.together)


@dataclass(frozen=True)
class Peak:
    """The busiest second or minute: when it began and how many messages it had."""

    at: datetime
    messages: int


@dataclass
class Peaks:
    """The load of one channel.

    `drain_seconds` is the longest time that a burst takes at the limit of the account, `chat_wait_seconds` the longest
    that a message waits because its chat has just got others.
    """

    rate: Rate | None
    drain_seconds: float = 0.0
    drained_from: datetime | None = None
    chat_wait_seconds: float = 0.0
    calls: int = 0
    """How many calls the messages took."""
    _open_call: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _seconds: Counter[int] = field(default_factory=Counter)
    _free_at: dict[str, float] = field(default_factory=dict)

    def add(self, at: datetime, chat: str, *, urgent: bool, words: str = "") -> None:
        """Count one message; those of one channel come in the order of time, and equal `words` may share a call."""
        self._seconds[int(at.timestamp())] += 1
        if self._joins(at, words):
            return
        self.calls += 1
        if self.rate is None:
            return
        done = self._turn("all", self.rate.per_second, at)
        if not urgent:
            done = max(done, self._turn("ordinary", self.rate.ordinary_per_second, at))
        if done > self.drain_seconds:
            self.drain_seconds, self.drained_from = done, at
        per_chat = self.rate.per_chat_per_second
        self.chat_wait_seconds = max(self.chat_wait_seconds, self._turn(f"chat {chat}", per_chat, at) - 1 / per_chat)

    def busiest_second(self) -> Peak | None:
        """Return the busiest second, the first of equals; None without a message."""
        return _most(self._seconds, 1)

    def busiest_minute(self) -> Peak | None:
        """Return the busiest minute of the clock, the first of equals; None without a message."""
        minutes: Counter[int] = Counter()
        for second, messages in self._seconds.items():
            minutes[second // 60] += messages
        return _most(minutes, 60)

    def _joins(self, at: datetime, words: str) -> bool:
        """Tell whether a message goes with a call that has room; else it begins one."""
        together = 1 if self.rate is None else self.rate.together
        begun, carried = self._open_call.get(words, (None, together))
        if begun == at and carried < together:
            self._open_call[words] = (at, carried + 1)
            return True
        self._open_call[words] = (at, 1)
        return False

    def _turn(self, queue: str, per_second: int, at: datetime) -> float:
        """Put a message at the end of a queue; return in how many seconds from now its turn is over."""
        now = at.timestamp()
        self._free_at[queue] = max(now, self._free_at.get(queue, 0.0)) + 1 / per_second
        return round(self._free_at[queue] - now, 3)


def _most(counts: Counter[int], length: int) -> Peak | None:
    if not counts:
        return None
    number, messages = max(counts.items(), key=lambda item: (item[1], -item[0]))
    return Peak(datetime.fromtimestamp(number * length, UTC), messages)
