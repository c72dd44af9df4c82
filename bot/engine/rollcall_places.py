"""Where many students are now, as `PersonFacts` says it: whoever said nothing of her place takes no more than a look.

A roll-call of a hundred thousand cannot load everything about each of them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.engine.facts import facts_of_people
from bot.listed import listed
from bot.local_time import local_date
from bot.moves.model import Place
from bot.moves.store import live_of
from bot.people.model import Level, Person, Role, RoleKind
from bot.trips.store import trips

_STUDENT = (Role(RoleKind.STUDENT),)
_TRIP = (trips.c.person_id, trips.c.city, trips.c.country, trips.c.zone, trips.c.departs, trips.c.returns)


def whereabouts(conn: Connection, rows: Sequence[Any], now: datetime) -> dict[int, tuple[Place, bool]]:
    """Return by person where she is and whether she is abroad; `rows` have id, number, zone, level and paused_until."""
    ids = [row.id for row in rows]
    moved = set(live_of(conn, ids))
    plain = [row for row in rows if row.id not in moved]
    at_home = [row for row in rows if row.id in moved]
    found = _by_trip(conn, [row.id for row in plain], now)
    rest = [row for row in plain if row.id not in found] + at_home
    for person_id, facts in facts_of_people(conn, {row.id: _person(row) for row in rest}).items():
        found[person_id] = (facts.place_now(now), facts.abroad(now) is not None)
    return found


def _by_trip(conn: Connection, ids: Sequence[int], now: datetime) -> dict[int, tuple[Place, bool]]:
    """Return whoever is on a trip and has said nothing of her place: she is where the trip says."""
    query = select(*_TRIP).where(listed(trips.c.person_id, ids), trips.c.cancelled_at.is_(None))
    today: dict[str, date] = {}
    places: dict[tuple[str, str, str], Place] = {}
    found: dict[int, tuple[Place, bool]] = {}
    rows: Any = conn.execute(query.order_by(trips.c.departs, trips.c.id)).all()
    for person_id, city, country, zone, departs, returns in rows:
        if zone not in today:
            today[zone] = local_date(now, zone)
        if person_id not in found and departs <= today[zone] <= returns:
            key = (city, country, zone)
            found[person_id] = (places.setdefault(key, Place(*key)), True)
    return found


def _person(row: Any) -> Person:
    return Person(
        id=row.id, number=row.number, name="", unit_id=None, language="", zone=row.zone,
        level=Level(row.level) if row.level else None, paused_until=row.paused_until, roles=_STUDENT,
    )  # fmt: skip
