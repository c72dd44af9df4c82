"""Whose turn it is among the works that wait for a writer: by importance, and those of equal importance in their order.

However busy it is, nobody waits for ever: an urgency may have a patience, and when it has had no turn for so long, its
next work goes before what is more important, but for the most important. Any thread may put and take.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

from bot.clock import monotonic


class Urgent(Protocol):
    """Something that says how urgent it is: the smaller the number, the sooner."""

    @property
    def urgency(self) -> int:
        """Return that number."""


U = TypeVar("U", bound=Urgent)


class Turns(Generic[U]):
    """What waits, a lane for each urgency."""

    def __init__(self, patience: Mapping[int, float], waits: int) -> None:
        """Begin with nothing; `patience` is in seconds, counted from a lane's last turn; `waits` waits for it first."""
        self._lanes: dict[int, deque[tuple[float, U]]] = defaultdict(deque)
        self._patience, self._waits = patience, waits
        self._last_turn: dict[int, float] = {}
        self._change = threading.Condition()

    def put(self, one: U) -> None:
        """Let something wait, last of its urgency."""
        with self._change:
            self._lanes[one.urgency].append((monotonic(), one))
            self._change.notify()

    def take(self, yielding: int | None = None) -> U:
        """Wait for something and take it; `yielding` is an urgency that lets the next one go first this time."""
        with self._change:
            while not (waiting := self._waiting()):
                self._change.wait()
            urgency = waiting[0]
            if urgency == yielding and yielding + 1 in waiting:
                urgency = yielding + 1
            return self._taken(urgency)

    def wait_for(self, least: int, seconds: float) -> None:
        """Wait so many seconds at most until something at least so urgent is there; take nothing."""
        with self._change:
            self._change.wait_for(lambda: any(urgency <= least for urgency in self._waiting()), seconds)

    def take_soon(self, least: int, seconds: float) -> U | None:
        """Take what is next and at least so urgent, when it is there within so many seconds."""
        self.wait_for(least, seconds)
        return self.take_more(least)

    def take_more(self, least: int) -> U | None:
        """Take what is next, when it is there and at least so urgent."""
        with self._change:
            return self._next_of(least)

    def _next_of(self, least: int) -> U | None:
        waiting = self._waiting()
        return self._taken(waiting[0]) if waiting and waiting[0] <= least else None

    def _taken(self, urgency: int) -> U:
        self._last_turn[urgency] = monotonic()
        return self._lanes[urgency].popleft()[1]

    def _waiting(self) -> list[int]:
        """Return the urgencies of which something waits, the next one first."""
        waiting = sorted(urgency for urgency, lane in self._lanes.items() if lane)
        if len(waiting) == 1 or not waiting or waiting[0] < self._waits:
            return waiting
        now = monotonic()
        return sorted(waiting, key=lambda urgency: not self._is_out_of_patience(urgency, now))

    def _is_out_of_patience(self, urgency: int, now: float) -> bool:
        patience = self._patience.get(urgency)
        since = max(self._lanes[urgency][0][0], self._last_turn.get(urgency, 0.0))
        return patience is not None and now - since > patience
