"""Who shall meet, and what an hour means to each of them: what `bot.sessions.hours` weighs and proposes."""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import IntEnum, StrEnum

from bot.local_time import Quiet


class Level(IntEnum):
    """How hard an hour is on whoever meets then, as points that add up over the sessions of a branch."""

    GOOD = 0
    EDGE = 1  # early in the morning, late in the evening, and awake
    QUIET = 3  # in her quiet hours, or at a time that she has called busy
    DEEP = 6  # between midnight and six


FAIR = Level.EDGE
"""An hour is fair when nobody's is harder than this."""


@dataclass(frozen=True)
class Busy:
    """When somebody cannot meet, by her own word: on these weekdays (0 is Monday), at these times of her wall.

    An end at or before the start is on the next day.
    """

    weekdays: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True)
class Attendee:
    """Somebody who shall come; `borne` are the points of past sessions, `zone` an IANA key.

    `many`: how many people she stands for who are alike in all of this.
    """

    person_id: int
    zone: str
    quiet: Quiet = field(default_factory=Quiet)
    busy: tuple[Busy, ...] = ()
    borne: int = 0
    many: int = 1


class Why(StrEnum):
    """Why a slot stands where it stands: the one sentence that is said about it."""

    ALL_GOOD = "all_good"
    FAIR = "fair"  # somebody's hour is at an edge of the day, nobody's is worse
    LEAST_BAD = "least_bad"  # nobody gets a worse hour than here at any other time
    NONE_FAIR = "none_fair"  # every hour falls into somebody's night: better meet in turns


@dataclass(frozen=True)
class Slot:
    """One hour at which they could meet; `levels` are in the order of the attendees."""

    starts_at: datetime
    levels: tuple[Level, ...]
    why: Why

    @property
    def worst(self) -> Level:
        """Return the hardest hour that anybody gets."""
        return max(self.levels, default=Level.GOOD)

    @property
    def is_fair(self) -> bool:
        """Tell whether nobody meets in the night or when she is busy."""
        return self.worst <= FAIR
