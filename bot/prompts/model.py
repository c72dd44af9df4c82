"""One thing asked of one person for one occasion, and what she said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a prompt is. It only tracks asking."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    LATE = "late"  # asked, reminded, not answered
    MISSED = "missed"  # asked and did not answer
    UNREACHED = "unreached"  # every address refused or none works
    NOT_ASKED = "not_asked"  # we never got it out: our failure
    ANSWERED = "answered"
    ALIVE = "alive"  # she wrote something else after it was asked
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"


RUNNING = frozenset({State.OPEN, State.LATE})
"""Asked or being asked, nobody knows yet."""
FAILED = frozenset({State.MISSED, State.UNREACHED, State.NOT_ASKED})
"""Over without a word from her."""

UNANSWERABLE = frozenset({"channels", "report", "checklist", "flight"})
"""Kinds that no plain answer answers, nor is any word a sign of life for them: what they ask for is seen by itself."""


class Choice(StrEnum):
    """What she can press; plain codes, so that boards need no decryption."""

    FINE = "fine"
    HARD = "hard"
    URGENT = "urgent"


class ShareWith(StrEnum):
    """Who may know of a hard week."""

    COUNSELLOR = "counsellor"
    STAND_IN = "stand_in"  # who looks after her for a while in place of her counsellor; nobody once that is over
    SUPPORT = "support"
    OFFICE = "office"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Prompt:
    """One row of `prompts`; instants are UTC. `step` is the index of the rung that is next."""

    id: int
    person_id: int
    item: str
    kind: str
    occasion: str
    version_id: int
    trip_id: int | None
    zone: str
    state: State
    opens_at: datetime
    due_at: datetime
    next_at: datetime | None
    step: int
    asked_at: datetime | None = None
    late_by_seconds: int = 0
    reminded_at: datetime | None = None
    closes_at: datetime | None = None
    answer_id: int | None = None
    choice: Choice | None = None
    share_with: ShareWith | None = None
    answered_at: datetime | None = None
    answer_channel: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Answer:
    """What she said once; append-only, the latest that is not undone counts."""

    id: int
    prompt_id: int
    person_id: int
    choice: Choice
    channel: str
    at: datetime
    state_before: State
    undone_at: datetime | None
