"""Finds who is meant by the area of a roll-call, in the order of their ids: for counting, and for asking in batches.

`within` is the condition on `people` of the author's scope: whoever is outside is never counted and never asked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, true

from bot.addresses.rules import reach_by
from bot.branches.store import branch_members, branches
from bot.engine.rollcall_places import whereabouts
from bot.ledger import Live, ways_of
from bot.listed import listed
from bot.people.store import people, units
from bot.places.cities import find_cities
from bot.places.folding import fold
from bot.places.spots import spot_of
from bot.prompts.notes import NoteKind
from bot.prompts.store import notes
from bot.rollcalls.model import Area, Reach
from bot.rollcalls.rules import POSITION_LASTS, Count, Here, in_place
from bot.sealed import SealError

AT_ONCE = 1000
_LIGHT = (people.c.id, people.c.number, people.c.zone, people.c.level, people.c.paused_until)
"""What is needed of a person; what is sealed is left shut."""


@dataclass(frozen=True)
class Meant:
    """Somebody whom a roll-call asks, and where she is."""

    person_id: int
    city: str
    country: str
    zone: str


def meant(
    conn: Connection, area: Area, within: ColumnElement[bool], now: datetime, after_id: int, limit: int = AT_ONCE
) -> tuple[list[Meant], int | None]:
    """Look at the next `limit` people after an id; return who of them is meant, and the last id, None when all is done.

    A pause does not count; whoever left or is absent does.
    """
    query = (
        select(*_LIGHT)
        .where(people.c.id > after_id, people.c.left_at.is_(None), people.c.absent_at.is_(None), within, _group(area))
        .order_by(people.c.id)
        .limit(limit)
    )
    rows: Sequence[Any] = conn.execute(query).all()
    found = _in_place(conn, area, rows, now)
    return found, rows[-1].id if len(rows) == limit else None


def count(conn: Connection, area: Area, within: ColumnElement[bool], now: datetime, live: Live | None = None) -> Count:
    """Return how many are meant, by how the question gets to them now and by city.

    `live` are the channels that are switched on.
    """
    by_reach: dict[Reach, int] = {}
    by_city: dict[tuple[str, str], int] = {}
    after: int | None = 0
    while after is not None:
        found, after = meant(conn, area, within, now, after)
        ways = ways_of(conn, [one.person_id for one in found], now, live)
        for one in found:
            reach = Reach(reach_by(ways.get(one.person_id, ())).value)
            by_reach[reach] = by_reach.get(reach, 0) + 1
            by_city[one.country, one.city] = by_city.get((one.country, one.city), 0) + 1
    return Count(by_reach, by_city)


def _group(area: Area) -> ColumnElement[bool]:
    if not area.has_group:
        return true()
    below = [units.c.path.startswith(f"{path}/", autoescape=True) for path in area.units]
    in_units = select(units.c.id).where(or_(units.c.path.in_(area.units), *below))
    in_branches = (
        select(branch_members.c.person_id)
        .join(branches, branches.c.id == branch_members.c.branch_id)
        .where(branches.c.key.in_(area.branches))
    )
    parts = [
        people.c.unit_id.in_(in_units) if area.units else None,
        people.c.id.in_(in_branches) if area.branches else None,
        people.c.number.in_(area.numbers) if area.numbers else None,
    ]
    return or_(*(part for part in parts if part is not None))


def _in_place(conn: Connection, area: Area, rows: Sequence[Any], now: datetime) -> list[Meant]:
    numbers, is_one_of = frozenset(area.numbers), city_test(area.cities)
    positions = _positions(conn, [row.id for row in rows], now) if area.circle else {}
    places = whereabouts(conn, rows, now)
    found = []
    for row in rows:
        place, is_abroad = places[row.id]
        spot = None
        if area.circle is not None:
            spot = positions.get(row.id) or spot_of(place.city, place.country, place.zone)
        here = Here(place.city, place.country, is_abroad, row.number in numbers, spot)
        if in_place(area, here, in_city=is_one_of(place.city, place.country)):
            found.append(Meant(row.id, place.city, place.country, place.zone))
    return found


def city_test(cities: Iterable[tuple[str, str]]) -> Callable[[str, str], bool]:
    """Return what tells whether a (city, country) of the roster is one of these, however both are spelt."""
    wanted = {(fold(name), country) for name, country in cities}
    known = {(city.name_en, city.country) for name, country in cities for city in find_cities(name, country or None)}

    @cache
    def is_one_of(city: str, country: str) -> bool:
        if not city or not wanted:
            return False
        key = fold(city)
        if (key, country) in wanted or (key, "") in wanted:
            return True
        return any((one.name_en, one.country) in known for one in find_cities(city, country or None))

    return is_one_of


def _positions(conn: Connection, ids: Sequence[int], now: datetime) -> dict[int, tuple[float, float]]:
    """Return the last fresh position of whoever sent one; one that no key opens says nothing."""
    fresh = and_(notes.c.kind == NoteKind.POSITION.value, notes.c.at > now - POSITION_LASTS)
    newest = select(notes.c.id, notes.c.person_id).where(listed(notes.c.person_id, ids), fresh).order_by(notes.c.id)
    found = {}
    for person_id, note_id in {row.person_id: row.id for row in conn.execute(newest)}.items():
        try:
            body = conn.execute(select(notes.c.body).where(notes.c.id == note_id)).scalar_one()
        except SealError:
            continue
        found[person_id] = (float(body["latitude"]), float(body["longitude"]))
    return found
