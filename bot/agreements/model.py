"""An agreed action: a short note with author and date, which the student sees too."""

from dataclasses import dataclass
from datetime import datetime

LONGEST = 500
"""Characters of one note."""
SHOWN = 20


@dataclass(frozen=True)
class Agreement:
    """One note with the name of its author; `done_at` is when somebody said that it is done."""

    id: int
    person_id: int
    author_id: int
    author: str
    text: str
    at: datetime
    done_at: datetime | None = None
