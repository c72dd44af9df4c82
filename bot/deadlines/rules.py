"""When somebody is reminded of a day: so many days before, in the evening of her own wall. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from bot.deadlines.model import About
from bot.local_time import BEIJING, Quiet, after_quiet, local_date, to_instant

AT = time(18, 30)
"""Her evening: at home the office is open some hours later, or will be soon."""
END_OF_DAY = time(23, 59)
EMBASSY_AFTER = timedelta(days=7)
"""How long after landing somebody hears of registering with the embassy."""
EMBASSY_OPEN = timedelta(days=60)
"""How long after that it may still be put off."""
PUT_OFF = timedelta(days=7)
"""When somebody hears again of what she has put off."""
DAYS: Mapping[About, tuple[int, ...]] = {
    About.DEADLINE: (30, 7, 2),
    About.PASSPORT: (90, 30, 7),
    About.VISA: (90, 30, 7),
    About.INSURANCE: (90, 30, 7),
    About.EMBASSY: (EMBASSY_OPEN.days,),
    About.FORM: (30, 7, 2),
}
"""How many days before somebody is reminded."""
LOOK_AHEAD = timedelta(days=DAYS[About.DEADLINE][0] + 2)
"""How long before its day the audience of a deadline is gathered: before the first reminder in any zone."""
SOON = timedelta(days=1)
"""What would be made up so shortly before the next reminder is left to that one."""
_NOON = time(12)


class Telling(NamedTuple):
    """The next reminder: how many days before (0: one that is made up for), and when."""

    days: int
    at: datetime


def closes(day: date, at: time | None) -> datetime:
    """Return the instant at which a deadline of the school is over; without a time, with its day in Beijing."""
    return to_instant(day, at or END_OF_DAY, BEIJING)


def runs_out(day: date) -> datetime:
    """Return the instant that stands for the last day of a paper: the same date on nearly every wall."""
    return to_instant(day, _NOON, "UTC")


def at_days(due_at: datetime, days: int, zone: str) -> datetime:
    """Return when somebody in a zone is reminded so many days before."""
    return to_instant(local_date(due_at, zone) - timedelta(days=days), AT, zone)


def next_telling(
    about: About, due_at: datetime, zone: str, quiet: Quiet, now: datetime, *, was_told: bool
) -> Telling | None:
    """Return the next reminder of a day, None when there is none.

    Whoever was never told hears of it now, outside quiet hours, should a reminder have been due before; not when the
    next one comes within a day.
    """
    if due_at <= now:
        return None
    tellings = [Telling(days, at_days(due_at, days, zone)) for days in DAYS[about]]
    ahead = [one for one in tellings if now < one.at < due_at]
    if not was_told and any(one.at <= now for one in tellings):
        at = after_quiet(now, zone, quiet)
        if not ahead or ahead[0].at - at > SOON:
            return Telling(0, at) if at < due_at else None
    return ahead[0] if ahead else None


def day_in(text: str) -> date | None:
    """Read a day as a form or a message gives it: 2027-06-30, 2027/6/30, 2027.6.30 or 2027年6月30日; None else."""
    plain = text.strip().translate(str.maketrans("年月/.", "----", "日 "))
    parts = plain.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):  # noqa: PLR2004 - year, month, day
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None
