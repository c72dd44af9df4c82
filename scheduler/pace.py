"""How fast an account may send: so many messages a second in all, some of them kept for alarms, one a second to a chat.

`scheduler.deliver` waits here before each call of a channel. Limits of platforms hold in real time.
"""

import asyncio
import heapq
import itertools
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from aiolimiter import AsyncLimiter

SECOND = 1.01
"""The second within which the rate holds, and what the way to the platform may add or take."""
LATE = 0.5
"""How much of a place a loop that wakes late may make up for."""
MOST_CALLS_WAITING = 10
"""How many full calls are claimed at once; more would keep an alarm of the next claim waiting."""
MOST_CHATS = 4096
"""How many chats are remembered before the idle ones are forgotten."""


def reserve_of(per_second: int) -> int:
    """Return how many messages of a rate are kept for what is urgent: a fifth, at least one where there are several."""
    return max(per_second // 5, 1) if per_second > 1 else 0


@dataclass(frozen=True)
class Later:
    """A message has no room now: in how many seconds to try again, and why (a short code)."""

    seconds: float
    reason: str


class Pace(Protocol):
    """How fast an account may send."""

    @property
    def per_second(self) -> int:
        """Return how many messages may go in one second; also how many are under way at once."""

    @property
    def reserve(self) -> int:
        """Return how many of these are kept for alarms and replies."""

    async def wait(self, chat: str, *, urgent: bool, alarm: bool = False) -> None:
        """Return when a message to this chat may go."""

    async def later(self, chat: str, *, urgent: bool, pieces: int = 1) -> Later | None:
        """Return None for a message that may go now, and count its pieces; else when to come again."""

    def taken_over(self) -> None:
        """Hear that another process may have sent for the account until now."""


class Limited:
    """The limits of a real platform."""

    def __init__(self, per_second: int, per_chat_per_second: int) -> None:
        """Keep a part of what is under way for what is urgent; alarms, then what is urgent get the next place first."""
        self.per_second = per_second
        self.reserve = reserve_of(per_second)
        self._per_chat = per_chat_per_second
        self._apart = 1 / per_second
        self._free_at = 0.0
        self._given: deque[float] = deque(maxlen=per_second)
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._chats: dict[str, AsyncLimiter] = {}

    async def wait(self, chat: str, *, urgent: bool, alarm: bool = False) -> None:
        """Wait for the chat first, then for the account, so that a busy chat takes nothing from the others."""
        if len(self._chats) > MOST_CHATS:
            self._chats = {name: known for name, known in self._chats.items() if not known.has_capacity(self._per_chat)}
        await self._chats.setdefault(chat, AsyncLimiter(self._per_chat, 1)).acquire()
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        rank = 0 if alarm else 1 if urgent else 2
        heapq.heappush(self._waiting, (rank, next(self._order), place))
        self._give()
        await place

    async def later(self, chat: str, *, urgent: bool, pieces: int = 1) -> Later | None:  # noqa: ARG002 - `wait` has seen to it
        """Return None: whoever has waited may go."""
        return None

    def taken_over(self) -> None:
        """Change nothing: the rate of a second holds by itself again."""

    def _give(self) -> None:
        """Give places whose time has come, one after the other and never several for a time that went by unused."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            now, free_at = loop.time(), self._next_at()
            if free_at > now:
                if self._timer is None:
                    self._timer = loop.call_at(free_at, self._ring)
                return
            _, _, place = heapq.heappop(self._waiting)
            if place.done():  # whoever waited was cancelled
                continue
            # A loop that wakes a little late must not lose what it is late by; time that nobody used is gone.
            late = now - self._free_at
            self._free_at = (self._free_at if late < LATE * self._apart else now) + self._apart
            self._given.append(now)
            place.set_result(None)

    def _ring(self) -> None:
        self._timer = None
        self._give()

    def _next_at(self) -> float:
        """Return when the next place is free: one after the other, and never more than the rate within a second."""
        is_full = len(self._given) == self.per_second
        return max(self._free_at, self._given[0] + SECOND) if is_full else self._free_at


class PerCall:
    """The limits of a platform that counts calls, each of which may carry the same words to several people."""

    def __init__(self, calls_per_second: int, together: int) -> None:
        """Say how many calls a second there may be, and how many messages one of them carries at most."""
        self._calls = Limited(calls_per_second, calls_per_second)
        self.per_second = max(calls_per_second, together * MOST_CALLS_WAITING)
        self.reserve = reserve_of(self.per_second)

    async def wait(self, chat: str, *, urgent: bool, alarm: bool = False) -> None:
        """Wait for a place for one call."""
        await self._calls.wait(chat, urgent=urgent, alarm=alarm)

    async def later(self, chat: str, *, urgent: bool, pieces: int = 1) -> Later | None:  # noqa: ARG002 - `wait` has seen to it
        """Return None: whoever has waited may go."""
        return None

    def taken_over(self) -> None:
        """Change nothing: the rate of a second holds by itself again."""


class Unlimited:
    """No limits: our own pages, and stories whose clock does not move by itself."""

    def __init__(self, at_once: int = 100) -> None:
        """Say how many messages one batch may hold."""
        self.per_second = at_once
        self.reserve = at_once // 5

    async def wait(self, chat: str, *, urgent: bool, alarm: bool = False) -> None:
        """Return at once."""

    async def later(self, chat: str, *, urgent: bool, pieces: int = 1) -> Later | None:  # noqa: ARG002 - there is always room
        """Return None."""
        return None

    def taken_over(self) -> None:
        """Change nothing."""
