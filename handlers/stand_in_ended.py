"""A counsellor who is back early, or the office for her, takes her students back with one press, in the console."""

from datetime import date, datetime

from sqlalchemy import Connection, select

from bot.engine import standing_in
from bot.listed import listed
from bot.people.store import people
from bot.stand_ins import store
from bot.stand_ins.model import How
from bot.views.scope import Scope

BATCH = standing_in.BATCH


def may_end(scope: Scope, from_id: int) -> bool:
    """Tell whether somebody may take back what a counsellor has passed on: she herself, or the office."""
    return scope.office or scope.viewer_id == from_id


def take_back(
    conn: Connection, scope: Scope, actor_id: int, from_id: int, to_id: int, until: date, now: datetime
) -> int:
    """Take back the next few of what one has passed on to another until a day; 0 when nothing of it is left to take.

    Of a scope that does not hold all of them, those whom it holds.
    """
    if not may_end(scope, from_id):
        return 0
    group = store.of_group(conn, from_id, to_id, until)
    ids = [one.person_id for one in group]
    held = set(conn.execute(select(people.c.id).where(listed(people.c.id, ids), scope.students(now.date()))).scalars())
    next_few = [one for one in group if one.person_id in held][:BATCH]
    return sum(standing_in.end(conn, one, How.EARLY, now, actor_id) for one in next_few)
