"""When digests come, and what becomes of one whose time has come: pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.digests.model import Every, Rhythm
from bot.local_time import Quiet, after_quiet, local_date, to_instant

QUIET = Quiet()
LATE = timedelta(hours=1)
"""A digest that is no later than this comes as planned, also at night: whoever set such an hour meant it."""
NEAR = timedelta(hours=6)
"""A digest that a stop of ours has held back is left out when the next one comes as soon as this."""
SATURDAY = 5
LOOKED_AWAY = timedelta(days=30)
"""How long somebody may look at nothing before the office hears of it."""


class Act(StrEnum):
    """What becomes of a digest whose time has come."""

    WRITE = "write"
    WAIT = "wait"
    SKIP = "skip"


@dataclass(frozen=True)
class Decision:
    """What to do; `until` for what waits."""

    act: Act
    until: datetime | None = None


def spread_of(person_id: int, rhythm: Rhythm) -> timedelta:
    """Return by how much somebody's instant lies off the hour: always the same, and evenly over everybody."""
    width = int(rhythm.spread.total_seconds())
    if width <= 0:
        return timedelta(0)
    drawn = int.from_bytes(hashlib.sha256(f"digest:{person_id}".encode()).digest()[:4], "big")
    return timedelta(seconds=drawn % (2 * width + 1) - width)


def next_after(person_id: int, every: Every, rhythm: Rhythm, zone: str, after: datetime) -> tuple[str, datetime] | None:
    """Return occasion and instant of the first digest after an instant; None for whoever wants none."""
    if every is Every.OFF:
        return None
    off, day = spread_of(person_id, rhythm), local_date(after, zone) - timedelta(days=1)
    while True:
        if _comes_on(day, every, rhythm):
            at = to_instant(day, rhythm.at, zone) + off
            if at > after:
                return f"{every.value}:{day.isoformat()}", at
        day += timedelta(days=1)


def decide(due_at: datetime, following: datetime | None, zone: str, now: datetime) -> Decision:
    """Decide what becomes of a digest that was due; `following`: when the next one after now comes.

    After a stop of ours one digest comes for all that were due meanwhile, not at night, and none when the next is near.
    """
    if now - due_at <= LATE:
        return Decision(Act.WRITE)
    morning = after_quiet(now, zone, QUIET)
    if following is not None and following - morning <= NEAR:
        return Decision(Act.SKIP)
    return Decision(Act.WAIT, morning) if morning > now else Decision(Act.WRITE)


def compared(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """Return by how much each figure has changed, those that have; empty when there is nothing to compare with."""
    if not before:
        return {}
    return {name: count - before.get(name, 0) for name, count in now.items() if count != before.get(name, 0)}


def _comes_on(day: date, every: Every, rhythm: Rhythm) -> bool:
    if every is Every.DAILY:
        return day.weekday() < SATURDAY
    return day.weekday() == rhythm.weekday
