"""The board of today: where every student abroad stands, counted first, then fifty at a time.

Three queries a page whatever the number of students: the zones there are, the counts, and the rows of the page.
Called by the console.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Row, and_, func, literal, null, or_, select, true, union_all

from bot.people.store import people, units
from bot.views.board_query import Standing, dates_on_earth, standing
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
    dates = dates_on_earth(conn, now)
    base = standing(conn, scope, now, dates)
    groups, ids = _look(conn, base, chosen, chosen.page)
    counts: Counter[str] = Counter()
    for group in groups:
        if _fits(group, chosen):
            counts[group.category] += group.number
    shown = counts[chosen.category] if chosen.category else counts.total()
    pages = max(1, -(-shown // PAGE))
    page = min(max(1, chosen.page), pages)
    if page != chosen.page:
        ids = _look(conn, base, chosen, page)[1]
    return Board(
        rows=_rows(conn, standing(conn, scope, now, dates, ids)) if ids else [],
        counts={category: counts[category.value] for category in Category},
        total=counts.total(),
        shown=shown,
        page=page,
        pages=pages,
        countries=sorted({group.country for group in groups}),
        cities=sorted({group.city for group in groups if chosen.country in {"", group.country}}),
        units=with_parents(group.unit or "" for group in groups),
    )


def _look(conn: Connection, base: Standing, chosen: Filter, page: int) -> tuple[list[Row[Any]], list[int]]:
    """Look at everybody once, for two things: counts by all that can be filtered by, and the ids of one page.

    So that one query gives the page, the counts and the choices.
    """
    everybody = (
        select(
            base.person_id.label("id"),
            base.category.label("category"),
            base.rank.label("rank"),
            base.country,
            base.city,
            people.c.unit_id,
            people.c.name,
        )
        .select_from(base.source)
        .where(base.condition, _named(chosen.words))
        .cte("everybody")
    )
    by = (everybody.c.category, everybody.c.country, everybody.c.city, everybody.c.unit_id)
    grouped = select(*by, func.count().label("number")).group_by(*by).subquery("grouped")
    shown = (
        select(everybody.c.id)
        .where(_narrowed(everybody, chosen))
        .order_by(everybody.c.rank, everybody.c.name, everybody.c.id)
        .limit(PAGE)
        .offset((max(1, page) - 1) * PAGE)
        .subquery("shown")
    )
    nothing = (null().label("category"), null().label("country"), null().label("city"), null().label("unit"))
    columns = (grouped.c.category, grouped.c.country, grouped.c.city, units.c.path.label("unit"), grouped.c.number)
    counts = select(*columns, literal(value=True).label("is_group")).outerjoin_from(
        grouped, units, units.c.id == grouped.c.unit_id
    )
    found = conn.execute(union_all(counts, select(*nothing, shown.c.id, literal(value=False)))).all()
    return [row for row in found if row.is_group], [row.number for row in found if not row.is_group]


def _fits(group: Row[Any], chosen: Filter) -> bool:
    unit = group.unit or ""
    return (
        chosen.country in {"", group.country}
        and chosen.city in {"", group.city}
        and (not chosen.unit or unit == chosen.unit or unit.startswith(f"{chosen.unit}/"))
    )


def _narrowed(everybody: CTE, chosen: Filter) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [true()]
    if chosen.category:
        parts.append(everybody.c.category == chosen.category)
    if chosen.unit:
        below = units.c.path.startswith(f"{chosen.unit}/", autoescape=True)
        its = select(units.c.id).where(or_(units.c.path == chosen.unit, below))
        parts.append(everybody.c.unit_id.in_(its))
    if chosen.country:
        parts.append(everybody.c.country == chosen.country)
    if chosen.city:
        parts.append(everybody.c.city == chosen.city)
    return and_(*parts)


def _rows(conn: Connection, base: Standing) -> list[BoardRow]:
    """Return all that the board shows of some students."""
    query = (
        select(*base.columns)
        .select_from(base.source)
        .where(base.condition)
        .order_by(base.rank, people.c.name, people.c.id)
    )
    return [_row(found) for found in conn.execute(query)]


def _named(words: str) -> ColumnElement[bool]:
    if not words:
        return true()
    return people.c.name.icontains(words, autoescape=True) | people.c.number.icontains(words, autoescape=True)


def _row(found: Row[Any]) -> BoardRow:
    values = dict(found._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    return BoardRow(**values | {"category": Category(found.category)})
