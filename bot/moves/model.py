"""A place, and what somebody said of hers."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Place:
    """Where somebody is: `city` and `country` (ISO 3166-1 alpha-2) are "" when they are not known."""

    city: str
    country: str
    zone: str


@dataclass(frozen=True)
class Move:
    """She said that she is somewhere else than the roster says.

    It holds for one stay (`trip_id`), or at home (None), from `said_at` until the end of the local day `until`, which
    is `ends_at`; without one it holds for good. `instead_of` is the zone that the roster gave at that time: once the
    roster gives another, that is the newer word.
    """

    id: int
    person_id: int
    trip_id: int | None
    city: str
    country: str
    zone: str
    instead_of: str
    said_at: datetime
    until: date | None = None
    ends_at: datetime | None = None

    @property
    def place(self) -> Place:
        """Return where she said that she is."""
        return Place(self.city, self.country, self.zone)
