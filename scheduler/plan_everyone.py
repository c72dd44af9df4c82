"""Re-plans everybody: nightly, at start, and when the release of the time zone rules has changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import Connection, select

from bot.engine.bisect import bisect
from bot.engine.checklist import look_over
from bot.engine.facts import load_facts
from bot.engine.moving import move
from bot.engine.programme_replan import set_aside
from bot.engine.replanning import replan
from bot.local_time import rules_release
from bot.people.model import RoleKind
from bot.people.store import people, roles
from bot.programmes import store as programmes_store
from bot.programmes.versions import Programmes
from bot.storage import state

BATCH = 200
EVERY = timedelta(days=1)
"""How often everybody is planned anew: what depends on the day alone."""
_DONE = "planned.everyone"


def plan_everyone(
    conn: Connection, programmes: Programmes, now: datetime, after_id: int = 0, limit: int = BATCH
) -> int | None:
    """Plan the next `limit` students after an id; return the last id looked at, or None when there are no more.

    Call it again with the id until it returns None, each time in a transaction of its own. Whoever cannot be planned
    keeps what was planned before, and holds up nobody.
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

    def plan(some: Sequence[int]) -> None:
        _carry_over(conn, some, programmes, now)
        replan(conn, some, programmes, now)
        look_over(conn, some, programmes, now)

    bisect(conn, ids, plan, set_aside)
    return ids[-1]


def note_done(conn: Connection, now: datetime) -> None:
    """Note that everybody has been planned, when, and by which rules."""
    state.write(conn, _DONE, f"{now.isoformat()} {_rules(conn)}")


def is_done(conn: Connection, now: datetime) -> bool:
    """Tell whether everybody has been planned within a day by the rules that hold now.

    Then a start changes nothing: every change of a person, a trip or the programme has planned whom it concerns.
    """
    at, _, rules = (state.read(conn, _DONE) or "").partition(" ")
    return rules == _rules(conn) and timedelta(0) <= now - datetime.fromisoformat(at) < EVERY


def _rules(conn: Connection) -> str:
    return f"{version('yanxin')} {rules_release()} {programmes_store.latest_id(conn)}"


def _carry_over(conn: Connection, ids: Sequence[int], programmes: Programmes, now: datetime) -> None:
    """Turn the zones that a database of the first version holds into moves of the stays that are on."""
    query = select(people.c.id, people.c.here_zone).where(people.c.id.in_(ids), people.c.here_zone.is_not(None))
    rows = conn.execute(query).all()
    facts = load_facts(conn, [row.id for row in rows])
    for row in rows:
        if facts[row.id].abroad(now) is not None and not facts[row.id].moves:
            move(conn, row.id, row.here_zone, now, programmes)
        conn.execute(people.update().where(people.c.id == row.id).values(here_zone=None))
