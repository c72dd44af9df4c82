"""Table and queries of trips."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, Date, ForeignKey, Row, String, Table, select

from bot.listed import listed_as
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata
from bot.trips.model import Trip, TripType

trips = Table(
    "trips",
    metadata,
    id_column(),
    Column("key", String(64), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("host", String(300), nullable=False),
    Column("city", String(120), nullable=False),
    Column("country", String(2), nullable=False, index=True),
    Column("zone", String(64), nullable=False),
    Column("departs", Date, nullable=False, index=True),
    Column("returns", Date, nullable=False, index=True),
    Column("type", String(24), nullable=False),
    Column("host_supervisor", String(200)),
    Column("funding", String(200)),
    Column("approval", String(120)),
    Column("emergency_contact", Sealed()),
    Column("landing_at", UtcDateTime),
    # Set when the stay is called off or a pruning import no longer lists it.
    Column("cancelled_at", UtcDateTime),
    # Set when she does not go after all, as she says: a roster that still lists the stay does not bring it back.
    Column("withdrawn_at", UtcDateTime),
)


# Kept, because every answer needs it: building a statement costs twice as much as running it.
_OF_PEOPLE = select(trips).where(listed_as(trips.c.person_id, "ids")).order_by(trips.c.departs)


def of_people(conn: Connection, person_ids: Iterable[int]) -> dict[int, list[Trip]]:
    """Return the trips of people, by person, in the order of departure; cancelled ones included."""
    found: dict[int, list[Trip]] = {}
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), 500):
        for row in conn.execute(_OF_PEOPLE, {"ids": ids[start : start + 500]}):
            found.setdefault(row.person_id, []).append(_trip(row))
    return found


def of_person(conn: Connection, person_id: int) -> list[Trip]:
    """Return the trips of one person in the order of departure."""
    return of_people(conn, [person_id]).get(person_id, [])


def by_key(conn: Connection, key: str) -> Trip | None:
    """Return one trip by its number."""
    row = conn.execute(select(trips).where(trips.c.key == key)).one_or_none()
    return None if row is None else _trip(row)


def _trip(row: Row[Any]) -> Trip:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    values["type"] = TripType(row.type)
    return Trip(**values)
