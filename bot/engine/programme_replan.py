"""Plans everybody anew by a programme that was just loaded, in slices: whoever else writes waits for one slice at most.

The programme holds from the instant at which it was loaded. How far the slices are is stored with each of them, so that
any process finishes what another one began, and each slice plans as of that instant: a question of the old version that
falls due meanwhile is planned anew before it is asked. The loader and the bell call `go_on`, `scheduler.prompts_due`
calls `hurry`.
"""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection, select

from bot.engine.bisect import bisect
from bot.engine.replanning import PlanCount, replan
from bot.people.model import RoleKind
from bot.people.store import roles
from bot.programmes.versions import Programmes
from bot.storage import state

log = structlog.get_logger()
SLICE = 100
_KEY = "programme.replan"


@dataclass(frozen=True)
class Replan:
    """One planning of everybody: up to which person it is done, as of when, and what it has changed so far."""

    version_id: int
    at: datetime
    after_id: int = 0
    is_over: bool = False
    count: PlanCount = field(default_factory=PlanCount)


def begin(conn: Connection, version_id: int, now: datetime) -> None:
    """Note that everybody must be planned by a version as of now, in the transaction that stores it."""
    _keep(conn, Replan(version_id, now))


def finish(conn: Connection, programmes: Programmes) -> PlanCount:
    """Plan all who are left in the caller's transaction; return what the whole planning has changed."""
    while not (done := go_on(conn, programmes)).is_over:
        pass
    return done.count


def last(conn: Connection) -> Replan | None:
    """Return the planning under way, or the last one; None when there never was one."""
    return _read(state.read(conn, _KEY))


def go_on(conn: Connection, programmes: Programmes, limit: int = SLICE) -> Replan:
    """Plan the next `limit` students in the caller's transaction; return how far it is."""
    found = _read(state.read(conn, _KEY, lock=True))
    if found is None or found.is_over:
        return found or Replan(0, datetime.min, is_over=True)  # noqa: DTZ901 - nobody reads when
    query = (
        select(roles.c.person_id)
        .where(roles.c.kind == RoleKind.STUDENT.value, roles.c.person_id > found.after_id)
        .order_by(roles.c.person_id)
        .limit(limit)
    )
    ids = list(conn.execute(query).scalars())
    counts = [found.count]
    bisect(conn, ids, lambda some: counts.append(replan(conn, some, programmes, found.at)), set_aside)
    count = PlanCount(*(sum(of) for of in zip(*map(astuple, counts), strict=True)))
    done = Replan(found.version_id, found.at, ids[-1] if ids else found.after_id, len(ids) < limit, count)
    _keep(conn, done)
    return done


def hurry(conn: Connection, person_ids: Iterable[int], programmes: Programmes) -> bool:
    """Plan those of these students who were not planned yet, because something is due; tell whether any was."""
    found = last(conn)
    if found is None or found.is_over:
        return False
    ids = [one for one in person_ids if one > found.after_id]
    if ids:
        replan(conn, ids, programmes, found.at)
    return bool(ids)


def set_aside(person_id: int, error: Exception) -> None:
    """Let the others go on; the watchdog finds whoever has no next question."""
    log.error("a student could not be planned", person_id=person_id, error=type(error).__name__)


def _read(text: str | None) -> Replan | None:
    if text is None:
        return None
    kept = json.loads(text)
    at = datetime.fromisoformat(kept["at"])
    return Replan(kept["version"], at, kept["after"], kept["over"], PlanCount(*kept["count"]))


def _keep(conn: Connection, one: Replan) -> None:
    count = [one.count.inserted, one.count.moved, one.count.cancelled, one.count.revived]
    kept = {"version": one.version_id, "at": one.at.isoformat(), "after": one.after_id, "over": one.is_over}
    state.write(conn, _KEY, json.dumps(kept | {"count": count}))
