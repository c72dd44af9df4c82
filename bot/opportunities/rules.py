"""When a student hears of an opportunity: at a good hour, news once a week at most, and before its last day. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from bot.local_time import BEIJING, Quiet, after_quiet, local_date, to_instant, to_wall

MORNING, EVENING = time(9), time(20, 30)
"""Between these hours of her day she hears of what is new."""
AT = time(18, 30)
"""When she is reminded: her evening, as of deadlines at home."""
APART = timedelta(days=7)
"""News come so far apart at least: what is entered meanwhile is collected."""
SOON = timedelta(days=1)
"""A reminder so shortly after she has heard of it says nothing new."""
END_OF_DAY = time(23, 59)


class Reminder(NamedTuple):
    """The next reminder: how many days before, and when."""

    days: int
    at: datetime


def closes(day: date, at: time | None) -> datetime:
    """Return the instant at which nobody can apply any more; without a time, with its day in Beijing."""
    return to_instant(day, at or END_OF_DAY, BEIJING)


def good_hour(now: datetime, zone: str, quiet: Quiet) -> datetime:
    """Return the next instant at which somebody in a zone likes to hear of something: now by day, else her morning."""
    wall = to_wall(now, zone)
    if MORNING <= wall.time() < EVENING:
        return after_quiet(now, zone, quiet)
    day = wall.date() if wall.time() < MORNING else wall.date() + timedelta(days=1)
    return after_quiet(to_instant(day, MORNING, zone), zone, quiet)


def news_at(
    now: datetime, zone: str, quiet: Quiet, told_at: datetime | None, soonest: datetime, days: Sequence[int]
) -> datetime:
    """Return when somebody hears of what is new: at the next good hour, or a week after she heard last.

    What closes so soon that a week would leave less than the last of `days` to prepare does not wait.
    """
    at = good_hour(now, zone, quiet)
    if told_at is None or at - told_at >= APART:
        return at
    later = good_hour(told_at + APART, zone, quiet)
    return later if soonest - later >= timedelta(days=min(days, default=0)) else at


def at_days(due_at: datetime, days: int, zone: str) -> datetime:
    """Return when somebody in a zone is reminded so many days before."""
    return to_instant(local_date(due_at, zone) - timedelta(days=days), AT, zone)


def next_reminder(
    due_at: datetime, days: Sequence[int], zone: str, now: datetime, told_at: datetime | None
) -> Reminder | None:
    """Return the next reminder before a last day, None when there is none; not within a day after she heard of it."""
    reminders = [Reminder(one, at_days(due_at, one, zone)) for one in sorted(set(days), reverse=True)]
    heard = None if told_at is None else told_at + SOON
    ahead = (one for one in reminders if now < one.at < due_at and (heard is None or one.at > heard))
    return next(ahead, None)
