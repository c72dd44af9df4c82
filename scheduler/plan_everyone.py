"""Re-plans everybody: nightly, at start, and when the release of the time zone rules has changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot.engine.facts import load_facts
from bot.engine.replanning import replan
from bot.journal import store as journal
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
    _forget_places(conn, ids, now)
    replan(conn, ids, programmes, now)
    return ids[-1]


def _forget_places(conn: Connection, ids: Sequence[int], now: datetime) -> None:
    """Forget where students said that they were on a stay that is over: the next stay begins by its own clock."""
    over = [one for one, known in load_facts(conn, ids).items() if known.here_zone and known.abroad(now) is None]
    if over:
        conn.execute(people.update().where(people.c.id.in_(over)).values(here_zone=None))
        journal.write(conn, [journal.line(now, "person.stay_over", person_id=one) for one in over])
