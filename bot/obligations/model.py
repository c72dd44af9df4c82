"""A rule of what members owe their home branch, and one such thing with its day."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What is owed."""

    REPORT = "report"  # a study report, by a day of the year
    CONTACT = "contact"  # some sign between a member and the branch, so many days after the last one
    RETURN = "return"  # the request to take part again, so many days after she has come back


class Stage(StrEnum):
    """How far one of them is."""

    OPEN = "open"
    DONE = "done"
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"  # she has left the branch, or the stay has changed


class How(StrEnum):
    """How it is known to be done."""

    REPORT = "report"  # a study report was handed in
    SESSION = "session"  # she was at a session of a branch
    HERSELF = "herself"  # she has said so
    BRANCH = "branch"  # whoever leads the home branch has


@dataclass(frozen=True)
class Rule:
    """One rule; titles and hints by language. Which of the times counts follows from the kind.

    `due` are days of the year as (month, day), `every_days` the time after the last contact, `after_return_days` that
    after the return; `opens_days` before the day she hears of it, `remind_days` before it once more. `statuses` and
    `branches` say for whom it is; empty is everybody. `min_days` is how long a stay must be.
    """

    key: str
    kind: Kind
    title: dict[str, str]
    hint: dict[str, str]
    due: tuple[tuple[int, int], ...] = ()
    every_days: int = 0
    after_return_days: int = 0
    opens_days: int = 14
    remind_days: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    min_days: int = 0


@dataclass(frozen=True)
class Member:
    """A member on one stay, as the rules see her; `contact_on` is the last day on which there was contact."""

    status: str
    branch_kind: str
    departs: date
    returns: date
    contact_on: date


@dataclass(frozen=True)
class Wanted:
    """What a rule asks of a member next: the name of the occasion, and its last day."""

    period: str
    due_on: date


@dataclass(frozen=True)
class Obligation:
    """One row of `obligations`; `told_at` is when she was last told of it, None when she was not yet."""

    id: int
    person_id: int
    branch_id: int
    trip_id: int
    rule: str
    kind: Kind
    period: str
    due_on: date
    stage: Stage
    opens_on: date
    told_at: datetime | None = None
    next_at: datetime | None = None
    done_at: datetime | None = None
    how: How | None = None
