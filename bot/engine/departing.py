"""Who departs soon, and who of them is ready: for the page of the office and counsellors, and for the digest.

What is on the list of a step is not shown in a digest; who is not ready is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from bot.engine.checklist import Checklist, checklists_of
from bot.people.store import people
from bot.programmes.model import Programme
from bot.trips.store import of_people, trips

AHEAD = timedelta(days=90)
"""How long before departure a student stands on the page."""
SOON = timedelta(days=14)
"""How long before it the digest names whoever is not ready."""
MOST = 200
MOST_NAMES = 5


@dataclass(frozen=True)
class Departing:
    """One student who departs, with her checklist."""

    person_id: int
    number: str
    name: str
    checklist: Checklist

    @property
    def waits(self) -> int:
        """Count the steps that wait for the office."""
        return sum(line.state.value == "waiting" for line in self.checklist.lines)


def departing(
    conn: Connection, within: ColumnElement[bool], programme: Programme, today: date, ahead: timedelta = AHEAD
) -> list[Departing]:
    """Return who departs, of the students of a condition on `people`, the soonest first; a handful of queries."""
    query = (
        select(people.c.id, people.c.number, people.c.name, trips.c.id.label("trip_id"))
        .join(people, people.c.id == trips.c.person_id)
        .where(trips.c.cancelled_at.is_(None), trips.c.departs >= today, trips.c.departs <= today + ahead, within)
        .order_by(trips.c.departs, people.c.number)
    )
    rows = conn.execute(query).all()
    by_id = {trip.id: trip for hers in of_people(conn, {row.id for row in rows}).values() for trip in hers}
    lists = checklists_of(conn, [by_id[row.trip_id] for row in rows], programme)
    return [Departing(row.id, row.number, row.name, lists[row.trip_id]) for row in rows if row.trip_id in lists]


def not_ready_soon(
    conn: Connection, within: ColumnElement[bool], programme: Programme | None, today: date
) -> dict[str, Any]:
    """Return who departs within a fortnight and is not ready, and how many are, as a digest says it; plain JSON."""
    found = [] if programme is None else departing(conn, within, programme, today, SOON)
    open_ones = [one for one in found if not one.checklist.is_ready]
    names = [
        {
            "name": one.name,
            "city": one.checklist.trip.city,
            "country": one.checklist.trip.country,
            "day": one.checklist.trip.departs.isoformat(),
        }
        for one in open_ones[:MOST_NAMES]
    ]
    return {"names": names, "more": len(open_ones) - len(names), "ready": len(found) - len(open_ones)}
