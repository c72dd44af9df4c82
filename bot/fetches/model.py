"""One file that somebody sent in chat and that is still to be fetched."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class For(StrEnum):
    """Where a file belongs."""

    REPORT = "report"  # about a stay
    STUDY = "study"  # a study report
    STEP = "step"  # a step before departure
    ROUND = "round"  # what she says in a round of her branch


@dataclass(frozen=True)
class Fetch:
    """One row of `fetches`. `of_id` is a report and `place` a section of it, or a trip and a step before it, or the
    prompt of a round.

    `ref` is what the platform gives the file out for, `title` what the place is called in her language.
    """

    id: int
    key: str
    person_id: int
    address_id: int
    channel: str
    account: str
    wanted_for: For
    of_id: int
    place: str
    ref: str
    name: str
    title: str
    tries: int
    created_at: datetime
