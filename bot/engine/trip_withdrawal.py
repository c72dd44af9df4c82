"""She does not go after all: nobody asks why, and everything that hangs on the stay is taken back with it."""

from datetime import datetime

from sqlalchemy import Connection

from bot.deadlines.store import look_again
from bot.engine.replanning import replan
from bot.engine.telling import not_before_her_morning, tell
from bot.engine.who_helps import load_helpers
from bot.journal import store as journal
from bot.local_time import local_date
from bot.outbox.model import Kind, Priority
from bot.people.model import Person
from bot.programmes.versions import Programmes
from bot.trips.model import Trip
from bot.trips.store import trips


def withdraw(conn: Connection, person: Person, trip: Trip, now: datetime, programmes: Programmes) -> bool:
    """Call off a stay that has not begun, as its student wishes; False when it has, or is off already."""
    if trip.person_id != person.id or trip.cancelled_at is not None or trip.departs <= local_date(now, person.zone):
        return False
    _set(conn, trip, now, now)
    _after(conn, person, trip, "trip.withdrawn", now, programmes)
    _tell(conn, person, trip, "staff/trip_withdrawn", now)
    return True


def bring_back(conn: Connection, person: Person, trip: Trip, now: datetime, programmes: Programmes) -> bool:
    """Bring a stay back that she called off herself, before its day of departure; False when that cannot be."""
    if trip.person_id != person.id or trip.withdrawn_at is None or trip.departs <= local_date(now, person.zone):
        return False
    _set(conn, trip, None, None)
    _after(conn, person, trip, "trip.brought_back", now, programmes)
    _tell(conn, person, trip, "staff/trip_brought_back", now)
    return True


def _tell(conn: Connection, person: Person, trip: Trip, template: str, now: datetime) -> None:
    """Tell her counsellor and the office, each in the morning."""
    helpers = load_helpers(conn, [person])
    counsellor = helpers.counsellor_of(person)
    for helper_id in {*helpers.office_of(person), *([] if counsellor is None else [counsellor])}:
        tell(
            conn,
            helper_id,
            Kind.NOTICE,
            template,
            key=f"trip:{trip.id}:{template.removeprefix('staff/trip_')}:{int(now.timestamp())}:{helper_id}",
            priority=Priority.PROMPT,
            now=now,
            about_id=person.id,
            data={"host": trip.host, "to_departs": trip.departs.isoformat()},
            not_before=not_before_her_morning(conn, helper_id, now),
        )


def _set(conn: Connection, trip: Trip, cancelled_at: datetime | None, withdrawn_at: datetime | None) -> None:
    values = {"cancelled_at": cancelled_at, "withdrawn_at": withdrawn_at}
    conn.execute(trips.update().where(trips.c.id == trip.id).values(**values))


def _after(conn: Connection, person: Person, trip: Trip, action: str, now: datetime, programmes: Programmes) -> None:
    journal.write(conn, [journal.line(now, action, person_id=person.id, actor_id=person.id, trip=trip.id)])
    replan(conn, [person.id], programmes, now)
    look_again(conn, now)
