"""Somebody must look after this student."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why there is a case."""

    URGENT = "urgent"  # SOS, by button, command or word
    MISSED = "missed"  # was asked and did not answer
    UNREACHED = "unreached"  # no address works
    NOT_ASKED = "not_asked"  # our failure: nobody asked her
    ROLLCALL = "rollcall"  # silent at the end of a roll-call
    HARD = "hard"  # a hard week, for whom she chose and for nobody else


class CaseState(StrEnum):
    """Where a case is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"  # looked after, and put off until an instant by whoever looks after it
    RESOLVED = "resolved"


HELD = frozenset({CaseState.ACKNOWLEDGED, CaseState.SNOOZED})
"""States in which somebody looks after the case."""


TAKEN_BACK = "taken_back"
"""Outcome of a hard week that she took back before anybody acknowledged it: nobody is to know of it any more."""
GIVEN_UP = frozenset({TAKEN_BACK, "passed_on"})
"""The same, and that of a hard week which she gave to somebody else: its case no longer says who may read."""


@dataclass(frozen=True)
class Case:
    """One row of `cases`.

    `share_with` is set for a hard week only and says who may see the case at all. `step` is the number of the step of
    its policy that comes next, `round` how often people were told, `told_at` when they were told last. `acted_at`: the
    last deed since somebody acknowledged it. `slowed_at`: when she said that her call for help was a false alarm.
    """

    id: int
    person_id: int
    reason: Reason
    state: CaseState
    prompt_id: int | None
    share_with: str | None
    opened_at: datetime
    next_at: datetime | None
    round: int
    acknowledged_by: int | None
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    outcome: str | None
    policy_id: int | None = None
    step: int = 0
    told_at: datetime | None = None
    acted_at: datetime | None = None
    slowed_at: datetime | None = None
    rollcall_id: int | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether somebody looks after it."""
        return self.state in HELD


@dataclass(frozen=True)
class Event:
    """One line of a case's story: who did what when. `word` is a plain code, `note` what somebody wrote."""

    at: datetime
    actor_id: int | None
    deed: str
    word: str | None
    note: str | None
    to_id: int | None
    until: datetime | None
