"""When whoever helps is told: pure."""

from datetime import datetime, timedelta

from bot.local_time import Quiet, after_quiet

HELPERS_QUIET = Quiet()
"""The hours in which a helper is not woken for what is not urgent."""

HARD_UNSEEN_AFTER = timedelta(days=1)
"""After this a student whose hard week nobody has looked at is asked whether somebody else may know."""

SAID_OFTEN = 3
"""A student who called for help is told of the first so many times that it went on, then of every so-manieth."""


def tell_at(now: datetime, zone: str, *, wakes: bool) -> datetime:
    """Return when a helper in a zone is told: at once, or for what is not urgent in that person's morning."""
    return now if wakes else after_quiet(now, zone, HELPERS_QUIET)


def says_it_went_on(told_before: int) -> bool:
    """Tell whether a student in an emergency is told that others are being asked; `told_before`: how often they were.

    The first time she has been told already that somebody is being reached.
    """
    return 0 < told_before <= SAID_OFTEN or (told_before > 0 and told_before % SAID_OFTEN == 0)
