"""The next row of everybody whose prompt has just opened, for a whole cohort at once.

Students with the same dates in the same place have the same next occasion: the plan is made once for one of them, by
the same rules as everywhere, and written for all. Whoever has anything unusual is planned alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, Row, Select, exists, false, func, or_, select

from bot.engine.person_facts import PersonFacts
from bot.engine.planning import plan
from bot.engine.replanning import columns_of, replan
from bot.engine.situations import Situation
from bot.given import Group, given, given_to, parameters
from bot.listed import gathered, listed_as
from bot.moves.store import moves
from bot.people.store import people
from bot.programmes.model import Once
from bot.programmes.versions import Programmes
from bot.prompts.model import Prompt, State
from bot.prompts.store import prompts
from bot.trips.model import Trip, TripType
from bot.trips.store import trips

_later = prompts.alias()
_HAS_LATER = exists().where(
    _later.c.person_id == prompts.c.person_id,
    _later.c.item == prompts.c.item,
    _later.c.opens_at > prompts.c.opens_at,
)
_IS_ELSEWHERE = exists().where(moves.c.person_id == prompts.c.person_id, moves.c.is_over == false())
_SAME = (
    prompts.c.item,
    prompts.c.occasion,
    prompts.c.opens_at,
    people.c.zone.label("home_zone"),
    people.c.level,
    people.c.paused_until,
    people.c.left_at,
    people.c.absent_at,
    trips.c.country,
    trips.c.zone.label("trip_zone"),
    trips.c.departs,
    trips.c.returns,
    trips.c.type,
    trips.c.cancelled_at,
    or_(_HAS_LATER, _IS_ELSEWHERE).label("is_alone"),
)
# Everything that a plan depends on, and who shares it.
_COHORTS: Select[Any] = (
    select(
        *_SAME,
        func.min(prompts.c.person_id).label("person_id"),
        gathered(prompts.c.id).label("prompts"),
        gathered(prompts.c.person_id).label("people"),
    )
    .select_from(prompts.join(people, people.c.id == prompts.c.person_id).join(trips, trips.c.id == prompts.c.trip_id))
    .where(listed_as(prompts.c.id, "ids"))
    .group_by(*(column.element if isinstance(column, Label) else column for column in _SAME))
)


def plan_successors(conn: Connection, opened: Sequence[Situation], now: datetime, programmes: Programmes) -> None:
    """Plan what comes after prompts that have left `scheduled`."""
    programme = programmes.current(conn)
    recurring = {item.key: item for item in programme.items if not isinstance(item.when, Once)}
    again = [one for one in opened if one.alike.item in recurring]  # nothing comes after what is asked once
    if not again:
        return
    alike = {_opening(one.alike): one.alike for one in again}
    alone: dict[int, dict[str, datetime]] = {}
    groups: list[Group] = []
    for row in conn.execute(_COHORTS, {"ids": sorted(prompt_id for one in again for prompt_id in one.ids)}).all():
        if row.is_alone:
            for person_id in row.people:
                since = alone.setdefault(person_id, {})
                since[row.item] = min(row.opens_at, since.get(row.item, row.opens_at))
            continue
        only = replace(programme, items=(recurring[row.item],))
        before = replace(alike[_opening(row)], state=State.OPEN)
        made = plan(_facts(row), only, [before], now, {row.item: row.opens_at})
        groups += [(row.prompts, columns_of(wanted)) for wanted in made.insert]
    if groups:
        conn.execute(_INSERT, parameters("planned", groups))
    if alone:  # after the others: whoever is alone with one item may be in a cohort with another
        replan(conn, alone, programmes, now, alone)


def _opening(row: Prompt | Row[Any]) -> tuple[str, str, datetime]:
    return row.item, row.occasion, row.opens_at


def _facts(row: Row[Any]) -> PersonFacts:
    trip = Trip(
        id=0,
        key="",
        person_id=row.person_id,
        host="",
        city="",
        country=row.country,
        zone=row.trip_zone,
        departs=row.departs,
        returns=row.returns,
        type=TripType(row.type),
        cancelled_at=row.cancelled_at,
    )
    return PersonFacts(
        person_id=row.person_id,
        home_zone=row.home_zone,
        level=row.level,
        gone=row.left_at is not None or row.absent_at is not None,
        paused_until=row.paused_until,
        trips=(trip,),
    )


_PLANNED = ("occasion", "version_id", "zone", "state", "opens_at", "due_at", "next_at", "step", "late_by_seconds")
_NEXT = given("planned", **{name: prompts.c[name].type for name in _PLANNED})
_COLUMNS: dict[str, ColumnElement[Any]] = {
    "person_id": prompts.c.person_id,
    "item": prompts.c.item,
    "kind": prompts.c.kind,
    "trip_id": prompts.c.trip_id,
} | {name: _NEXT.c[name] for name in _PLANNED}
_INSERT = prompts.insert().from_select(
    list(_COLUMNS), select(*_COLUMNS.values()).select_from(prompts.join(_NEXT, given_to(prompts.c.id, _NEXT)))
)
