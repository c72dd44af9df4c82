"""When a talk is reminded of, and when a student is asked after a stay: pure."""

from datetime import date, datetime, time, timedelta

from bot.local_time import to_instant

DAY_BEFORE = timedelta(days=1)
HOUR_BEFORE = timedelta(hours=1)
AFTER = {0: (3, time(10, 0)), 1: (30, time(18, 30)), 3: (90, time(18, 30))}
"""Days after the return, and the time on her wall, by month."""
AGAIN_AFTER = timedelta(days=5)
"""When she is asked once more; after that nobody asks."""


def next_reminder(starts_at: datetime, now: datetime) -> datetime | None:
    """Return when both are reminded of a talk next: a day before and an hour before; None when neither is ahead."""
    return next((at for before in (DAY_BEFORE, HOUR_BEFORE) if (at := starts_at - before) > now), None)


def follows_at(returns: date, month: int, zone: str) -> datetime:
    """Return when a student is asked after a return."""
    days, at = AFTER[month]
    return to_instant(returns + timedelta(days=days), at, zone)


def overlaps(starts_at: datetime, ends_at: datetime, other_starts: datetime, other_ends: datetime) -> bool:
    """Tell whether two talks of one person cannot both be held."""
    return starts_at < other_ends and other_starts < ends_at
