"""When a case that is put off comes back, and which ones can be opened again: pure."""

from datetime import datetime, time, timedelta

from bot.cases.model import Case, CaseState
from bot.local_time import local_date, to_instant, to_wall

MORNING = time(9)
STILL_NIGHT = time(5)
"""Before this "tomorrow morning" means the morning that is about to come."""
HOURS = {"1h": 1, "3h": 3}
ENDED_BY_STAFF = frozenset({"spoken", "safe", "closed"})
"""What came of a case that somebody ended: they have spoken, she is known to be safe, it needs nobody any more."""


def may_reopen(case: Case) -> bool:
    """Tell whether a case can be opened again: one that a person ended, never one that she ended or took back."""
    return case.state is CaseState.RESOLVED and case.outcome in ENDED_BY_STAFF


def put_off_until(word: str, now: datetime, zone: str) -> datetime | None:
    """Return the instant that a word means to somebody in a zone: `1h`, `3h`, `morning`; None for any other word."""
    if word in HOURS:
        return now + timedelta(hours=HOURS[word])
    if word != "morning":
        return None
    days = 0 if to_wall(now, zone).time() < STILL_NIGHT else 1
    return to_instant(local_date(now, zone) + timedelta(days=days), MORNING, zone)
