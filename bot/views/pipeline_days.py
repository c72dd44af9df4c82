"""Where students are with what has a day of its own: deadlines at home, papers that run out, and what follows a stay.

It stands in the pipeline below the items of the programme, with the same steps.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, String, and_, case, cast, func, literal, or_, select, union_all

from bot.deadlines.model import About, Standing
from bot.deadlines.store import deadlines, reminders
from bot.listed import listed
from bot.people.store import people
from bot.talks.rules import AFTER
from bot.talks.store import follow_ups
from bot.trips.store import trips
from bot.views.pipeline import LOOKS_BACK, MOST, Line, Named, Step
from bot.views.scope import Scope

DUE = "due-"
"""Begins the key of a deadline of the school, before its id."""
AFTER_STAY = "after-"
"""Begins the key of what follows a stay, before its month."""
DEADLINE = About.DEADLINE.value
_ORDER = (*(one.value for one in About if one is not About.DEADLINE), *(f"{AFTER_STAY}{month}" for month in AFTER))


class Matter(NamedTuple):
    """What a key means: its kind, and its name where it has one of its own."""

    kind: str
    title: str = ""


def day_lines(conn: Connection, scope: Scope, now: datetime) -> list[Line]:
    """Return a line for each deadline, kind of paper and question after a stay that concerns anybody."""
    latest = _latest(scope, now).subquery()
    query = select(latest.c.item, latest.c.step, func.count()).where(latest.c.place == 1)
    counts: dict[str, Counter[Step]] = {}
    for item, step, number in conn.execute(query.group_by(latest.c.item, latest.c.step)):
        counts.setdefault(item, Counter())[Step(step)] += number
    ids = sorted(int(key.removeprefix(DUE)) for key in counts if key.startswith(DUE))
    named = select(deadlines.c.id, deadlines.c.title).where(listed(deadlines.c.id, ids)).order_by(deadlines.c.due_at)
    titles = {f"{DUE}{row.id}": row.title for row in conn.execute(named)}
    keys = [*titles, *(key for key in _ORDER if key in counts)]
    return [
        Line(key, DEADLINE if key in titles else key, {step: counts[key][step] for step in Step}, titles.get(key, ""))
        for key in keys
    ]


def matter_of(conn: Connection, key: str) -> Matter | None:
    """Return what a key means; None when it means nothing."""
    if key in _ORDER:
        return Matter(key)
    number = key.removeprefix(DUE)
    if not key.startswith(DUE) or not (number.isascii() and number.isdecimal() and len(number) < 19):  # noqa: PLR2004 - 64 bits
        return None
    title = conn.execute(select(deadlines.c.title).where(deadlines.c.id == int(number))).scalar_one_or_none()
    return None if title is None else Matter(DEADLINE, title)


def day_names(conn: Connection, scope: Scope, key: str, step: Step, now: datetime) -> tuple[list[Named], int]:
    """Return who is at a step, the soonest day first, and how many more there are."""
    latest = _latest(scope, now).subquery()
    here = (latest.c.place == 1, latest.c.item == key, latest.c.step == step.value)
    query = (
        select(people.c.id, people.c.number, people.c.name, trips.c.host, trips.c.city, trips.c.country, latest.c.at)
        .select_from(latest)
        .join(people, people.c.id == latest.c.person_id)
        .outerjoin(trips, trips.c.id == latest.c.trip_id)
        .where(*here)
        .order_by(latest.c.at, people.c.number)
    )
    total = int(conn.execute(select(func.count()).select_from(latest).where(*here)).scalar_one())
    found = [
        Named(row.id, row.number, row.name, row.host or "", row.city or "", row.country or "", row.at, row.at)
        for row in conn.execute(query.limit(MOST))
    ]
    return found, max(total - len(found), 0)


def days_at(conn: Connection, scope: Scope, key: str, person_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """Return for each of these students the id of the reminder, or of the follow-up, at which she stands."""
    latest = _latest(scope, now).subquery()
    query = select(latest.c.person_id, latest.c.id).where(latest.c.place == 1, latest.c.item == key)
    return {row[0]: row[1] for row in conn.execute(query.where(listed(latest.c.person_id, sorted(person_ids))))}


def _latest(scope: Scope, now: datetime) -> Select[Any]:
    """Return all of it in one form, for each student and item the one that counts with `place` 1."""
    every = union_all(_days(now), _after_stays(now)).subquery()
    is_ahead = every.c.step == Step.AHEAD.value
    place = func.row_number().over(
        partition_by=(every.c.person_id, every.c.item), order_by=(is_ahead, every.c.at.desc(), every.c.id)
    )
    return (
        select(every, place.label("place"))
        .join(people, people.c.id == every.c.person_id)
        .where(
            and_(people.c.absent_at.is_(None), people.c.left_at.is_(None)),
            scope.students(now.astimezone(UTC).date()),
            scope.let_in(),
        )
    )


def _days(now: datetime) -> Select[Any]:
    step = case(
        (reminders.c.state == Standing.DONE.value, Step.DONE.value),
        (reminders.c.state == Standing.NOT_MINE.value, Step.NOT_NEEDED.value),
        (reminders.c.state == Standing.OVER.value, Step.SILENT.value),
        (reminders.c.told == 0, Step.AHEAD.value),
        (reminders.c.told == 1, Step.ASKED.value),
        else_=Step.REMINDED.value,
    )
    of_school = literal(DUE) + cast(reminders.c.deadline_id, String)
    item = case((reminders.c.deadline_id.is_not(None), of_school), else_=reminders.c.about)
    return select(
        reminders.c.id,
        reminders.c.person_id,
        reminders.c.trip_id,
        item.label("item"),
        step.label("step"),
        reminders.c.due_at.label("at"),
    ).where(reminders.c.state != Standing.WITHDRAWN.value, reminders.c.due_at >= now - LOOKS_BACK)


def _after_stays(now: datetime) -> Select[Any]:
    step = case(
        (follow_ups.c.done_at.is_not(None), Step.DONE.value),
        (follow_ups.c.stopped_at.is_not(None), Step.NOT_NEEDED.value),
        (follow_ups.c.asked_at.is_(None), Step.AHEAD.value),
        (follow_ups.c.next_at.is_not(None), Step.ASKED.value),
        else_=Step.REMINDED.value,
    )
    at = func.coalesce(follow_ups.c.asked_at, follow_ups.c.next_at, type_=follow_ups.c.next_at.type)
    return select(
        follow_ups.c.id,
        follow_ups.c.person_id,
        follow_ups.c.trip_id,
        (literal(AFTER_STAY) + cast(follow_ups.c.month, String)).label("item"),
        step.label("step"),
        at.label("at"),
    ).where(or_(follow_ups.c.asked_at >= now - LOOKS_BACK, follow_ups.c.next_at.is_not(None)))
