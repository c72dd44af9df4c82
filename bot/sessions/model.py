"""One online meeting of a branch, and what each of its members says to the invitation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

KIND = "session"
"""The kind and the item of its prompts."""
OCCASION = "session:"
"""Begins the occasion of its prompts."""
QUESTIONS = 3
"""How many questions make a session up."""


class SessionState(StrEnum):
    """Whether it takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Rsvp(StrEnum):
    """What somebody says to an invitation."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class Mark(StrEnum):
    """Whether somebody was there: apart from what she had said she would do."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    ABSENT = "absent"
    MADE_UP = "made_up"


class How(StrEnum):
    """How that is known."""

    SAID = "said"  # she said so
    CODE = "code"  # and knew the code that was spoken
    RULE = "rule"  # it follows from what she said before, or from her silence
    STAFF = "staff"  # whoever arranges the session has entered it
    MAKEUP = "makeup"  # she has made it up


@dataclass(frozen=True)
class Session:
    """One row of `sessions`; `zone` is the one in which its hour was written, `sequence` counts its changes.

    `author_id` is None for the operator at the command line. Title, link and material are branch matters.
    """

    id: int
    branch_id: int | None
    author_id: int | None
    state: SessionState
    title: str
    starts_at: datetime
    zone: str
    minutes: int
    link: str | None
    material: str | None
    rsvp_by: datetime
    is_discreet: bool
    sequence: int
    created_at: datetime
    changed_at: datetime
    moved_from: datetime | None = None
    series: str | None = None
    """What it shares with the others of its series: in it, number `place`, held `every` week or month."""
    place: int | None = None
    every: str | None = None
    asked_from: datetime | None = None
    """When its members are asked; None: as soon as it is made."""
    is_round: bool = False
    """Whether nobody has to meet: everybody says what she has to say between its start and its end."""
    audience: str | None = None
    """For whom it is, where it is outside any branch: "all", "unit:PATH" or "country:CODE"."""
    questions: tuple[str, ...] = ()
    """Those that make it up, where whoever arranges it has written her own."""
    code: str | None = None
    """Four digits that are spoken in the session; whoever says that she is there gives them. None: nobody is asked."""

    @property
    def occasion(self) -> str:
        """Return the occasion of its prompts."""
        return f"{OCCASION}{self.id}"

    @property
    def ends_at(self) -> datetime:
        """Return when it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def open_until(self) -> datetime:
        """Return until when members are asked: the start, or the end of a round."""
        return self.ends_at if self.is_round else self.starts_at

    def is_ahead(self, now: datetime) -> bool:
        """Tell whether it will take place and has not begun."""
        return self.state is SessionState.PLANNED and now < self.starts_at


@dataclass(frozen=True)
class Invitation:
    """One row of `session_invitations`: what somebody has said, and when the clock looks at her next.

    `told_at` is when she was last told or asked something about it, at the earliest; `told_start` the start that she
    was told.
    """

    id: int
    session_id: int
    person_id: int
    prompt_id: int
    reply: Rsvp | None
    replied_at: datetime | None
    told_at: datetime
    told_start: datetime
    next_at: datetime | None
    left_at: datetime | None
    uid: str = ""
    here_at: datetime | None = None
    """When she was asked whether she is there."""
    mark: Mark | None = None
    marked_at: datetime | None = None
    closed_at: datetime | None = None
    """When what follows from the end of the session was noted for her."""
    tries: int = 0
    tries_from: datetime | None = None
    """How many wrong codes she gave, in the minute that began then."""


def session_in(occasion: str) -> int:
    """Return the session that an occasion names; ValueError when it names none."""
    if not occasion.startswith(OCCASION):
        raise ValueError("the occasion of another kind of question")
    return int(occasion.removeprefix(OCCASION))
