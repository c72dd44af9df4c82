"""Where the students of a scope are with each item of the programme: step, number, names; never what was answered.

Of what recurs the occasion that was asked last counts, before the first the one that is ahead.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from bot.listed import listed
from bot.people.store import people
from bot.programmes.model import Programme
from bot.prompts import store as prompts_store
from bot.prompts.model import Prompt, State
from bot.prompts.store import prompts
from bot.trips.store import trips
from bot.views.scope import Scope

LOOKS_BACK = timedelta(days=120)
MOST = 500
"""Names of one step."""


class Step(StrEnum):
    """How far somebody is with an item, in order."""

    AHEAD = "ahead"
    ASKED = "asked"
    REMINDED = "reminded"
    DONE = "done"
    SILENT = "silent"
    NOT_REACHED = "not_reached"
    NOT_NEEDED = "not_needed"


_STEPS = {
    State.SCHEDULED: Step.AHEAD,
    State.OPEN: Step.ASKED,
    State.LATE: Step.REMINDED,
    State.ANSWERED: Step.DONE,
    State.ALIVE: Step.DONE,
    State.MISSED: Step.SILENT,
    State.UNREACHED: Step.NOT_REACHED,
    State.NOT_ASKED: Step.NOT_REACHED,
    State.EXCUSED: Step.NOT_NEEDED,
}
"""What was withdrawn is nobody's step."""


@dataclass(frozen=True)
class Line:
    """One item with how many are at which step."""

    item: str
    kind: str
    counts: dict[Step, int]
    title: str = ""
    """Its name, where it has one of its own."""


@dataclass(frozen=True)
class Named:
    """One student at a step; `opens_at` is when she was asked, or the day that it is about."""

    person_id: int
    number: str
    name: str
    host: str
    city: str
    country: str
    opens_at: datetime
    due_at: datetime


def pipeline(conn: Connection, scope: Scope, programme: Programme, now: datetime) -> list[Line]:
    """Return a line for each item of the programme, in its order."""
    latest = _latest(scope, [item.key for item in programme.items], now).subquery()
    query = select(latest.c.item, latest.c.state, func.count()).where(latest.c.place == 1)
    counts: dict[str, Counter[Step]] = {}
    for item, state, number in conn.execute(query.group_by(latest.c.item, latest.c.state)):
        counts.setdefault(item, Counter())[_STEPS[State(state)]] += number
    return [
        Line(item.key, item.kind.value, {step: counts.get(item.key, Counter())[step] for step in Step})
        for item in programme.items
    ]


def names(conn: Connection, scope: Scope, item: str, step: Step, now: datetime) -> tuple[list[Named], int]:
    """Return who is at a step, whoever has waited longest first, and how many more there are."""
    states = [state.value for state, meant in _STEPS.items() if meant is step]
    latest = _latest(scope, [item], now).subquery()
    here = (latest.c.place == 1, latest.c.state.in_(states))
    query = (
        select(
            people.c.id,
            people.c.number,
            people.c.name,
            trips.c.host,
            trips.c.city,
            trips.c.country,
            latest.c.opens_at,
            latest.c.due_at,
        )
        .select_from(latest)
        .join(people, people.c.id == latest.c.person_id)
        .outerjoin(trips, trips.c.id == latest.c.trip_id)
        .where(*here)
        .order_by(latest.c.opens_at, people.c.number)
    )
    total = int(conn.execute(select(func.count()).select_from(latest).where(*here)).scalar_one())
    found = [
        Named(row.id, row.number, row.name, row.host or "", row.city or "", row.country or "", row.opens_at, row.due_at)
        for row in conn.execute(query.limit(MOST))
    ]
    return found, max(total - len(found), 0)


def prompts_at(conn: Connection, scope: Scope, item: str, person_ids: Sequence[int], now: datetime) -> list[Prompt]:
    """Return for each of these students the prompt of an item at which she stands."""
    latest = _latest(scope, [item], now).where(listed(prompts.c.person_id, sorted(person_ids))).subquery()
    ids = conn.execute(select(latest.c.id).where(latest.c.place == 1)).scalars().all()
    return prompts_store.by_ids(conn, sorted(ids))


def _latest(scope: Scope, items: Sequence[str], now: datetime) -> Select[Any]:
    """Return every prompt of these items and students, the one that counts with `place` 1."""
    is_ahead = prompts.c.state == State.SCHEDULED.value
    is_reminded = (prompts.c.state == State.OPEN.value) & prompts.c.reminded_at.is_not(None)
    place = func.row_number().over(
        partition_by=(prompts.c.person_id, prompts.c.item), order_by=(is_ahead, prompts.c.opens_at.desc())
    )
    return (
        select(
            prompts.c.id,
            prompts.c.person_id,
            prompts.c.trip_id,
            prompts.c.item,
            case((is_reminded, State.LATE.value), else_=prompts.c.state).label("state"),
            prompts.c.opens_at,
            prompts.c.due_at,
            place.label("place"),
        )
        .join(people, people.c.id == prompts.c.person_id)
        .where(
            prompts.c.item.in_(list(items)),
            prompts.c.state != State.WITHDRAWN.value,
            or_(is_ahead, prompts.c.opens_at >= now - LOOKS_BACK),
            and_(people.c.absent_at.is_(None), people.c.left_at.is_(None)),
            scope.students(now.astimezone(UTC).date()),
            scope.let_in(),
        )
    )
