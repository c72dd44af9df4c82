"""Notices that a channel takes nothing any more: one for each sender, told of every result.

One message that a platform does not like says nothing of the platform. Several that came to nothing, over minutes and
with none between them that was taken, do: a lost network, a key that was changed, a server that is down.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.outbox.model import Result, ResultKind

DOWN = "nothing_taken"
"""The short code of it, as `troubles` gives it."""
LEAST_FAILURES = 3
LEAST_TIME = timedelta(minutes=5)
KNOWN_FOR = timedelta(hours=1)
"""How long the last failure says anything: with nothing to send there is nothing to hear."""
_ANSWERED = frozenset({ResultKind.ACCEPTED, ResultKind.PERSON_GONE, ResultKind.ADDRESS_WRONG})


class Outage:
    """What became of the last tries on one account."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        """Take the real time; all is well until something fails."""
        self._real = real
        self._since: datetime | None = None
        self._last: datetime | None = None
        self._failures = 0

    def note(self, result: Result) -> None:
        """Hear what came of a try."""
        if result.kind in _ANSWERED:
            self._since, self._failures = None, 0
            return
        if result.kind is ResultKind.NOT_NOW:
            return  # of one person's window, which we may know without asking
        self._last = self._real()
        self._since = self._since or self._last
        self._failures += 1

    def troubles(self) -> dict[str, int]:
        """Return how many tries came to nothing, by short code, once they say that nothing goes out."""
        if self._since is None or self._last is None or self._failures < LEAST_FAILURES:
            return {}
        if self._last - self._since < LEAST_TIME or self._real() - self._last > KNOWN_FOR:
            return {}
        return {DOWN: self._failures}
