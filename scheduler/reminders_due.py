"""Deadlines at home, papers that run out, opportunities: whose they are is looked at, and whoever is due is told.

Called by the bell every few seconds, and again as long as there is work: each call is one batch in one transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.deadlines import store
from bot.engine.deadline_audience import follow
from bot.engine.deadline_life import go_on
from bot.programmes.versions import Programmes
from scheduler import opportunities_due

BATCH = 100
LOOKED_AT = 20
AGAIN_AFTER_ERROR = timedelta(minutes=1)
log = structlog.get_logger()


def work_off(conn: Connection, now: datetime, programmes: Programmes, days: Sequence[int]) -> int:
    """Do one batch in the caller's transaction and return how much it was; 0 when nothing is due.

    `days`: so many days before the last day of an opportunity whoever follows it is reminded.
    """
    programme = programmes.if_any(conn)
    if programme is None:
        return 0  # nothing was loaded yet, so nobody is told anything
    quiet = programme.quiet
    looked_at = store.to_look_at(conn, now, LOOKED_AT)
    for deadline in looked_at:
        follow(conn, deadline, now, quiet)
    due = store.due(conn, now, BATCH)
    for one in due:
        try:
            with conn.begin_nested():
                go_on(conn, one, now, quiet)
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - one that breaks must not keep the next from being told
            log.error("a reminder could not go on", reminder_id=one.id, error=type(error).__name__)  # noqa: TRY400
            store.set_reminder(conn, one.id, next_at=now + AGAIN_AFTER_ERROR)
    return len(looked_at) + len(due) + opportunities_due.work_off(conn, now, quiet, days)
