"""The next row of everybody whose prompt has just opened, for a whole cohort at once.

Students with the same dates in the same place have the same next occasion: the plan is made once for one of them, by
the same rules as everywhere, and written for all. Whoever has anything unusual is planned alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, false, literal, select

from bot.engine.person_facts import PersonFacts
from bot.engine.planning import Wanted, plan
from bot.engine.replanning import columns_of, replan
from bot.listed import listed
from bot.moves.store import moves
from bot.people.store import people
from bot.programmes.model import Once
from bot.programmes.versions import Programmes
from bot.prompts.model import Prompt, State
from bot.prompts.store import prompts
from bot.trips.model import Trip, TripType
from bot.trips.store import trips

_TRIP = [
    trips.c.country,
    trips.c.zone.label("trip_zone"),
    trips.c.departs,
    trips.c.returns,
    trips.c.type,
    trips.c.cancelled_at,
]
_PERSON = [
    people.c.zone.label("home_zone"),
    people.c.level,
    people.c.paused_until,
    people.c.left_at,
    people.c.absent_at,
]


def plan_successors(
    conn: Connection, opened: Prompt, ids: Sequence[int], now: datetime, programmes: Programmes
) -> None:
    """Plan what comes after prompts that have left `scheduled`; all have the item and opening of `opened`."""
    programme = programmes.current(conn)
    item = programme.item(opened.item)
    if item is None or isinstance(item.when, Once):
        return  # nothing comes after what is asked once
    alone = set(
        conn.execute(
            select(prompts.c.person_id).where(
                prompts.c.person_id.in_(select(prompts.c.person_id).where(listed(prompts.c.id, ids))),
                prompts.c.item == opened.item,
                prompts.c.opens_at > opened.opens_at,
            )
        ).scalars()
    )
    of_these = select(prompts.c.person_id).where(listed(prompts.c.id, ids))
    elsewhere = select(moves.c.person_id).where(moves.c.is_over == false(), moves.c.person_id.in_(of_these))
    alone.update(conn.execute(elsewhere).scalars())
    query = (
        select(prompts.c.id, prompts.c.person_id, *_PERSON, *_TRIP)
        .select_from(
            prompts.join(people, people.c.id == prompts.c.person_id).join(trips, trips.c.id == prompts.c.trip_id)
        )
        .where(listed(prompts.c.id, ids))
    )
    cohorts: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in conn.execute(query):
        if row.person_id not in alone:
            cohorts.setdefault(tuple(row[2:]), []).append(row)
    since = {opened.item: opened.opens_at}
    only = replace(programme, items=(item,))
    for rows in cohorts.values():
        made = plan(_facts(rows[0], opened), only, [replace(opened, state=State.OPEN)], now, since)
        for wanted in made.insert:
            _insert(conn, wanted, [row.id for row in rows])
    if alone:
        replan(conn, alone, programmes, now, dict.fromkeys(alone, since))


def _facts(row: Row[Any], opened: Prompt) -> PersonFacts:
    trip = Trip(
        id=opened.trip_id or 0,
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


def _insert(conn: Connection, wanted: Wanted, ids: Sequence[int]) -> None:
    shared = columns_of(wanted)
    each = {
        "person_id": prompts.c.person_id,
        "item": prompts.c.item,
        "kind": prompts.c.kind,
        "trip_id": prompts.c.trip_id,
    }
    same = {name: value for name, value in shared.items() if name not in each and value is not None}
    columns = each | {name: literal(value, prompts.c[name].type) for name, value in same.items()}
    conn.execute(
        prompts.insert().from_select(list(columns), select(*columns.values()).where(listed(prompts.c.id, ids)))
    )
