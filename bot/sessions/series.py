"""Sessions that repeat: each date at the same hour on the wall of the zone in which it was written. Pure.

Every session of a series is one of its own, with its own invitations, replies and calendar entry.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from bot.local_time import local_date, to_instant, to_wall
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Session
from bot.sessions.rules import FARTHEST, Plan


class Every(StrEnum):
    """How often a series meets."""

    WEEK = "week"
    MONTH = "month"


MOST = 52
ASKED_BEFORE = {Every.WEEK: timedelta(days=6), Every.MONTH: timedelta(days=14)}
"""How long before its start members are asked about a later session: nobody gets eight questions at once."""
_MONTHS = 12
_MOST_DIGITS = 3


@dataclass(frozen=True)
class Repeat:
    """How a session repeats: `times` counts the first one."""

    every: Every
    times: int


def repeat_in(every: str | None, times: str | None) -> Repeat | None:
    """Return how somebody wants a session to repeat, None for once; SessionRefused when that cannot be."""
    every, times = (every or "").strip(), (times or "").strip()
    if not every and not times:
        return None
    if every not in set(Every):
        raise SessionRefused(Fault.EVERY, every)
    is_number = times.isascii() and times.isdecimal() and len(times) <= _MOST_DIGITS
    if not is_number or not 1 <= int(times) <= MOST:
        raise SessionRefused(Fault.TIMES, times)
    return Repeat(Every(every), int(times))


def plans_of(plan: Plan, repeat: Repeat, now: datetime) -> list[Plan]:
    """Return a plan for each date, the first as it is; SessionRefused when one of the dates cannot be.

    Replies are wanted as long before each as before the first.
    """
    wall = to_wall(plan.starts_at, plan.zone)
    starts = [
        to_instant(_on(wall.date(), repeat.every, number), wall.time(), plan.zone) for number in range(repeat.times)
    ]
    if starts[-1] > now + FARTHEST:
        raise SessionRefused(Fault.SERIES_FAR, f"{to_wall(starts[-1], plan.zone):%Y-%m-%d}")
    starts[0] = plan.starts_at  # in the hour that comes twice it may be the second
    before = None if plan.rsvp_by is None else plan.starts_at - plan.rsvp_by
    return [replace(plan, starts_at=at, rsvp_by=None if before is None else at - before) for at in starts]


def moved_along(start: datetime, zone: str, was: Session, now_is: Session) -> datetime:
    """Return the start of a later session when an earlier one has moved: as many days, to the same hour."""
    old, new = to_wall(was.starts_at, was.zone), to_wall(now_is.starts_at, now_is.zone)
    day = local_date(start, zone) + (new.date() - old.date())
    return to_instant(day, new.time(), now_is.zone)


def uid_of(series: str, session_id: int, person_id: int) -> str:
    """Return what the calendar of a member knows a session of a series by, also before she is asked about it."""
    return str(uuid5(UUID(series), f"{session_id}:{person_id}"))


def _on(first: date, every: Every, number: int) -> date:
    if every is Every.WEEK:
        return first + timedelta(weeks=number)
    year, month = divmod(first.year * _MONTHS + first.month - 1 + number, _MONTHS)
    try:
        return date(year, month + 1, first.day)
    except ValueError:
        raise SessionRefused(Fault.MONTH_DAY, f"{year}-{month + 1:02}-{first.day:02}") from None
