"""Whose a deadline is: who is reminded of it follows from trips, units and levels, and changes with them.

Called by the clock for deadlines that come near, and at once after a roster was imported.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from bot.deadlines import store
from bot.deadlines.model import About, Deadline, Reminder, Standing
from bot.deadlines.rules import LOOK_AHEAD, Telling, next_telling
from bot.engine.facts import load_facts
from bot.local_time import Quiet
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.people.model import RoleKind
from bot.people.store import people, roles, units
from bot.trips.store import trips

EVERY = timedelta(days=1)
"""How often an audience is looked at by the clock alone."""


def is_meant(deadline: Deadline) -> ColumnElement[bool]:
    """Return the condition on `people` for whom a deadline is: students away near its day, on a stay that it names."""
    first, last = (deadline.due_at - LOOK_AHEAD).date(), deadline.due_at.date()
    away = [trips.c.person_id == people.c.id, trips.c.cancelled_at.is_(None)]
    away += [trips.c.departs <= last, trips.c.returns >= first]
    away += [trips.c.country.in_(deadline.countries)] if deadline.countries else []
    away += [trips.c.type.in_(deadline.types)] if deadline.types else []
    is_student = exists().where(roles.c.person_id == people.c.id, roles.c.kind == RoleKind.STUDENT.value)
    where = people.c.absent_at.is_(None) & people.c.left_at.is_(None) & is_student & exists().where(*away)
    if deadline.levels:
        where &= people.c.level.in_(deadline.levels)
    if deadline.unit_id is not None:
        path = select(units.c.path).where(units.c.id == deadline.unit_id).scalar_subquery()
        below = select(units.c.id).where(or_(units.c.id == deadline.unit_id, units.c.path.startswith(path + "/")))
        where &= people.c.unit_id.in_(below)
    return where


def follow(conn: Connection, deadline: Deadline, now: datetime, quiet: Quiet) -> None:
    """Remind whoever has come to be meant, let go who is not any more, and look again when that may have changed."""
    if deadline.withdrawn_at is not None or deadline.due_at <= now:
        store.set_deadline(conn, deadline.id, next_at=None)
        return
    begins = deadline.due_at - LOOK_AHEAD
    known = {one.person_id: one for one in store.reminders_of_deadline(conn, deadline.id)}
    if begins > now and not known:
        store.set_deadline(conn, deadline.id, next_at=begins)
        return
    meant = set(conn.execute(select(people.c.id).where(is_meant(deadline))).scalars())
    back = [one for one in known.values() if one.person_id in meant and one.state is Standing.WITHDRAWN]
    let_go(conn, [one for one in known.values() if one.person_id not in meant and one.state is Standing.WAITING])
    new = sorted(meant - known.keys())
    facts = load_facts(conn, [*new, *(one.person_id for one in back)])
    rows = []
    for person_id in new:
        telling = next_telling(
            About.DEADLINE, deadline.due_at, facts[person_id].zone_now(now), quiet, now, was_told=False
        )
        rows.append(
            {
                "person_id": person_id,
                "about": About.DEADLINE.value,
                "deadline_id": deadline.id,
                "due_at": deadline.due_at,
                "state": Standing.WAITING.value,
                **columns(telling),
            }
        )
    store.add(conn, rows)
    for one in back:
        telling = next_telling(
            one.about, deadline.due_at, facts[one.person_id].zone_now(now), quiet, now, was_told=one.told > 0
        )
        store.set_reminder(conn, one.id, state=Standing.WAITING.value, due_at=deadline.due_at, **columns(telling))
    store.set_deadline(conn, deadline.id, next_at=max(begins, now + EVERY))


def columns(telling: Telling | None) -> dict[str, object]:
    """Return the columns of a reminder that hold its next telling."""
    return {"days": None, "next_at": None} if telling is None else {"days": telling.days, "next_at": telling.at}


def let_go(conn: Connection, some: Sequence[Reminder], state: Standing = Standing.WITHDRAWN) -> None:
    """End reminders, and take back what of them has not gone out yet."""
    for one in some:
        store.set_reminder(conn, one.id, state=state.value, days=None, next_at=None)
        take_back(conn, one.id)


def take_back(conn: Connection, reminder_id: int) -> None:
    """Withdraw what waits to be said of a reminder."""
    waits = (
        outbox.c.key.startswith(f"due:{reminder_id}:", autoescape=True),
        outbox.c.state == OutboxState.WAITING.value,
    )
    conn.execute(outbox.update().where(*waits).values(state=OutboxState.WITHDRAWN.value, reason="not_wanted"))
