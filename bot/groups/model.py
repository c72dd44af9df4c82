"""One text on its way into a group."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PostState(StrEnum):
    """Where a text is; the same words as for messages to people."""

    WAITING = "waiting"
    SENDING = "sending"  # claimed; the platform is being called
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"  # may stand there or not, and is not sent again
    FAILED = "failed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # the roll-call was over when its turn came


class About(StrEnum):
    """What a text for a group is about."""

    ROLLCALL = "rollcall"
    MEETING = "meeting"
    TEXT = "text"


@dataclass(frozen=True)
class Post:
    """One row of `group_posts`. What is too long for one message is several, one after the other (`part` of `parts`).

    `about_key` is the same for all parts of one notice to one group. `author_id` is None for the command line.
    """

    id: int
    about_key: str
    part: int
    parts: int
    channel: str
    name: str
    about: About
    rollcall_id: int | None
    author_id: int | None
    text: str
    state: PostState
    tries: int
    unknown: int
    created_at: datetime
    next_try_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    reason: str | None
