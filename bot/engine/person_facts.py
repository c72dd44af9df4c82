"""What planning must know of a person, and where she is by it: pure."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.local_time import local_date
from bot.moves.model import Move, Place
from bot.moves.rules import move_after, move_at
from bot.trips.model import Trip

_IN_CHINA = frozenset({"Asia/Shanghai", "Asia/Urumqi"})


@dataclass(frozen=True)
class PersonFacts:
    """The facts from which everything that will be asked of one student follows."""

    person_id: int
    home_zone: str
    level: str | None = None
    gone: bool = False
    """She left, is absent from the roster, or is no student: nothing is asked of her."""
    paused_until: date | None = None
    trips: tuple[Trip, ...] = ()
    moves: tuple[Move, ...] = ()
    """What she said of her place and is not over."""

    def move_on(self, trip: Trip, now: datetime) -> Move | None:
        """Return what she said of her place on a trip, once she is on it; None: she is where the trip says."""
        move = move_at(self.moves, trip.id, trip.zone, now)
        if move is None or not trip.departs <= local_date(now, move.zone) <= trip.returns:
            return None
        return move

    def trip_zone(self, trip: Trip, now: datetime) -> str:
        """Return the zone in which she lives on a trip now: what she said last, else the trip's."""
        move = self.move_on(trip, now)
        return trip.zone if move is None else move.zone

    def zone_on(self, trip: Trip, day: date, now: datetime) -> str:
        """Return the zone in which she will be on a local date of a trip, as far as is known now."""
        move = self.move_on(trip, now)
        if move is not None and move.until is not None and day > move.until:
            move = move_after(self.moves, move, trip.zone)
        return trip.zone if move is None else move.zone

    def elsewhere_until(self, trip: Trip, day: date, now: datetime) -> datetime | None:
        """Return when what she said ends, if that is before a local date of a trip: until then she is elsewhere."""
        move = self.move_on(trip, now)
        return move.ends_at if move is not None and move.until is not None and day > move.until else None

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

    def move_now(self, now: datetime) -> Move | None:
        """Return what she said of her place, where it holds: on the trip that she is on, or at home."""
        trip = self.abroad(now)
        return move_at(self.moves, None, self.home_zone, now) if trip is None else self.move_on(trip, now)

    def place_now(self, now: datetime) -> Place:
        """Return where she is: what she said before what the trip says; at home only the country may be known."""
        move = self.move_now(now)
        if move is not None:
            return move.place
        trip = self.abroad(now)
        if trip is not None:
            return Place(trip.city, trip.country, trip.zone)
        return Place("", "CN" if self.home_zone in _IN_CHINA else "", self.home_zone)
