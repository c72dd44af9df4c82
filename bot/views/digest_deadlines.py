"""Deadlines at home that come near, and whose are still open: what a digest tells of them. Plain JSON.

They are academic matters, so a supervisor reads of them too; of passports, visas and insurances nobody here does.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from bot.deadlines.model import Standing
from bot.deadlines.rules import LOOK_AHEAD
from bot.deadlines.store import deadlines, reminders
from bot.people.store import people

MOST = 4
"""Deadlines that are told of, and names beside each of them."""


def deadlines_near(conn: Connection, seen: ColumnElement[bool], now: datetime) -> list[dict[str, Any]]:
    """Return the deadlines of the next month that are open for students of a condition on `people`, the soonest first.

    One query; each with at most `MOST` names, and `more` is how many there are besides.
    """
    query = (
        select(deadlines.c.id, deadlines.c.title, deadlines.c.due_at, people.c.name)
        .join(reminders, reminders.c.deadline_id == deadlines.c.id)
        .join(people, people.c.id == reminders.c.person_id)
        .where(reminders.c.state == Standing.WAITING.value, seen)
        .where(reminders.c.due_at > now, reminders.c.due_at <= now + LOOK_AHEAD)
        .order_by(deadlines.c.due_at, deadlines.c.id, people.c.sorts_as, people.c.id)
    )
    found: dict[int, dict[str, Any]] = {}
    for row in conn.execute(query):
        new = {"title": row.title, "due_at": row.due_at.isoformat(), "names": [], "more": 0}
        one = found.setdefault(row.id, new)
        if len(one["names"]) < MOST:
            one["names"].append(row.name)
        else:
            one["more"] += 1
    return list(found.values())[:MOST]
