"""Who leaves, has arrived and comes back: the trips that a digest tells of. Plain JSON, dates as they are on the trip.

Called by `bot.views.digest`; a supervisor reads nothing else.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from bot.addresses.rules import TWO, proven
from bot.addresses.store import all_of
from bot.people.model import Person
from bot.people.store import people
from bot.trips.store import trips
from bot.views.digest_deadlines import deadlines_near

DAYS = timedelta(days=7)
FORTNIGHT = timedelta(days=14)
"""How long before departure whoever has not got two proven channels is named: as long as she is asked for one."""
MOST = 5
"""Names that one list holds; how many there are besides is said."""
_NAMES = ("leaves", "arrived", "returns")


def trips_near(conn: Connection, seen: ColumnElement[bool], today: date, days: timedelta = DAYS) -> dict[str, Any]:
    """Return who leaves, has arrived and comes back near a day, of the students for whom a condition on `people` holds.

    One query; each list has at most `MOST`, and `more` says by list how many are left out.
    """
    spans = {
        "leaves": and_(trips.c.departs >= today, trips.c.departs <= today + days),
        "arrived": and_(trips.c.departs < today, trips.c.departs >= today - days),
        "returns": and_(trips.c.returns >= today, trips.c.returns <= today + days),
    }
    query = (
        select(people.c.name, trips.c.city, trips.c.country, trips.c.departs, trips.c.returns)
        .join(people, people.c.id == trips.c.person_id)
        .where(trips.c.cancelled_at.is_(None), or_(*spans.values()), seen)
        .order_by(trips.c.departs, trips.c.id)
    )
    found: dict[str, Any] = {name: [] for name in _NAMES} | {"more": dict.fromkeys(_NAMES, 0)}
    for row in conn.execute(query):
        for name, day in _said_of(row.departs, row.returns, today, days):
            if len(found[name]) < MOST:
                found[name].append({"name": row.name, "city": row.city, "country": row.country, "day": day.isoformat()})
            else:
                found["more"][name] += 1
    return found


def unproven(conn: Connection, seen: ColumnElement[bool], today: date) -> dict[str, Any]:
    """Return who leaves within a fortnight and has fewer than two proven channels, of the students of a condition.

    Two queries; at most `MOST` names, and `more` is how many there are besides.
    """
    query = (
        select(people.c.id, people.c.name, trips.c.city, trips.c.country, trips.c.departs)
        .join(people, people.c.id == trips.c.person_id)
        .where(trips.c.cancelled_at.is_(None), trips.c.departs > today, trips.c.departs <= today + FORTNIGHT, seen)
        .order_by(trips.c.departs, trips.c.id)
    )
    leaving = {row.id: row for row in reversed(conn.execute(query).all())}  # of two stays the first one
    ways = all_of(conn, leaving)
    found = [row for row in reversed(leaving.values()) if proven(ways.get(row.id, [])) < TWO]
    names = [
        {"name": row.name, "city": row.city, "country": row.country, "day": row.departs.isoformat()}
        for row in found[:MOST]
    ]
    return {"names": names, "more": len(found) - len(names)}


def supervised(conn: Connection, supervisor: Person, now: datetime) -> dict[str, Any]:
    """Return what a supervisor reads: how many of hers are abroad, and their trips. Nothing of how anybody is."""
    today = now.date()
    hers = and_(people.c.supervisor_id == supervisor.id, people.c.absent_at.is_(None), people.c.left_at.is_(None))
    abroad = (
        select(func.count(trips.c.person_id.distinct()))
        .join(people, people.c.id == trips.c.person_id)
        .where(hers, trips.c.cancelled_at.is_(None), trips.c.departs <= today, trips.c.returns >= today)
    )
    count = conn.execute(abroad).scalar_one()
    return {"abroad": int(count), "trips": trips_near(conn, hers, today), "deadlines": deadlines_near(conn, hers, now)}


def supervises(conn: Connection, person_id: int) -> bool:
    """Tell whether somebody supervises anyone who is here."""
    query = select(people.c.id).where(people.c.supervisor_id == person_id, people.c.absent_at.is_(None)).limit(1)
    return conn.execute(query).first() is not None


def _said_of(departs: date, returns: date, today: date, days: timedelta) -> list[tuple[str, date]]:
    found = []
    if today <= departs <= today + days:
        found.append(("leaves", departs))
    if today - days <= departs < today:
        found.append(("arrived", departs))
    if today <= returns <= today + days:
        found.append(("returns", returns))
    return found
