"""A token of a program: whose eyes it has, what it may do, and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Right(StrEnum):
    """What a token lets a program do; each is given by itself."""

    ROSTER = "roster"
    RESPONSES = "responses"
    STATISTICS = "statistics"


@dataclass(frozen=True)
class ApiToken:
    """A token without its secret. It sees what the person whose it is sees at that moment, and never more."""

    id: int
    person_id: int
    label: str
    rights: frozenset[Right]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
