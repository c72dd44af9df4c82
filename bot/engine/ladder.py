"""When the rungs of a prompt fall: pure.

Wall times are wall times of the zone in which the prompt opened. What is said to her never falls into her quiet
hours; a rung that moves takes the rungs behind it along, so that they keep their distance.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

from bot.local_time import Quiet, after_quiet, local_date, to_instant
from bot.programmes.model import After, Item, Once, Rung, Step

ON_TIME = timedelta(minutes=15)
"""A question or a rung that is no later than this counts as on time and shifts nothing: queues take a moment."""


def after(start: datetime, zone: str, rule: After) -> datetime:
    """Return the instant that lies `rule` after `start`, on the wall of the zone where the rule names a wall time."""
    if rule.duration is not None:
        return start + rule.duration
    day = local_date(start, zone) + timedelta(days=rule.days)
    if rule.at is None:
        return start + timedelta(days=rule.days)
    return to_instant(day, rule.at, zone)


def times_of(item: Item, occasion: str, opens_at: datetime, zone: str, quiet: Quiet) -> tuple[datetime, ...]:
    """Return the instant of every rung of a prompt of an item, as if it were asked on time.

    What counts down to a departure counts from the day on which it would have opened, however late it did: whoever
    comes onto the roster a month before has the same days left as everybody.
    """
    start = opens_at
    if item.counts_down and isinstance(item.when, Once) and item.when.after.at is not None:
        day = date.fromisoformat(occasion.rpartition(":")[2]) + timedelta(days=item.when.after.days)
        start = min(opens_at, after_quiet(to_instant(day, item.when.after.at, zone), zone, quiet))
    return rung_times(start, zone, item.ladder, quiet)


@lru_cache(maxsize=4096)  # a cohort shares its openings
def rung_times(opens_at: datetime, zone: str, ladder: tuple[Rung, ...], quiet: Quiet) -> tuple[datetime, ...]:
    """Return the instant of every rung of a prompt that is asked on time.

    Quiet hours move what speaks to her; `missed` speaks to staff and only keeps its distance.
    """
    times = []
    shift = timedelta(0)
    for rung in ladder:
        at = after(opens_at, zone, rung.after) + shift
        if rung.step is not Step.MISSED:
            moved = after_quiet(at, zone, quiet)
            shift += moved - at
            at = moved
        times.append(at)
    return tuple(times)
