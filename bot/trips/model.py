"""One stay abroad and the phase that follows from its dates."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TripType(StrEnum):
    """What kind of stay it is."""

    JOINT_TRAINING = "joint_training"
    DEGREE = "degree"
    EXCHANGE = "exchange"
    RESEARCH_VISIT = "research_visit"
    SHORT_VISIT = "short_visit"
    SUMMER_SCHOOL = "summer_school"
    CONFERENCE = "conference"
    INTERNSHIP = "internship"
    IO_INTERNSHIP = "io_internship"
    COMPETITION = "competition"
    VOLUNTEERING = "volunteering"


class Phase(StrEnum):
    """Where in its life a trip is."""

    BEFORE = "before"
    ABROAD = "abroad"
    BACK = "back"
    CLOSED = "closed"


@dataclass(frozen=True)
class Trip:
    """One stay abroad; `key` is its number in the roster, `departs` and `returns` are local dates, both included."""

    id: int
    key: str
    person_id: int
    host: str
    city: str
    country: str
    zone: str
    departs: date
    returns: date
    type: TripType
    host_supervisor: str | None = None
    funding: str | None = None
    approval: str | None = None
    emergency_contact: str | None = None
    landing_at: datetime | None = None
    cancelled_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def days(self) -> int:
        """Length of the stay in days, first and last included."""
        return (self.returns - self.departs).days + 1
