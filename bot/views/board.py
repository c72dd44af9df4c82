"""The board of today: where every student abroad stands, counted first, then fifty at a time.

Three queries a page whatever the number of students: the zones there are, the counts, and the rows of the page.
Called by the console.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from bot.local_time import local_date
from bot.people.store import people, units
from bot.trips.store import trips
from bot.views.board_query import Standing, by_date, standing
from bot.views.people_choices import with_parents
from bot.views.safety import Category
from bot.views.scope import Scope

PAGE = 50


@dataclass(frozen=True)
class Filter:
    """What the board is narrowed to; empty strings mean all. `unit` is a path and takes what lies below it."""

    category: str = ""
    unit: str = ""
    country: str = ""
    city: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class BoardRow:
    """One student abroad; `zone` is where she is now, instants are UTC. `case_by` took the case that is open."""

    number: str
    name: str
    unit: str
    city: str
    country: str
    zone: str
    category: Category
    asked_at: datetime | None
    due_at: datetime | None
    answered_at: datetime | None
    case_state: str | None
    case_by: str | None
    paused_until: date | None


@dataclass(frozen=True)
class Board:
    """One page of the board. `counts` hold for the other filters, whatever category is chosen."""

    rows: list[BoardRow]
    counts: dict[Category, int]
    total: int
    shown: int
    page: int
    pages: int
    countries: list[str] = field(default_factory=list)
    cities: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)


def board(conn: Connection, scope: Scope, now: datetime, chosen: Filter) -> Board:
    """Return one page of the board as a scope may see it at an instant."""
    zones = conn.execute(select(trips.c.zone).distinct()).scalars()
    base = standing(scope, now, by_date((zone, local_date(now, zone)) for zone in zones))
    groups = _groups(conn, base, chosen)
    counts: Counter[str] = Counter()
    for group in groups:
        if _fits(group, chosen):
            counts[group.category] += group.number
    shown = counts[chosen.category] if chosen.category else counts.total()
    pages = max(1, -(-shown // PAGE))
    page = min(max(1, chosen.page), pages)
    query = (
        select(*base.columns)
        .select_from(base.source)
        .where(base.condition, _narrowed(base, chosen))
        .order_by(base.rank, people.c.name, people.c.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return Board(
        rows=[_row(found) for found in conn.execute(query)],
        counts={category: counts[category.value] for category in Category},
        total=counts.total(),
        shown=shown,
        page=page,
        pages=pages,
        countries=sorted({group.country for group in groups}),
        cities=sorted({group.city for group in groups if chosen.country in {"", group.country}}),
        units=with_parents(group.unit for group in groups),
    )


def _groups(conn: Connection, base: Standing, chosen: Filter) -> Sequence[Row[Any]]:
    """Count by everything that can be filtered by, so that one query gives the counts and the choices."""
    everybody = (
        select(*base.columns).select_from(base.source).where(base.condition, _named(chosen.words)).subquery("everybody")
    )
    by = (everybody.c.category, everybody.c.country, everybody.c.city, everybody.c.unit)
    return conn.execute(select(*by, func.count().label("number")).group_by(*by)).all()


def _fits(group: Row[Any], chosen: Filter) -> bool:
    return (
        chosen.country in {"", group.country}
        and chosen.city in {"", group.city}
        and (not chosen.unit or group.unit == chosen.unit or group.unit.startswith(f"{chosen.unit}/"))
    )


def _narrowed(base: Standing, chosen: Filter) -> ColumnElement[bool]:
    parts = [_named(chosen.words)]
    if chosen.category:
        parts.append(base.category == chosen.category)
    if chosen.unit:
        below = units.c.path.startswith(f"{chosen.unit}/", autoescape=True)
        parts.append(or_(units.c.path == chosen.unit, below))
    if chosen.country:
        parts.append(base.country == chosen.country)
    if chosen.city:
        parts.append(base.city == chosen.city)
    return and_(*parts)


def _named(words: str) -> ColumnElement[bool]:
    if not words:
        return true()
    return people.c.name.icontains(words, autoescape=True) | people.c.number.icontains(words, autoescape=True)


def _row(found: Row[Any]) -> BoardRow:
    values = dict(found._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    return BoardRow(**values | {"category": Category(found.category)})
