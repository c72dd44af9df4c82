"""The list of people: fifty students of a scope at a time, narrowed and in order, each with where she stands.

It goes on from the last one shown (a keyset), so that page 900 costs what page 1 costs. Where only a look at each of
them tells who fits, it looks at no more than `LOOK_AT` for one page and then says that it has not seen them all.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from bot.addresses.rules import Reachable, reach_by
from bot.cases.model import CaseState
from bot.cases.store import cases
from bot.ledger import Live, ways_of
from bot.listed import listed
from bot.people.model import Person
from bot.people.store import people, units
from bot.trips.model import Phase
from bot.trips.rules import phase
from bot.views.board_query import dates_on_earth, standing
from bot.views.people_wanted import CASE, SILENT, Wanted, case_is_seen, finds, in_city, meant
from bot.views.safety import Category
from bot.views.scope import Scope
from bot.views.stand_ins import with_whom
from bot.views.whereabouts import where_all

PAGE = 50
CHUNK = 300
LOOK_AT = 3000
COUNTED = 10_000
"""How far is counted; beyond that there are more than so many."""
_LIGHT = (people.c.id, people.c.number, people.c.name, people.c.unit_id, people.c.zone, people.c.sorts_as,
          people.c.found_by, people.c.counsellor_id, people.c.stand_in_id, people.c.skips_counsellor,
          people.c.paused_until)  # fmt: skip
"""What is read of a person; what is sealed stays shut."""


@dataclass(frozen=True)
class Listed:
    """One student; `category` is None for whoever is not abroad. `place` is where the list goes on behind her."""

    person_id: int
    number: str
    name: str
    unit: str
    counsellor: str
    city: str
    country: str
    zone: str
    phase: Phase | None
    category: Category | None
    has_case: bool
    paused_until: date | None
    left_out: bool
    place: str
    how: Reachable = Reachable.NONE
    with_whom: str = ""
    """Who looks after her in place of her counsellor now."""
    with_until: date | None = None


@dataclass(frozen=True)
class PeoplePage:
    """One page. `total` is None where only a look at each of them would tell, above `COUNTED` where there are more;
    `after` is where the next page begins.
    """

    rows: list[Listed]
    total: int | None
    after: str
    saw_all: bool


@dataclass(frozen=True)
class _Look:
    scope: Scope
    wanted: Wanted
    now: datetime
    live: Live | None
    dates: dict[date, list[str]]


def people_page(
    conn: Connection, scope: Scope, wanted: Wanted, now: datetime, live: Live | None = None, after: str = ""
) -> PeoplePage:
    """Return one page; `after` as the page before gave it, or empty."""
    look = _look(conn, scope, wanted, now, live)
    rows, place, saw_all = _gather(conn, look, after, PAGE + 1, LOOK_AT)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    total = None
    if not wanted.looks_closer:
        some = select(people.c.id).where(meant(scope, wanted, now)).limit(COUNTED + 1).subquery()
        query = select(func.count()).select_from(some)
        total = conn.execute(query).scalar_one()
    going_on = rows[-1].place if more else "" if saw_all else place
    return PeoplePage(_with_reach(conn, look, rows), total, going_on, saw_all or more)


def all_wanted(
    conn: Connection, scope: Scope, wanted: Wanted, now: datetime, live: Live | None, most: int
) -> list[Listed]:
    """Return everybody who fits, at most `most` + 1 of them: a selection of the whole list."""
    return _gather(conn, _look(conn, scope, wanted, now, live), "", most + 1, None)[0]


def of_ids(
    conn: Connection, scope: Scope, ids: Collection[int], now: datetime, live: Live | None = None
) -> list[Listed]:
    """Return those of these students whom the scope holds, with how they can be reached, by name."""
    look, known = _look(conn, scope, Wanted(), now, live), sorted(set(ids))
    found: list[Listed] = []
    for start in range(0, len(known), CHUNK):
        query = select(*_LIGHT).where(meant(scope, Wanted(), now), listed(people.c.id, known[start : start + CHUNK]))
        rows: Sequence[Any] = conn.execute(query).all()
        found += _with_reach(conn, look, _rows(conn, look, rows))
    return sorted(found, key=lambda one: one.place)


def _look(conn: Connection, scope: Scope, wanted: Wanted, now: datetime, live: Live | None) -> _Look:
    return _Look(scope, wanted, now, live, dates_on_earth(conn, now))


def _gather(
    conn: Connection, look: _Look, after: str, most: int, look_at: int | None
) -> tuple[list[Listed], str, bool]:
    """Return up to `most` who fit, where the look ended, and whether it saw everybody who is left."""
    wanted, found, seen = look.wanted, list[Listed](), 0
    condition = meant(look.scope, wanted, look.now, look.live)
    column = people.c.number if wanted.sort == "number" else people.c.sorts_as
    size = CHUNK if wanted.looks_closer else most
    while look_at is None or seen < look_at:
        query = select(*_LIGHT).where(condition, _behind(column, after)).order_by(column, people.c.id).limit(size)
        rows: Sequence[Any] = conn.execute(query).all()
        seen += len(rows)
        found += [one for one in _rows(conn, look, rows) if _fits(one, wanted)]
        if len(found) >= most:
            return found[:most], found[most - 1].place, True
        if len(rows) < size:
            return found, "", True
        after = _place(rows[-1], wanted)
    return found, after, False


def _behind(column: ColumnElement[str], after: str) -> ColumnElement[bool]:
    value, _, last = after.rpartition("~")
    usable = last.isascii() and last.isdecimal() and len(last) < 19  # noqa: PLR2004 - an id in 64 bits
    if not usable:
        return column >= ""
    return or_(column > value, and_(column == value, people.c.id > int(last)))


def _place(row: Row[Any], wanted: Wanted) -> str:
    return f"{row.number if wanted.sort == 'number' else row.sorts_as}~{row.id}"


def _rows(conn: Connection, look: _Look, rows: Sequence[Row[Any]]) -> list[Listed]:
    """Make of plain rows what the list shows, all but how they are reached."""
    wanted, ids = look.wanted, [row.id for row in rows]
    if not ids:
        return []
    light = [Person(row.id, row.number, row.name, row.unit_id, "", row.zone) for row in rows]
    here = where_all(conn, light, look.now)
    stands = _standings(conn, look, ids)
    cased = _cased(conn, look.scope, ids)
    paths = _named(conn, units.c.id, units.c.path, {row.unit_id for row in rows})
    helpers = _named(conn, people.c.id, people.c.name, {row.counsellor_id for row in rows})
    passed = with_whom(conn, [row.id for row in rows if row.stand_in_id is not None])
    found = []
    for row in rows:
        at = here[row.id]
        if _is_meant_elsewhere(wanted, row.found_by, at.city):
            continue
        found.append(
            Listed(
                row.id, row.number, row.name, paths.get(row.unit_id, ""), helpers.get(row.counsellor_id, ""),
                at.city, at.country, at.zone, phase(at.trip, at.today) if at.trip else None, stands.get(row.id),
                row.id in cased, row.paused_until,
                row.skips_counsellor and look.scope.viewer_id in {row.counsellor_id, row.stand_in_id} - {None},
                _place(row, wanted),
                with_whom=passed[row.id][0] if row.id in passed else "",
                with_until=passed[row.id][1] if row.id in passed else None,
            )
        )  # fmt: skip
    if wanted.reach:
        return _with_reach(
            conn, look, [one for one in found if _fits(replace(one, how=Reachable(wanted.reach)), wanted)]
        )
    return found


def _is_meant_elsewhere(wanted: Wanted, found_by: str, city: str) -> bool:
    """Tell whether she came up for a city of another stay than the one that counts."""
    return bool(wanted.q.strip()) and not finds(wanted.q, found_by) and not in_city(wanted.q, city)


def _fits(one: Listed, wanted: Wanted) -> bool:
    state = wanted.state
    silent = one.category in {Category.LATE, Category.MISSED}
    return (
        (not wanted.country or one.country == wanted.country)
        and (not wanted.city or in_city(wanted.city, one.city))
        and (not wanted.phase or (one.phase or Phase.CLOSED) == wanted.phase)
        and (not state or (one.has_case if state == CASE else silent if state == SILENT else one.category == state))
        and (not wanted.reach or one.how == wanted.reach)
    )


def _with_reach(conn: Connection, look: _Look, rows: Iterable[Listed]) -> list[Listed]:
    listed_rows = list(rows)
    ways = ways_of(conn, [one.person_id for one in listed_rows], look.now, look.live)
    return [replace(one, how=reach_by(ways.get(one.person_id, ()))) for one in listed_rows]


def _standings(conn: Connection, look: _Look, ids: Sequence[int]) -> dict[int, Category]:
    base = standing(conn, look.scope, look.now.astimezone(UTC), look.dates, ids)
    query = select(base.person_id, base.category).select_from(base.source).where(base.condition)
    return {person_id: Category(category) for person_id, category in conn.execute(query)}


def _cased(conn: Connection, scope: Scope, ids: Sequence[int]) -> set[int]:
    query = (
        select(cases.c.person_id)
        .join(people, people.c.id == cases.c.person_id)
        .where(listed(cases.c.person_id, ids), cases.c.state != CaseState.RESOLVED.value, case_is_seen(scope))
    )
    return set(conn.execute(query).scalars())


def _named(
    conn: Connection, key: ColumnElement[int], name: ColumnElement[str], ids: Iterable[int | None]
) -> dict[int | None, str]:
    known = sorted(one for one in set(ids) if one is not None)
    if not known:
        return {}
    return {row[0]: row[1] for row in conn.execute(select(key, name).where(listed(key, known)))}
