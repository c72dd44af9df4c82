"""The query behind the board: every student abroad in a scope with where she stands, in one SELECT.

Called by the board, and for some students by the digest, which keeps the statement. A hard week appears as one only
where the scope may see it; elsewhere it is `well` like every answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.selectable import NamedFromClause

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.cases.model import CaseState, Reason
from bot.cases.store import cases
from bot.listed import listed
from bot.local_time import local_date
from bot.moves.store import moves
from bot.people.store import people, units
from bot.prompts.model import Choice, State
from bot.prompts.store import prompts
from bot.trips.store import trips
from bot.views.safety import SAFETY_KINDS, WITHOUT_A_QUESTION, Category
from bot.views.scope import Scope

LOOK_BACK = timedelta(days=45)
"""How far back the latest question may lie; the longest pause and a fortnight fit."""
_ALARMING = (Reason.URGENT.value, Reason.MISSED.value, Reason.UNREACHED.value, Reason.NOT_ASKED.value)
_STATES = (
    (State.MISSED, Category.MISSED),
    (State.NOT_ASKED, Category.NOT_ASKED),
    (State.LATE, Category.LATE),
    (State.OPEN, Category.WAITING),
    (State.ANSWERED, Category.WELL),
    (State.ALIVE, Category.WELL),
)
_RANK = {category.value: rank for rank, category in enumerate(Category)}


@dataclass(frozen=True)
class Standing:
    """A FROM clause of students abroad, what the board reads of each, and what it filters and orders by."""

    source: FromClause
    city: ColumnElement[str]
    country: ColumnElement[str]
    category: ColumnElement[str]
    rank: ColumnElement[int]
    columns: tuple[ColumnElement[Any], ...]
    condition: ColumnElement[bool]
    person_id: ColumnElement[int]
    prompt_id: ColumnElement[int | None]
    """The latest question, whatever became of it."""
    asked_at: ColumnElement[datetime | None]


@dataclass(frozen=True)
class Asked:
    """What a standing is asked with: values, or the parameters of a statement that is kept.

    `days` are the local dates on earth, each with the trip zones that have it. `only` is a list of ids with which to
    narrow it, as a condition on a column of them: it makes the query fast where they are a few of many. `lateral` says
    whether the database knows LATERAL: PostgreSQL plans badly without it, SQLite has none.
    """

    now: Any
    since: Any
    days: Sequence[tuple[Any, Any]]
    seen: ColumnElement[bool]
    hard: Callable[[ColumnElement[str | None]], ColumnElement[bool]]
    lateral: bool
    only: Callable[[ColumnElement[int]], ColumnElement[bool]] = lambda _column: true()


def dates_on_earth(conn: Connection, now: datetime) -> dict[date, list[str]]:
    """Return the local dates that there are, each with the zones of stays that have it."""
    zones = conn.execute(select(trips.c.zone).distinct()).scalars()
    return by_date((zone, local_date(now, zone)) for zone in zones)


def standing(
    conn: Connection, scope: Scope, now: datetime, dates: dict[date, list[str]], ids: Sequence[int] | None = None
) -> Standing:
    """Return the query for an instant; `dates` as `dates_on_earth` gives them, `ids` narrow it to these students."""
    seen, days = scope.students(now.astimezone(UTC).date()), list(dates.items())
    asked = Asked(now, now - LOOK_BACK, days, seen, scope.hard_is_visible, knows_lateral(conn))
    return standing_of(asked if ids is None else replace(asked, only=lambda column: listed(column, ids)))


def knows_lateral(conn: Connection) -> bool:
    """Tell whether the database knows LATERAL."""
    return conn.dialect.name == "postgresql"


def standing_of(ask: Asked) -> Standing:
    """Return the query."""
    trip, alarm, reach = trips.alias("trip"), _alarms(ask), _reach(ask)
    asked, is_latest = _latest(ask, trip)
    said = _said(ask.now)
    helper = people.alias("helper")
    source = (
        trip.join(people, people.c.id == trip.c.person_id)
        .outerjoin(
            said,
            and_(said.c.trip_id == trip.c.id, said.c.instead_of == trip.c.zone, said.c.nth == 1),
        )
        .outerjoin(units, units.c.id == people.c.unit_id)
        .outerjoin(asked, is_latest)
        .outerjoin(alarm, and_(alarm.c.person_id == trip.c.person_id, alarm.c.nth == 1))
        .outerjoin(reach, reach.c.person_id == trip.c.person_id)
        .outerjoin(helper, helper.c.id == alarm.c.acknowledged_by)
    )
    hard = and_(
        asked.c.state == State.ANSWERED.value,
        asked.c.choice == Choice.HARD.value,
        ask.hard(asked.c.share_with),
    )
    category: ColumnElement[str] = case(
        (alarm.c.reason == Reason.URGENT.value, Category.URGENT.value),
        (hard, Category.HARD.value),
        (asked.c.state == State.MISSED.value, Category.MISSED.value),
        (or_(asked.c.state == State.UNREACHED.value, reach.c.person_id.is_(None)), Category.NOT_REACHABLE.value),
        *((asked.c.state == state.value, found.value) for state, found in _STATES),
        else_=literal(Category.AHEAD.value),
    )
    city = func.coalesce(said.c.city, trip.c.city).label("city")
    country = func.coalesce(said.c.country, trip.c.country).label("country")
    columns = (
        people.c.number,
        people.c.name,
        func.coalesce(units.c.path, "").label("unit"),
        city,
        country,
        func.coalesce(said.c.zone, trip.c.zone).label("zone"),
        category.label("category"),
        asked.c.asked_at,
        asked.c.due_at,
        asked.c.answered_at,
        alarm.c.state.label("case_state"),
        helper.c.name.label("case_by"),
        people.c.paused_until,
    )
    present = and_(people.c.absent_at.is_(None), people.c.left_at.is_(None))
    return Standing(
        source=source,
        city=city,
        country=country,
        category=category,
        rank=case(_RANK, value=category, else_=len(_RANK)),
        columns=columns,
        condition=and_(_counts(ask, trip), present, ask.seen),
        person_id=people.c.id,
        prompt_id=asked.c.id,
        asked_at=asked.c.asked_at,
    )


def _counts(ask: Asked, trip: NamedFromClause) -> ColumnElement[bool]:
    """Hold for a stay that is on, by its zone's own date; of two at once the later one counts."""
    other = trips.alias("other")
    later = tuple_(other.c.departs, other.c.id) > tuple_(trip.c.departs, trip.c.id)
    outdone = exists(select(other.c.id).where(other.c.person_id == trip.c.person_id, _is_on(ask, other), later))
    return and_(_is_on(ask, trip), ask.only(trip.c.person_id), ~outdone)


def _is_on(ask: Asked, trip: NamedFromClause) -> ColumnElement[bool]:
    on = [and_(trip.c.zone.in_(zones), trip.c.departs <= day, trip.c.returns >= day) for day, zones in ask.days]
    return and_(trip.c.cancelled_at.is_(None), or_(literal(value=False), *on))


def _said(now: Any) -> Subquery:
    """Return where students said that they are; nth 1 is what holds, as `bot.moves.rules.move_at` decides."""
    nth = func.row_number().over(
        partition_by=(moves.c.trip_id, moves.c.instead_of),
        order_by=(moves.c.until.is_(None), moves.c.said_at.desc(), moves.c.id.desc()),
    )
    columns = (moves.c.trip_id, moves.c.instead_of, moves.c.city, moves.c.country, moves.c.zone, nth.label("nth"))
    holds = and_(moves.c.said_at <= now, or_(moves.c.ends_at.is_(None), moves.c.ends_at > now))
    return select(*columns).where(moves.c.is_over == false(), holds).subquery("said")


def _latest(ask: Asked, trip: NamedFromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return what holds each person's latest safety question, and how it is joined.

    It is one look into an index for each, however long her history is; without LATERAL that gives an id to join by.
    """
    of_hers = and_(
        prompts.c.person_id == trip.c.person_id,
        prompts.c.kind.in_(SAFETY_KINDS),
        prompts.c.state.not_in(WITHOUT_A_QUESTION),
        prompts.c.opens_at >= ask.since,
    )
    newest = select(prompts).where(of_hers).order_by(prompts.c.opens_at.desc(), prompts.c.id.desc()).limit(1)
    if ask.lateral:
        return newest.correlate(trip).lateral("asked"), true()
    asked = prompts.alias("asked")
    return asked, asked.c.id == newest.with_only_columns(prompts.c.id).correlate(trip).scalar_subquery()


def _alarms(ask: Asked) -> Subquery:
    """Return each person's open cases, the gravest first; a hard week is nobody's business here."""
    gravity = case({reason: rank for rank, reason in enumerate(_ALARMING)}, value=cases.c.reason)
    nth = func.row_number().over(partition_by=cases.c.person_id, order_by=(gravity, cases.c.id))
    columns = (cases.c.person_id, cases.c.reason, cases.c.state, cases.c.acknowledged_by, nth.label("nth"))
    unresolved = cases.c.state != CaseState.RESOLVED.value
    of_them = ask.only(cases.c.person_id)
    return select(*columns).where(unresolved, cases.c.reason.in_(_ALARMING), of_them).subquery("alarm")


def _reach(ask: Asked) -> Subquery:
    working = and_(addresses.c.state == AddressState.WORKING.value, ask.only(addresses.c.person_id))
    return select(addresses.c.person_id).where(working).distinct().subquery("reach")


def by_date(zones: Iterable[tuple[str, date]]) -> dict[date, list[str]]:
    """Gather zones under the local date that they have."""
    found: dict[date, list[str]] = {}
    for zone, day in zones:
        found.setdefault(day, []).append(zone)
    return found
