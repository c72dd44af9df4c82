"""How one student stands with the steps before a departure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StepState(StrEnum):
    """How a step stands."""

    LOCKED = "locked"  # another one comes first
    OPEN = "open"
    WAITING = "waiting"  # she has done her part, and the office looks at it
    RETURNED = "returned"  # the office asks for something else
    DONE = "done"


@dataclass(frozen=True)
class Mark:
    """What is kept of one step of one trip. `said_at`: her part; `signed_at`: the office's; `returned`: its words."""

    id: int
    trip_id: int
    step: str
    said_at: datetime | None = None
    answered: int = 0
    signed_at: datetime | None = None
    signed_by: int | None = None
    returned: str = ""


@dataclass(frozen=True)
class StepFile:
    """A photo or a document that proves a step; its bytes lie sealed under `digest`."""

    id: int
    trip_id: int
    step: str
    digest: str
    kind: str
    name: str
    size: int
    at: datetime
