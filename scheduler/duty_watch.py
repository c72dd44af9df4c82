"""Keeps the duty phone manned: who has alarm URLs, hours ahead with nobody on duty, and alarms that nobody ever tried.

The bell rings it every few minutes; each person hears of it in their own morning, and at most once a week.
"""

import json
from collections.abc import Collection
from datetime import datetime, time, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.engine import alarm_addresses
from bot.engine.alarm_reach import to_remind
from bot.engine.duty_gaps import Gap, gaps_ahead
from bot.engine.duty_rotas import load_duty
from bot.engine.duty_shown import gap_shown
from bot.engine.telling import tell
from bot.engine.who_helps import areas_of, load_helpers
from bot.local_time import to_wall
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store
from bot.people.model import Person, RoleKind
from bot.storage import state

AHEAD = timedelta(days=7)
APART = timedelta(days=6, hours=12)
"""Between two notices of one person: a week, less what a morning may be late."""
MORNING = (time(9), time(12))
MONDAY_UNTIL = time(20)
MOST_LINES = 12
"""Gaps that one notice lists; the page lists all."""


def work_off(conn: Connection, numbers: Collection[str], now: datetime) -> int:
    """Do all of it in the caller's transaction; `numbers`: who has alarm URLs. Return how many messages that made."""
    alarm_addresses.sync(conn, numbers, now)
    return _remind(conn, now) + _tell_gaps(conn, now)


def _remind(conn: Connection, now: datetime) -> int:
    """Ask on Monday mornings whoever never confirmed a test alarm to try one."""
    told = 0
    for person, rings in to_remind(conn):
        wall = _wall(person, now)
        if wall.weekday() != 0 or not MORNING[0] <= wall.time() < MONDAY_UNTIL:
            continue
        key = f"alarm-unproven:{person.id}:{wall.date().isoformat()}"
        notice = "staff/alarm_unproven"
        priority, data = Priority.PROMPT, {"rings": rings}
        tell(conn, person.id, Kind.NOTICE, notice, key=key, priority=priority, now=now, data=data)
        told += 1
    return told


def _tell_gaps(conn: Connection, now: datetime) -> int:
    """Tell the office in its morning of hours in the next week in which nobody is on duty, when there are new ones."""
    if not load_duty(conn).rotas:
        return 0
    helpers = load_helpers(conn, ())
    told = 0
    for person in (helpers.staff[one] for one in helpers.office):
        wall = _wall(person, now)
        if not MORNING[0] <= wall.time() < MORNING[1]:
            continue
        known = json.loads(state.read(conn, _key(person)) or "{}")
        is_early = "at" in known and now < datetime.fromisoformat(known["at"]) + APART
        if is_early or known.get("looked") == wall.date().isoformat():
            continue
        gaps = gaps_ahead(conn, now, now + AHEAD, _hers(conn, person))
        names = [_name(gap, now) for gap in gaps]
        is_new = bool(set(names) - set(known.get("told", ())))
        if is_new:
            _tell(conn, person, gaps, wall.date().isoformat(), now)
            known = {"at": now.isoformat(), "told": names}
            told += 1
        _remember(conn, person, known | {"looked": wall.date().isoformat()})
    return told


def _tell(conn: Connection, person: Person, gaps: list[Gap], day: str, now: datetime) -> None:
    tell(
        conn,
        person.id,
        Kind.NOTICE,
        "staff/duty_gaps",
        key=f"duty-gaps:{person.id}:{day}",
        priority=Priority.PROMPT,
        now=now,
        data={
            "gaps": [gap_shown(gap) for gap in gaps[:MOST_LINES]],
            "gaps_left": max(len(gaps) - MOST_LINES, 0),
        },
    )


def _hers(conn: Connection, person: Person) -> list[int] | None:
    """Return the students of an office that looks after some; None for one that looks after everybody."""
    if not areas_of(person):
        return None
    students = people_store.by_ids(conn, people_store.ids_with_role(conn, RoleKind.STUDENT)).values()
    helpers = load_helpers(conn, students)
    return [student.id for student in students if person.id in helpers.office_of(student)]


def _name(gap: Gap, now: datetime) -> str:
    """Name a gap so that it keeps its name while days go by: what the span cuts off is no part of it."""
    start = "" if gap.start <= now else gap.start.isoformat()
    end = "" if gap.end >= now + AHEAD else gap.end.isoformat()
    return f"{start}/{end}/{gap.city}/{gap.zone}"


def _remember(conn: Connection, person: Person, known: dict[str, object]) -> None:
    try:
        with conn.begin_nested():
            state.write(conn, _key(person), json.dumps(known))
    except IntegrityError:  # another process looks at the same moment and remembers the same
        return


def _key(person: Person) -> str:
    return f"duty.gaps:{person.id}"


def _wall(person: Person, now: datetime) -> datetime:
    return to_wall(now, person.zone)
