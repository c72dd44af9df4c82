"""When nobody will be on duty, and for how many students where. The pages, the command and the weekly notice ask."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, select

from bot.duty.model import Rota, Shift
from bot.duty.rules import covering, gaps
from bot.engine.duty_rotas import Rotas, load_rotas, scopes_at
from bot.engine.facts import facts_of_people
from bot.engine.person_facts import PersonFacts
from bot.local_time import to_instant
from bot.people import store as people_store
from bot.trips.model import Trip
from bot.trips.store import trips

Span = tuple[datetime, datetime]
DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Gap:
    """From `start` until before `end` nobody is on duty for so many students in a city; their `zone` is its own."""

    start: datetime
    end: datetime
    city: str
    country: str
    zone: str
    students: int


@dataclass(frozen=True)
class _Group:
    """Students in one place whom the same rotas cover."""

    rotas: tuple[Rota, ...]
    city: str
    country: str
    zone: str


def gaps_ahead(conn: Connection, start: datetime, end: datetime, only: Collection[int] | None = None) -> list[Gap]:
    """Return the gaps of a span for students who are abroad then, in order; `only`: for these person ids.

    Nothing when there is no rota at all: a school without a duty phone has no gaps in it.
    """
    rotas = load_rotas(conn)
    if not rotas.rotas:
        return []
    counted: dict[tuple[datetime, datetime, str, str, str], int] = defaultdict(int)
    empty: dict[tuple[Rota, ...], list[Shift]] = {}
    for group, spans in _groups(conn, rotas, start, end, only).items():
        if group.rotas not in empty:
            empty[group.rotas] = gaps(group.rotas, start, end, rotas.present)
        for gap in empty[group.rotas]:
            there = sum(begins < gap.end and gap.start < ends for begins, ends in spans)
            if there:
                counted[gap.start, gap.end, group.city, group.country, group.zone] += there
    return sorted(Gap(*key, students) for key, students in counted.items())


def _groups(
    conn: Connection, rotas: Rotas, start: datetime, end: datetime, only: Collection[int] | None
) -> dict[_Group, list[Span]]:
    paths = people_store.unit_paths(conn)
    cover: dict[tuple[str, str], tuple[Rota, ...]] = {}
    found: dict[_Group, list[Span]] = defaultdict(list)
    ids = _abroad(conn, start, end)
    people = people_store.by_ids(conn, ids if only is None else ids & set(only))
    for person_id, facts in facts_of_people(conn, people).items():
        path = paths.get(people[person_id].unit_id or 0, "")
        for trip, span in _stays(facts, start, end):
            place = facts.place_now(start) if facts.abroad(start) == trip else None
            where = place or trip
            if (path, where.country) not in cover:
                levels = covering(rotas.rotas, scopes_at(path, [where.country]))
                cover[path, where.country] = tuple(rota for level in levels for rota in level)
            found[_Group(cover[path, where.country], where.city, where.country, where.zone)].append(span)
    return found


def _abroad(conn: Connection, start: datetime, end: datetime) -> set[int]:
    """Return the ids of everybody with a trip near a span; a day more on each side, because dates are local."""
    query = select(trips.c.person_id).where(
        trips.c.cancelled_at.is_(None),
        trips.c.departs <= (end + DAY).date(),
        trips.c.returns >= (start - DAY).date(),
    )
    return set(conn.execute(query).scalars())


def _stays(facts: PersonFacts, start: datetime, end: datetime) -> Iterator[tuple[Trip, Span]]:
    for trip in () if facts.gone else facts.trips:
        begins = to_instant(trip.departs, time(0), trip.zone)
        ends = to_instant(trip.returns + DAY, time(0), trip.zone)
        if trip.cancelled_at is None and begins < end and start < ends:
            yield trip, (max(begins, start), min(ends, end))
