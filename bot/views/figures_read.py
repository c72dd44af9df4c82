"""What statistics are made of, as the database has it: stays, visits online, doctors, intake, papers, targets,
answers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, Select, exists, func, select

from bot.figures.model import UNKNOWN, Stay
from bot.figures.store import hosts, intakes, online_visits, papers, targets
from bot.people.model import Level, RoleKind
from bot.people.store import people, roles, unit_paths
from bot.prompts.model import UNANSWERABLE, State
from bot.prompts.store import prompts
from bot.roster.columns import folded
from bot.sessions.model import KIND as SESSION
from bot.sessions.model import Mark
from bot.sessions.store import session_invitations, sessions
from bot.trips.store import trips

ByUnit = Mapping[tuple[int, str], Mapping[str, int]]
"""A figure of each unit, by year and level."""


class Target(NamedTuple):
    """What a unit has set itself for a year."""

    unit: str
    measure: str
    level: str
    goal: int
    responsible: str


@dataclass(frozen=True)
class Answers:
    """How many questions of a year were asked and answered, and the median of how long that took."""

    asked: int
    answered: int
    median: timedelta | None


def stays(conn: Connection, today: date) -> dict[int, tuple[Stay, ...]]:
    """Return every stay that has begun and was not called off, by the year of its departure."""
    units = unit_paths(conn)
    tags = {folded(row.name): row.tag for row in conn.execute(select(hosts.c.name, hosts.c.tag))}
    query = (
        select(
            people.c.unit_id,
            people.c.level,
            trips.c.departs,
            trips.c.returns,
            trips.c.type,
            trips.c.host,
            trips.c.country,
            trips.c.funding,
        )
        .join(people, people.c.id == trips.c.person_id)
        .where(trips.c.cancelled_at.is_(None), trips.c.departs <= today)
        .order_by(trips.c.id)
    )
    found: dict[int, list[Stay]] = defaultdict(list)
    tag_of = lru_cache(maxsize=None)(lambda host: tags.get(folded(host), UNKNOWN))
    for row in conn.execute(query):
        stay = Stay(
            unit=units.get(row.unit_id, ""),
            level=row.level or UNKNOWN,
            departs=row.departs,
            days=(row.returns - row.departs).days + 1,
            type=row.type,
            host=row.host,
            country=row.country,
            funding=row.funding or UNKNOWN,
            tag=tag_of(row.host),
        )
        found[row.departs.year].append(stay)
    return {year: tuple(made) for year, made in sorted(found.items())}


def online(conn: Connection, year: int, today: date) -> list[Stay]:
    """Return the visits online that began in a year, as stays of which only unit and level count."""
    units = unit_paths(conn)
    query = (
        select(people.c.unit_id, people.c.level, online_visits.c.starts)
        .join(people, people.c.id == online_visits.c.person_id)
        .where(online_visits.c.starts.between(date(year, 1, 1), min(date(year, 12, 31), today)))
        .order_by(online_visits.c.id)
    )
    return [
        Stay(units.get(row.unit_id, ""), row.level or UNKNOWN, row.starts, 1, "", "", "", "", "")
        for row in conn.execute(query)
    ]


def at_open_sessions(conn: Connection, year: int, now: datetime) -> list[Stay]:
    """Return who was at a session outside any branch in a year, each person once, as stays of unit and level."""
    units = unit_paths(conn)
    there = exists().where(
        session_invitations.c.person_id == people.c.id,
        session_invitations.c.session_id == sessions.c.id,
        sessions.c.audience.is_not(None),
        sessions.c.starts_at.between(datetime(year, 1, 1, tzinfo=UTC), now),
        sessions.c.starts_at < datetime(year + 1, 1, 1, tzinfo=UTC),
        session_invitations.c.mark.in_([mark.value for mark in (Mark.PRESENT, Mark.LATE, Mark.MADE_UP)]),
    )
    query = select(people.c.unit_id, people.c.level).where(there).order_by(people.c.id)
    day = date(year, 1, 1)
    return [
        Stay(units.get(row.unit_id, ""), row.level or UNKNOWN, day, 1, "", "", "", "", "")
        for row in conn.execute(query)
    ]


def doctors(conn: Connection, today: date) -> Iterable[tuple[str, bool]]:
    """Yield the unit of every doctoral student who is on the roster now, and whether she has been abroad."""
    units = unit_paths(conn)
    been = exists(
        select(trips.c.id).where(
            trips.c.person_id == people.c.id, trips.c.cancelled_at.is_(None), trips.c.departs <= today
        )
    )
    student = exists(select(roles.c.id).where(roles.c.person_id == people.c.id, roles.c.kind == RoleKind.STUDENT.value))
    query = select(people.c.unit_id, been.label("been")).where(
        people.c.level == Level.DOCTOR.value, people.c.absent_at.is_(None), student
    )
    for row in conn.execute(query):
        yield units.get(row.unit_id, ""), bool(row.been)


def intake_rows(conn: Connection) -> ByUnit:
    """Return how many were admitted."""
    return _by_unit(conn, select(intakes.c.year, intakes.c.level, intakes.c.unit_id, intakes.c.intake))


def paper_rows(conn: Connection) -> ByUnit:
    """Return how many papers there were."""
    return _by_unit(conn, select(papers.c.year, papers.c.level, papers.c.unit_id, papers.c.papers))


def targets_of(conn: Connection, year: int) -> list[Target]:
    """Return the targets of a year, as they were handed in."""
    units = unit_paths(conn)
    query = select(targets).where(targets.c.year == year).order_by(targets.c.id)
    return [
        Target(units[row.unit_id], row.measure, row.level, row.goal, row.responsible) for row in conn.execute(query)
    ]


def answers(conn: Connection, year: int) -> Answers:
    """Return what became of everything asked in a year of the whole service (UTC)."""
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    asked = (
        prompts.c.kind != SESSION,
        prompts.c.asked_at.is_not(None),
        prompts.c.asked_at >= start,
        prompts.c.asked_at < end,
        prompts.c.state.not_in([State.WITHDRAWN.value, State.EXCUSED.value]),
        prompts.c.kind.not_in(sorted(UNANSWERABLE)),
    )
    total = conn.execute(select(func.count()).select_from(prompts).where(*asked)).scalar_one()
    answered = (*asked, prompts.c.answered_at.is_not(None))
    # Columns of a plain select stream; no database of ours has a median of instants.
    took = sorted(
        row.answered_at - row.asked_at
        for row in conn.execute(select(prompts.c.asked_at, prompts.c.answered_at).where(*answered))
    )
    return Answers(total, len(took), took[len(took) // 2] if took else None)


def _by_unit(conn: Connection, query: Select[int, str, int, int]) -> ByUnit:
    units = unit_paths(conn)
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for row in conn.execute(query):
        found[(row[0], row[1])][units[row[2]]] = row[3]
    return found
