"""Where each of some students stands, for one reader's digest: the query of the board, built once and kept.

Building it takes many times as long as running it for fifty students, and on a Friday there are thousands of digests.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, Select, String, bindparam, select, true

from bot.listed import listed_as
from bot.local_time import local_date
from bot.people.store import people
from bot.schema import Id, UtcDateTime
from bot.trips.store import trips
from bot.views.board_query import (
    LOOK_BACK,
    Asked,
    Standing,
    by_date,
    dates_on_earth,
    knows_lateral,
    standing,
    standing_of,
)
from bot.views.scope import Scope

_ZONES = select(trips.c.zone).where(listed_as(trips.c.person_id, "only")).distinct()


def standings(conn: Connection, scope: Scope, now: datetime, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return id, name, category, prompt_id and asked_at of those of these students who are abroad.

    The caller has made sure that the scope holds them; what is said of a hard week follows it here.
    """
    zones = conn.execute(_ZONES, {"only": ids}).scalars()
    dates = by_date((zone, local_date(now, zone)) for zone in zones)
    values: dict[str, Any] = {"now": now, "since": now - LOOK_BACK, "only": ids}
    for number, (day, its_zones) in enumerate(dates.items()):
        values |= _named(number, day, its_zones)
    if scope.viewer_id is not None:
        values["viewer"] = scope.viewer_id
    shape = (scope.viewer_id is not None, scope.office, scope.support)
    return conn.execute(_query(len(dates), *shape, knows_lateral(conn)), values).all()


def all_standings(conn: Connection, scope: Scope, now: datetime) -> Iterable[Row[Any]]:
    """Return the same of everybody in a scope that holds thousands: an office has one, and building it is nothing."""
    base = standing(conn, scope, now, dates_on_earth(conn, now))
    return conn.execute(_columns(base).where(base.condition, scope.let_in()))


def _named(number: int, day: date, zones: list[str]) -> dict[str, Any]:
    return {f"day_{number}": day, f"zones_{number}": zones}


@lru_cache
def _query(days: int, viewed: bool, office: bool, support: bool, lateral: bool) -> Select[Any]:  # noqa: FBT001 - the key of a cache
    viewer = bindparam("viewer", type_=Id) if viewed else None
    shape = Scope(0 if viewed else None, office=office, support=support)

    def hard(share_with: ColumnElement[str | None]) -> ColumnElement[bool]:
        return shape.hard_is_visible(share_with, viewer)

    base = standing_of(
        Asked(
            now=bindparam("now", type_=UtcDateTime()),
            since=bindparam("since", type_=UtcDateTime()),
            days=[
                (bindparam(f"day_{one}", type_=Date()), bindparam(f"zones_{one}", type_=String(), expanding=True))
                for one in range(days)
            ],
            seen=true(),
            hard=hard,
            lateral=lateral,
            only=lambda column: listed_as(column, "only"),
        )
    )
    return _columns(base).where(base.condition)


def _columns(base: Standing) -> Select[Any]:
    columns = (people.c.id, people.c.name, base.category.label("category"), base.prompt_id.label("prompt_id"))
    return select(*columns, base.asked_at).select_from(base.source)
