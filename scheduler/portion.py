"""How much is worked off in one transaction: little at first, then as much as is done in a moment.

A transaction that takes long holds up whoever cries for help meanwhile, and a process that dies in it has done
nothing: one that dies again and again must still get on.
"""

FIRST = 25
ENOUGH_SECONDS = 0.05
TOO_LONG_SECONDS = 0.15


class Portion:
    """Adapts to how long the last portion took; `most` is never exceeded."""

    def __init__(self, most: int) -> None:
        """Begin small."""
        self._most = most
        self.size = min(FIRST, most)

    def took(self, done: int, seconds: float) -> None:
        """Note how long a portion took of which `done` were there; one that was not full tells little."""
        if seconds > TOO_LONG_SECONDS:
            self.size = max(self.size // 2, 1)
        elif seconds < ENOUGH_SECONDS and done >= self.size:
            self.size = min(self.size * 2, self._most)
