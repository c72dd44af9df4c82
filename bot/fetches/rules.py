"""When a file is asked for again that could not be had: pure."""

from datetime import datetime, timedelta

LEASE = timedelta(minutes=3)
"""Longer than fetching takes; whoever dies meanwhile leaves it to the next."""
_PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)


def again_at(tries: int, now: datetime) -> datetime | None:
    """Return when a file is asked for again after so many tries; None when it is given up, and she is told."""
    return now + _PAUSES[tries - 1] if 0 < tries <= len(_PAUSES) else None
