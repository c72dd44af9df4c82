"""Who may stand in for whom and until when: pure."""

from datetime import date, datetime, time, timedelta

from bot.local_time import local_date, to_instant
from bot.stand_ins.model import LONGEST_DAYS


def ends_at(until: date, zone: str) -> datetime:
    """Return the midnight at which the last day is over where the counsellor is."""
    return to_instant(until + timedelta(days=1), time(0), zone)


def fault_of_day(until: date | None, zone: str, now: datetime) -> str:
    """Return why somebody cannot be passed on until a day: `no_day`, `past` or `far`; "" when she can."""
    if until is None:
        return "no_day"
    today = local_date(now, zone)
    if until < today:
        return "past"
    return "far" if until > today + timedelta(days=LONGEST_DAYS) else ""


def day_in(text: str) -> date | None:
    """Read a day as a form gives it; None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
