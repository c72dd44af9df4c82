"""What the list of people can be narrowed to: the units, counsellors, countries and cities of a scope's own students.

Called by the console. Two queries that group, whatever the number of students.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, select

from bot.listed import listed
from bot.people.store import people, unit_paths
from bot.trips.rules import BACK_FOR
from bot.trips.store import trips
from bot.views.scope import Scope


@dataclass(frozen=True)
class Choices:
    """What occurs among the students of a scope; counsellors are (number, name), cities (country, city)."""

    units: list[str]
    counsellors: list[tuple[str, str]]
    countries: list[str]
    cities: list[tuple[str, str]]


def choices(conn: Connection, scope: Scope, now: datetime) -> Choices:
    """Return what the list of a scope can be narrowed to."""
    today = now.astimezone(UTC).date()
    present = and_(scope.students(today), people.c.absent_at.is_(None), people.c.left_at.is_(None))
    groups = conn.execute(
        select(people.c.unit_id, people.c.counsellor_id)
        .where(present)
        .group_by(people.c.unit_id, people.c.counsellor_id)
    ).all()
    mine = {group.unit_id for group in groups}
    helpers = sorted({group.counsellor_id for group in groups if group.counsellor_id is not None})
    named = select(people.c.number, people.c.name).where(listed(people.c.id, helpers)).order_by(people.c.sorts_as)
    stays = and_(trips.c.cancelled_at.is_(None), trips.c.returns >= today - BACK_FOR)
    places = conn.execute(
        select(trips.c.country, trips.c.city)
        .join(people, people.c.id == trips.c.person_id)
        .where(present, stays)
        .group_by(trips.c.country, trips.c.city)
    ).all()
    return Choices(
        units=with_parents(path for one, path in unit_paths(conn).items() if one in mine),
        counsellors=[(row.number, row.name) for row in conn.execute(named)],
        countries=sorted({place.country for place in places}),
        cities=sorted((place.country, place.city) for place in places),
    )


def with_parents(paths: Iterable[str]) -> list[str]:
    """Return units with everything above them, so that a whole school can be chosen."""
    found: set[str] = set()
    for path in paths:
        names = path.split("/") if path else []
        found |= {"/".join(names[: depth + 1]) for depth in range(len(names))}
    return sorted(found)
