"""An opportunity that the school enters, what a student follows, and what she has heard of one opportunity."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Follows(StrEnum):
    """By what a student follows opportunities."""

    COUNTRY = "country"
    TYPE = "type"
    HOST = "host"


class Standing(StrEnum):
    """How one opportunity stands for one student."""

    WAITING = "waiting"
    DONE = "done"  # she has applied, or has what she needs
    NOT_MINE = "not_mine"  # it is nothing for her, as she says
    WITHDRAWN = "withdrawn"  # the school took it back, or it fits nothing any more that she follows
    OVER = "over"  # its last day is past


@dataclass(frozen=True)
class Opportunity:
    """One row of `opportunities`; empty levels and a unit of None mean all. `next_at`: when its followers are
    looked at.

    `title_en` and `text_en` may be empty: the Chinese words stand there then.
    """

    id: int
    key: str
    title: str
    title_en: str
    host: str
    tag: str
    country: str
    type: str
    funding: str
    due_at: datetime
    unit_id: int | None
    levels: tuple[str, ...]
    text: str
    text_en: str
    link: str
    entered_at: datetime
    withdrawn_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True)
class Interest:
    """One row of `interests`: what a student wants to hear of."""

    id: int
    person_id: int
    follows: Follows
    value: str


@dataclass(frozen=True)
class Heard:
    """One row of `opportunities_heard`: what a student has heard of one opportunity, and will hear.

    `is_new`: she is to hear of it with the next news. `is_own`: she asked to be reminded of this one. `days` is the
    next reminder, in days before; `told_due_at` the last day of which she was told, None before that.
    """

    id: int
    person_id: int
    opportunity_id: int
    due_at: datetime
    state: Standing
    is_new: bool
    is_own: bool
    told_at: datetime | None
    told_due_at: datetime | None
    days: int | None
    next_at: datetime | None


@dataclass(frozen=True)
class News:
    """One row of `opportunity_news`: when a student heard last of what is new, and when she is to hear again."""

    id: int
    person_id: int
    told_at: datetime | None
    next_at: datetime | None
