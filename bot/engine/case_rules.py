"""When whom is told again about a case: pure."""

from datetime import datetime, timedelta

from bot.cases.model import Reason
from bot.local_time import Quiet, after_quiet

AGAIN_AFTER = {
    Reason.URGENT: timedelta(minutes=10),
    Reason.MISSED: timedelta(hours=24),
    Reason.UNREACHED: timedelta(hours=24),
    Reason.NOT_ASKED: timedelta(hours=24),
}
"""How long nobody may acknowledge before everyone is told again."""

HARD_UNSEEN_AFTER = timedelta(days=1)
"""After this a student whose hard week nobody has looked at is asked whether somebody else may know."""

WAKES = frozenset({Reason.URGENT})
"""Reasons that wake people; all others wait for the helper's morning."""


def again_at(reason: Reason, now: datetime) -> datetime:
    """Return when a case that nobody acknowledged comes up again."""
    return now + (HARD_UNSEEN_AFTER if reason is Reason.HARD else AGAIN_AFTER[reason])


def tell_at(reason: Reason, now: datetime, zone: str, quiet: Quiet) -> datetime:
    """Return when a helper in a zone is told: at once, or for what is not urgent in her morning."""
    return now if reason in WAKES else after_quiet(now, zone, quiet)
