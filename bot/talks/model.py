"""A time for a talk, offered by somebody of the staff and booked by a student; and what is asked after a stay."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_PLACE = 300
SHORTEST, LONGEST = 5, 240
"""Minutes of a talk."""
MOST_AT_ONCE = 12
"""How many times in a row one form offers."""
FURTHEST = timedelta(days=180)
QUESTIONS = 3
"""How many questions are asked at one and at three months."""
LONGEST_ANSWER = 4096
"""Characters of one answer: what Telegram lets somebody write at once."""


@dataclass(frozen=True)
class Talk:
    """One time. `place` is where or on what link; `person_id` has booked it; `next_at`: when both are reminded."""

    id: int
    staff_id: int
    starts_at: datetime
    minutes: int
    place: str
    offered_at: datetime
    person_id: int | None = None
    booked_at: datetime | None = None
    withdrawn_at: datetime | None = None
    held_at: datetime | None = None
    next_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """Return when it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class FollowUp:
    """What follows one stay: `month` 0 offers a talk, 1 and 3 ask how it goes on. `answers`: one for each question."""

    id: int
    person_id: int
    trip_id: int
    month: int
    next_at: datetime | None
    asked_at: datetime | None
    answers: tuple[str, ...]
    done_at: datetime | None
    stopped_at: datetime | None
