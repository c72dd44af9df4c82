"""A student passed on by her counsellor to a colleague until a date."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

LONGEST_DAYS = 180
"""How far ahead the last day may lie; whoever is away longer is replaced in the roster."""


class How(StrEnum):
    """How it ended."""

    OVER = "over"  # its last day has gone by
    EARLY = "early"  # somebody pressed
    CHANGED = "changed"  # the roster names another counsellor for her
    GONE = "gone"  # the colleague is no counsellor here any more


@dataclass(frozen=True)
class StandIn:
    """`to_id` looks after a student of `from_id` until the end of the day `until`, which is `ends_at` (UTC).

    The day is one on the wall of the counsellor who is away. `by_id` has passed her on: the counsellor or the office.
    """

    id: int
    person_id: int
    from_id: int
    to_id: int
    by_id: int
    until: date
    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    how: str | None = None
