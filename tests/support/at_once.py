"""Somebody else, who does one thing at the same moment as the test, on a thread of their own."""

from collections.abc import Callable
from threading import Thread


class Other(Thread):
    """Begins at once; `waits` lets it get as far as it can while the test holds what it needs."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self._work = work
        self.errors: list[Exception] = []
        self.start()

    def run(self) -> None:
        """Do it, and keep what went wrong for the test."""
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - shown by the test
            self.errors.append(error)

    def waits(self) -> None:
        """Give it half a second to come to where it must wait."""
        self.join(0.5)

    def ends(self) -> None:
        """Wait for its end, and fail where it failed."""
        self.join(30)
        assert not self.is_alive(), "it is still waiting"
        for error in self.errors:
            raise error
