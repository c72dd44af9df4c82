"""She is somewhere else than the roster says, for good or until a day: the clock by which she is asked follows.

What is ahead of her is planned anew; a question that runs already keeps its occasion and goes on by the clock of where
she is, so that nothing of it wakes her. Called by chat handlers, and by the scheduler when a day has come.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from bot.engine.facts import load_facts
from bot.engine.replanning import PlanCount, replan
from bot.journal import store as journal
from bot.local_time import Quiet, after_quiet, local_date, to_wall, zone
from bot.moves import store as moves_store
from bot.moves.model import Place
from bot.moves.rules import ASK_EVERY, ends_at
from bot.people import store as people_store
from bot.people.model import RoleKind
from bot.places.countries import zones_of
from bot.programmes.model import Item, Step
from bot.programmes.versions import Programmes
from bot.prompts.model import RUNNING, Prompt
from bot.prompts.store import from_row, prompts
from bot.trips.store import trips

EASTMOST = timedelta(hours=14)
"""How far ahead of UTC a wall calendar is anywhere."""
LONGEST_DAYS = 400
"""How far ahead "until" may lie; what lasts longer is for good."""


def move(
    conn: Connection,
    person_id: int,
    zone_key: str,
    now: datetime,
    programmes: Programmes,
    *,
    city: str = "",
    country: str = "",
    until: date | None = None,
) -> PlanCount:
    """Set where she is: for the stay while she is abroad, else at home, and then always for good.

    The zone of her trip without another city, for good, takes everything else back. `until` is her last day there.
    ValueError for no zone and for a day that is over already or too far ahead.
    """
    zone(zone_key)
    if until is not None and not 0 <= (until - local_date(now, zone_key)).days <= LONGEST_DAYS:
        raise ValueError(f"a last day lies between today and {LONGEST_DAYS} days ahead")
    facts = load_facts(conn, [person_id])[person_id]
    trip = facts.abroad(now)
    if trip is None:
        return _at_home(conn, person_id, Place(city, country, zone_key), now, programmes)
    place = Place(city, country or (trip.country if zone_key in zones_of(trip.country) else ""), zone_key)
    if until is None and not city and zone_key == trip.zone and country in {"", trip.country}:
        moves_store.clear(conn, person_id, trip.id, for_good=True)
    else:
        moves_store.put(
            conn,
            person_id,
            trip.id,
            place,
            instead_of=trip.zone,
            now=now,
            until=until,
            ends_at=None if until is None else ends_at(until, zone_key),
        )
    return _follow(conn, person_id, now, programmes)


def back(conn: Connection, person_id: int, now: datetime, programmes: Programmes) -> PlanCount:
    """End what she said of her place until a day: she is back before it."""
    trip = load_facts(conn, [person_id])[person_id].abroad(now)
    if trip is not None:
        moves_store.clear(conn, person_id, trip.id, for_good=False)
    return _follow(conn, person_id, now, programmes)


def come_back(conn: Connection, person_id: int, now: datetime, programmes: Programmes) -> PlanCount:
    """Put everything on the clock of where she is, because a move of hers has ended by itself."""
    counted = replan(conn, [person_id], programmes, now)
    _take_along(conn, person_id, now, programmes)
    journal.write(conn, [journal.line(now, "person.move_over", person_id=person_id)])
    return counted


def _is_home() -> Select[Any]:
    # By itself: SQLite would rather go through all trips that are over, at each ring of the bell.
    due = (
        select(prompts.c.person_id, prompts.c.trip_id, prompts.c.zone)
        .where(
            prompts.c.next_at <= bindparam("now"),
            prompts.c.error.is_(None),
            prompts.c.state.in_([state.value for state in RUNNING]),
        )
        .cte("due")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(due.c.person_id)
        .join(trips, trips.c.id == due.c.trip_id)
        .join(people_store.people, people_store.people.c.id == due.c.person_id)
        .where(due.c.zone != people_store.people.c.zone, trips.c.returns < bindparam("today"))
        .distinct()
        .limit(bindparam("most"))
    )


_HOME = _is_home()
"""Kept, because the bell needs it all the time, and building it costs many times what running it does."""


def come_home(conn: Connection, now: datetime, limit: int, programmes: Programmes) -> int:
    """Let questions go on at home whose stay is over while they run; return how many people that concerned.

    Only what is due by now is looked at, so that nothing is said in the night of where she is.
    """
    days = {"now": now, "today": (now + EASTMOST).date(), "most": limit}
    moved = [_take_along(conn, person_id, now, programmes) for person_id in conn.execute(_HOME, days).scalars().all()]
    return sum(moved)


def ask_if_moved(conn: Connection, person_id: int, zone_key: str, now: datetime) -> bool:
    """Tell whether to ask her if she has moved, because something shows her in a zone; once in 14 days at most.

    Only while she is abroad, and only where the clock differs from the one that we go by. True counts as asked.
    """
    facts = load_facts(conn, [person_id])[person_id]
    if facts.gone or facts.abroad(now) is None:
        return False
    if to_wall(now, zone_key).utcoffset() == to_wall(now, facts.zone_now(now)).utcoffset():
        return False
    before = moves_store.asked_at(conn, person_id)
    if before is not None and now - before < ASK_EVERY:
        return False
    moves_store.set_asked(conn, person_id, now)
    return True


def _at_home(conn: Connection, person_id: int, place: Place, now: datetime, programmes: Programmes) -> PlanCount:
    people_store.update_person(conn, person_id, zone=place.zone)
    person = people_store.by_id(conn, person_id)
    if person is not None and person.has_role(RoleKind.STUDENT):  # where staff are is nobody's business
        moves_store.clear(conn, person_id, None, for_good=True)
        if place.city or place.country:
            moves_store.put(conn, person_id, None, place, instead_of=place.zone, now=now, until=None, ends_at=None)
    return _follow(conn, person_id, now, programmes)


def _follow(conn: Connection, person_id: int, now: datetime, programmes: Programmes) -> PlanCount:
    journal.write(conn, [journal.line(now, "person.moved", person_id=person_id, actor_id=person_id)])
    counted = replan(conn, [person_id], programmes, now)
    _take_along(conn, person_id, now, programmes)
    return counted


def _take_along(conn: Connection, person_id: int, now: datetime, programmes: Programmes) -> bool:
    """Let what runs go on by the clock of where she is: its next rung waits for her morning there."""
    here = load_facts(conn, [person_id])[person_id].zone_now(now)
    running = [state.value for state in RUNNING]
    query = select(prompts).where(
        prompts.c.person_id == person_id, prompts.c.state.in_(running), prompts.c.zone != here
    )
    rows = conn.execute(query.order_by(prompts.c.id).with_for_update(key_share=True)).all()
    for row in rows:
        prompt = from_row(row)
        programme = programmes.version(conn, prompt.version_id)
        item = programme.item(prompt.item)
        if item is None:
            continue
        moved = taken_along(prompt, item, programme.quiet, here)
        values = {"zone": moved.zone, "next_at": moved.next_at, "due_at": moved.due_at}
        conn.execute(prompts.update().where(prompts.c.id == prompt.id).values(**values))
    return bool(rows)


def taken_along(prompt: Prompt, item: Item, quiet: Quiet, here: str) -> Prompt:
    """Return a running prompt as it goes on in a zone: what speaks to her next is not said in her night. Pure."""
    if prompt.next_at is None:
        return replace(prompt, zone=here)
    speaks = item.ladder[prompt.step].step is not Step.MISSED
    at = after_quiet(prompt.next_at, here, quiet) if speaks else prompt.next_at
    return replace(prompt, zone=here, next_at=at, due_at=prompt.due_at + (at - prompt.next_at))
