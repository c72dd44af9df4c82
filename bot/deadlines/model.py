"""A deadline of the school, the last day of somebody's paper, and what one student is reminded of."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class About(StrEnum):
    """What somebody is reminded of: a deadline at home, a paper that runs out, or what a stay itself brings."""

    DEADLINE = "deadline"
    PASSPORT = "passport"
    VISA = "visa"
    INSURANCE = "insurance"
    EMBASSY = "embassy"  # she registers there
    FORM = "form"  # her report in the form of somebody else


PAPERS = (About.PASSPORT, About.VISA, About.INSURANCE)


class DeadlineKind(StrEnum):
    """What a deadline at home is for."""

    CREDITS = "credits"
    AWARDS = "awards"
    RECOMMENDATION = "recommendation"
    REGISTRATION = "registration"
    OTHER = "other"


class Standing(StrEnum):
    """How one student's reminder stands."""

    WAITING = "waiting"
    DONE = "done"
    NOT_MINE = "not_mine"  # it does not concern her, as she says
    WITHDRAWN = "withdrawn"  # the school took it back, or she is not among those it is for any more
    OVER = "over"  # its day is past


@dataclass(frozen=True)
class Deadline:
    """One row of `deadlines`; empty tuples and a unit of None mean all. `next_at`: when its audience is looked at."""

    id: int
    key: str
    title: str
    kind: DeadlineKind
    due_at: datetime
    note: str
    link: str
    unit_id: int | None
    levels: tuple[str, ...]
    countries: tuple[str, ...]
    types: tuple[str, ...]
    withdrawn_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True)
class Paper:
    """The last day of a passport, a visa or an insurance; `is_own`: she gave it herself, so no roster changes it."""

    id: int
    person_id: int
    about: About
    expires: date
    is_own: bool


@dataclass(frozen=True)
class Reminder:
    """One row of `reminders`. `days` is the next telling, in days before; 0 makes up for one that was before its time.

    `told_due_at` is the instant of which she was told last, None before that; `told` counts how often. What a
    stay brings has its `trip_id`, `matter` tells it from the others of that stay, `title` and `link` are said of it.
    """

    id: int
    person_id: int
    about: About
    deadline_id: int | None
    paper_id: int | None
    due_at: datetime
    state: Standing
    told: int
    told_due_at: datetime | None
    days: int | None
    next_at: datetime | None
    trip_id: int | None = None
    matter: str = ""
    title: str = ""
    link: str = ""
