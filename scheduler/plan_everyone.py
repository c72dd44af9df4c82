"""Re-plans everybody: nightly, at start, and when the release of the time zone rules has changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot.engine.facts import load_facts
from bot.engine.moving import move
from bot.engine.replanning import replan
from bot.people.model import RoleKind
from bot.people.store import people, roles
from bot.programmes.versions import Programmes

BATCH = 200


def plan_everyone(
    conn: Connection, programmes: Programmes, now: datetime, after_id: int = 0, limit: int = BATCH
) -> int | None:
    """Plan the next `limit` students after an id; return the last id planned, or None when there are no more.

    Call it again with the id until it returns None, each time in a transaction of its own.
    """
    query = (
        select(roles.c.person_id)
        .where(roles.c.kind == RoleKind.STUDENT.value, roles.c.person_id > after_id)
        .order_by(roles.c.person_id)
        .limit(limit)
    )
    ids: list[int] = list(conn.execute(query).scalars())
    if not ids:
        return None
    _carry_over(conn, ids, programmes, now)
    replan(conn, ids, programmes, now)
    return ids[-1]


def _carry_over(conn: Connection, ids: Sequence[int], programmes: Programmes, now: datetime) -> None:
    """Turn the zones that a database of the first version holds into moves of the stays that are on."""
    query = select(people.c.id, people.c.here_zone).where(people.c.id.in_(ids), people.c.here_zone.is_not(None))
    rows = conn.execute(query).all()
    facts = load_facts(conn, [row.id for row in rows])
    for row in rows:
        if facts[row.id].abroad(now) is not None and not facts[row.id].moves:
            move(conn, row.id, row.here_zone, now, programmes)
        conn.execute(people.update().where(people.c.id == row.id).values(here_zone=None))
