"""What planning must know of a person: pure."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.local_time import local_date
from bot.trips.model import Trip


@dataclass(frozen=True)
class PersonFacts:
    """The facts from which everything that will be asked of one student follows."""

    person_id: int
    home_zone: str
    here_zone: str | None = None
    level: str | None = None
    gone: bool = False
    """She left, is absent from the roster, or is no student: nothing is asked of her."""
    paused_until: date | None = None
    trips: tuple[Trip, ...] = ()

    def trip_zone(self, trip: Trip, now: datetime) -> str:
        """Return the zone in which she lives on a trip: what she said last, once she is on it, else the trip's."""
        today = local_date(now, self.here_zone or trip.zone)
        return self.here_zone if self.here_zone and trip.departs <= today <= trip.returns else trip.zone

    def abroad(self, now: datetime) -> Trip | None:
        """Return the trip that she is on, if any."""
        for trip in self.trips:
            if trip.cancelled_at is None and trip.departs <= local_date(now, self.trip_zone(trip, now)) <= trip.returns:
                return trip
        return None

    def zone_now(self, now: datetime) -> str:
        """Return her zone: home until departure, then where she is."""
        trip = self.abroad(now)
        return self.home_zone if trip is None else self.trip_zone(trip, now)
