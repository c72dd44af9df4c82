"""A digest: one letter to one member of staff for one occasion, and how often somebody wants one."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum


class Every(StrEnum):
    """How often somebody reads a digest; everybody chooses for themselves."""

    WEEKLY = "weekly"
    DAILY = "daily"  # from Monday to Friday
    OFF = "off"


class DigestState(StrEnum):
    """Where a digest is."""

    PLANNED = "planned"
    SENT = "sent"  # its messages are in the outbox
    UNREACHED = "unreached"  # no channel of the reader works
    EMPTY = "empty"  # there is nobody of whom it could tell
    SKIPPED = "skipped"  # after a stop of ours the next one was near
    FAILED = "failed"  # it could not be written; its error says why


@dataclass(frozen=True)
class Rhythm:
    """When digests come on the wall of whoever reads them: the weekly one on `weekday` (0: Monday), all at `at`.

    `spread`: by how much somebody's own instant lies before or after that, so that not all are written at once.
    """

    weekday: int = 4
    at: time = time(14)
    spread: timedelta = timedelta(minutes=10)


@dataclass(frozen=True)
class Digest:
    """One row of `digests`. `due_at` is when it was to come, `next_at` when something happens to it (None: nothing).

    `figures` are what it counted, for the comparison with the next one: plain numbers, nobody's name.
    """

    id: int
    person_id: int
    occasion: str
    zone: str
    state: DigestState
    due_at: datetime
    next_at: datetime | None
    sent_at: datetime | None = None
    figures: dict[str, int] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True)
class Reader:
    """What is kept of a member of staff as a reader: the choice, and when that person last looked at anything."""

    person_id: int
    every: Every
    looked_at: datetime
