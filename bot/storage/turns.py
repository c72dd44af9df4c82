"""Whose turn it is among the works that wait for a writer: by importance, and those of equal importance in their order.

Any thread may put and take.
"""

import threading
from collections import defaultdict, deque
from typing import Generic, Protocol, TypeVar


class Urgent(Protocol):
    """Something that says how urgent it is: the smaller the number, the sooner."""

    @property
    def urgency(self) -> int:
        """Return that number."""


U = TypeVar("U", bound=Urgent)


class Turns(Generic[U]):
    """What waits, a lane for each urgency."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lanes: dict[int, deque[U]] = defaultdict(deque)
        self._change = threading.Condition()

    def put(self, one: U) -> None:
        """Let something wait, last of its urgency."""
        with self._change:
            self._lanes[one.urgency].append(one)
            self._change.notify()

    def take(self, yielding: int | None = None) -> U:
        """Wait for something and take it; `yielding` is an urgency that lets the next one go first this time."""
        with self._change:
            while not (waiting := self._waiting()):
                self._change.wait()
            urgency = waiting[0]
            if urgency == yielding and yielding + 1 in waiting:
                urgency = yielding + 1
            return self._lanes[urgency].popleft()

    def take_more(self, least: int) -> U | None:
        """Take what is next, when it is there and at least so urgent."""
        with self._change:
            waiting = self._waiting()
            return self._lanes[waiting[0]].popleft() if waiting and waiting[0] <= least else None

    def _waiting(self) -> list[int]:
        return sorted(urgency for urgency, lane in self._lanes.items() if lane)
