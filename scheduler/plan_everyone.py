"""Re-plans everybody: nightly, at start, and when the release of the time zone rules has changed."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.engine.replanning import replan
from bot.people.model import RoleKind
from bot.people.store import roles
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
    replan(conn, ids, programmes, now)
    return ids[-1]
