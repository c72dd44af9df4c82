"""Roll-calls whose next step has come: people are asked, asked again, and listed when they stay silent.

Called by the bell every second, and again as long as there is work: each call is one batch in one transaction.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Connection, false
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.engine.rollcall_steps import go_on
from bot.engine.rollcall_summary import tell_summary
from bot.people import store as people_store
from bot.rollcalls import store
from bot.rollcalls.model import Rollcall
from bot.views.scope import Scope, scope_of

BATCH = {"sqlite": 200, "postgresql": 2000}
"""How many people one transaction takes: on SQLite everybody who writes waits for it."""

AGAIN_AFTER_ERROR = timedelta(minutes=1)
log = structlog.get_logger()


def work_off(conn: Connection, now: datetime, base_url: str) -> int:
    """Do one batch of the roll-call that has waited longest, in the caller's transaction; return 0 when none is due."""
    rollcall = store.due(conn, now)
    if rollcall is None:
        return 0
    try:
        with conn.begin_nested():
            if go_on(conn, rollcall, _within(conn, rollcall, now), now, BATCH[conn.dialect.name]):
                tell_summary(conn, rollcall, now, base_url)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - one that breaks must not keep the next from being asked
        kind = type(error).__name__
    else:
        return 1
    store.update(conn, rollcall.id, next_at=now + AGAIN_AFTER_ERROR)
    log.error("a roll-call could not go on", rollcall_id=rollcall.id, error=kind)
    return 1


def _within(conn: Connection, rollcall: Rollcall, now: datetime) -> ColumnElement[bool]:
    """Return whom the author may reach: as of now, and nobody when that person is no member of staff any more."""
    if rollcall.author_id is None:
        return Scope.everything().students(now.date())
    author = people_store.by_id(conn, rollcall.author_id)
    scope = None if author is None else scope_of(conn, author)
    return false() if scope is None else scope.students(now.date())
