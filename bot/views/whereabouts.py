"""Where a student is at an instant: the trip that counts, what she said of her place on it, her zone and date there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from bot.local_time import local_date
from bot.moves import store as moves_store
from bot.moves.model import Move
from bot.moves.rules import move_at
from bot.people.model import Person
from bot.trips import store as trip_store
from bot.trips.model import Phase, Trip
from bot.trips.rules import current, phase


@dataclass(frozen=True)
class Here:
    """`said` is what she told us of it herself, `today` the date on her calendar."""

    trip: Trip | None
    said: Move | None
    today: date
    zone: str

    @property
    def city(self) -> str:
        """Return the city, hers before that of the trip; "" when neither is known."""
        if self.said is not None and self.said.zone and self.said.city:
            return self.said.city
        return self.trip.city if self.trip else ""

    @property
    def country(self) -> str:
        """Return the country that belongs to it."""
        if self.said is not None and self.said.country:
            return self.said.country
        return self.trip.country if self.trip else ""


def where(trips: Sequence[Trip], moves: Sequence[Move], person: Person, now: datetime) -> Here:
    """Return where she is; the zone of the trip, or what she said of hers, decides the date."""
    guess = current(trips, local_date(now, person.zone))
    said = move_at(moves, guess.id, guess.zone, now) if guess else None
    today = local_date(now, said.zone if said else guess.zone if guess else person.zone)
    trip = current(trips, today)
    is_there = trip is not None and phase(trip, today) is Phase.ABROAD
    if said is not None and is_there and trip == guess:
        return Here(trip, said, today, said.zone)
    return Here(trip, None, today, trip.zone if trip is not None and is_there else person.zone)


def where_all(conn: Connection, students: Iterable[Person], now: datetime) -> dict[int, Here]:
    """Return where several are, by student, with two queries."""
    known = {student.id: student for student in students}
    trips, moves = trip_store.of_people(conn, list(known)), moves_store.live_of(conn, list(known))
    return {one: where(trips.get(one, []), moves.get(one, ()), student, now) for one, student in known.items()}
