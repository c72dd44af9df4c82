"""Two students who agreed to be asked about each other when one of them is silent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_BUDDIES = 3
MOST_ASKED = 6
"""How many people one student may ask within `ASKED_FOR`, answered or not, so that nobody tries out numbers."""
ASKED_FOR = timedelta(days=14)
"""How long a question or a code waits for the other one."""


class PairState(StrEnum):
    """Where a pair is. Only the two of them ever hear of it, and of a no not even the one who asked."""

    OFFERED = "offered"  # a code was made that nobody has used yet
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    ENDED = "ended"


class BuddyWord(StrEnum):
    """What a buddy says when she is asked about the other one."""

    CAN = "can"  # she can get in touch
    CANNOT = "cannot"
    FINE = "fine"  # they have been in touch


@dataclass(frozen=True)
class Pair:
    """One row of `buddies`: `person_id` asked `other_id`, who is None while a number or a code leads to nobody yet."""

    id: int
    person_id: int
    other_id: int | None
    number: str | None
    """The number as it was written; the one who asked sees nothing but this until the other has agreed."""
    state: PairState
    person_anywhere: bool
    other_anywhere: bool
    asked_at: datetime
    agreed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: int | None = None

    @property
    def anywhere(self) -> bool:
        """Tell whether both agreed to be asked when they are not in the same city."""
        return self.person_anywhere and self.other_anywhere

    def partner_of(self, person_id: int) -> int | None:
        """Return the other one of the two."""
        return self.other_id if person_id == self.person_id else self.person_id

    def anywhere_for(self, person_id: int) -> bool:
        """Tell whether this one of the two agreed to be asked when they are not in the same city."""
        return self.person_anywhere if person_id == self.person_id else self.other_anywhere
