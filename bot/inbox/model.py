"""Every message that came in: as it arrived, and as it is understood."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class InboxState(StrEnum):
    """Where a message that came in is."""

    NEW = "new"
    DONE = "done"
    IGNORED = "ignored"  # an update of a kind that we do not use; counted
    FAILED = "failed"  # it broke a handler; kept with its error and shown


class Said(StrEnum):
    """What kind of thing a message is, on any channel."""

    TEXT = "text"
    PRESS = "press"  # a button of ours; `data` is what it carries
    START = "start"  # a deep link was followed; `data` is its token
    POSITION = "position"
    FILE = "file"
    BLOCKED = "blocked"  # she blocked us
    UNBLOCKED = "unblocked"
    ENTERED = "entered"  # she opened our app and said nothing
    ALLOWED = "allowed"  # she allows us some messages more, or none any more; `leaves` says of which sort
    MIGRATED = "migrated"  # the chat has a new id; `data` is the new one
    BOUNCED = "bounced"  # a mail of ours did not arrive; `data` is its reference and why
    ATTENDS = (
        "attends"  # her calendar program says whether she comes; `data` is the word, which change, and which event
    )
    OTHER = "other"


class FileKind(StrEnum):
    """What somebody sends beside words, as far as anything is done with it."""

    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"


@dataclass(frozen=True)
class SentFile:
    """A photo or a document that lies on a platform, which gives it out for `ref`.

    `name` and `size` (bytes) are what the platform says of it: empty and 0 where it says nothing.
    """

    kind: FileKind
    ref: str
    name: str = ""
    size: int = 0


@dataclass(frozen=True)
class Incoming:
    """A message in our own words. `sender` is the channel's own id of who wrote, `name` what the platform calls her.

    `message_ref` is the platform's id of the message that a pressed button stands on, `reply_ref` that of the message
    which a text replies to, `press_ref` what the platform wants back when a press is acknowledged; latitude and
    longitude are degrees.
    """

    said: Said
    sender: str
    text: str = ""
    data: str = ""
    latitude: float | None = None
    longitude: float | None = None
    message_ref: str | None = None
    reply_ref: str | None = None
    press_ref: str | None = None
    name: str = ""
    language: str | None = None
    opens: str = ""
    """What of hers lets us send for a while, as `bot.allowances.model.Opening` has it, where a platform counts."""
    leaves: tuple[tuple[str, int], ...] = ()
    """Forms by which she allows one message more (1), or none any more (0)."""
    files: tuple[SentFile, ...] = ()
    """What of a FILE, or beside a TEXT, can be fetched from the platform."""
    is_cut: bool = False
    """Whether she wrote more than this, and the rest was too long to be read."""
    is_wordless: bool = False
    """Whether she sent nothing but what this channel does not take: a mail of pictures or files alone."""


@dataclass(frozen=True)
class InboxRow:
    """One row of `inbox`; `raw` is the platform's own JSON."""

    id: int
    channel: str
    account: str
    external_id: str
    sender: str
    raw: dict[str, Any]
    urgent: bool
    received_at: datetime
    state: InboxState
    tries: int
