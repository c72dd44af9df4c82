"""How fast an account may send: so many messages a second in all, some of them kept for alarms, one a second to a chat.

`scheduler.deliver` waits here before each call of a channel. Limits of platforms hold in real time.
"""

from typing import Protocol

from aiolimiter import AsyncLimiter

MOST_CHATS = 4096
"""How many chats are remembered before the idle ones are forgotten."""


def reserve_of(per_second: int) -> int:
    """Return how many messages of a rate are kept for what is urgent: a fifth, at least one where there are several."""
    return max(per_second // 5, 1) if per_second > 1 else 0


class Pace(Protocol):
    """How fast an account may send."""

    @property
    def per_second(self) -> int:
        """Return how many messages may go in one second; also how many are under way at once."""

    @property
    def reserve(self) -> int:
        """Return how many of these are kept for alarms and replies."""

    async def wait(self, chat: str, *, urgent: bool) -> None:
        """Return when a message to this chat may go."""


class Limited:
    """The limits of a real platform."""

    def __init__(self, per_second: int, per_chat_per_second: int) -> None:
        """Keep a part of the rate for what is urgent."""
        self.per_second = per_second
        self.reserve = reserve_of(per_second)
        self._per_chat = per_chat_per_second
        # One after the other: a bucket of a whole second would let twice the rate out in the first one.
        self._all = AsyncLimiter(1, 1 / per_second)
        self._ordinary = AsyncLimiter(1, 1 / (per_second - self.reserve))
        self._chats: dict[str, AsyncLimiter] = {}

    async def wait(self, chat: str, *, urgent: bool) -> None:
        """Wait for the chat first, then for the account, so that a busy chat takes nothing from the others."""
        if len(self._chats) > MOST_CHATS:
            self._chats = {name: known for name, known in self._chats.items() if not known.has_capacity(self._per_chat)}
        await self._chats.setdefault(chat, AsyncLimiter(self._per_chat, 1)).acquire()
        if not urgent:
            await self._ordinary.acquire()
        await self._all.acquire()


class Unlimited:
    """No limits: our own pages, and stories whose clock does not move by itself."""

    def __init__(self, at_once: int = 100) -> None:
        """Say how many messages one batch may hold."""
        self.per_second = at_once
        self.reserve = at_once // 5

    async def wait(self, chat: str, *, urgent: bool) -> None:
        """Return at once."""
