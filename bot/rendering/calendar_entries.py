"""What stands in a calendar: one entry for each session, and between whom a calendar travels.

Apart from `bot.rendering.calendar_file`, which writes it and loads the library of calendars.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Method(StrEnum):
    """What a calendar does with a file: a mail asks and calls off, a feed or a file to open only tells."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


class Part(StrEnum):
    """Whether the reader comes, as calendars say it."""

    UNKNOWN = "NEEDS-ACTION"
    YES = "ACCEPTED"
    NO = "DECLINED"
    MAYBE = "TENTATIVE"


@dataclass(frozen=True)
class Entry:
    """One session in one person's calendar; `zone` is the wall on which it is written, `title` neutral by default.

    `sequence` counts the changes: a calendar takes what has more of them.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    made_at: datetime
    changed_at: datetime
    title: str
    part: Part = Part.UNKNOWN
    link: str = ""
    about: str = ""
    is_off: bool = False


@dataclass(frozen=True)
class Ends:
    """Between whom a mail travels: our address and its name, and the reader's own address."""

    sender: str
    sender_name: str
    reader: str
    replies: bool = False
    """Whether somebody reads what calendar programs mail back, so that they may ask her for a word."""
