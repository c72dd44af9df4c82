"""Invitations whose hour has come: members who joined are asked, the silent asked again, those who come reminded.

Called by the bell every few seconds, and again as long as there is work: each call is one batch in one transaction.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.engine.session_clock import go_on
from bot.engine.session_inviting import follow_members
from bot.programmes.versions import Programmes
from bot.sessions import store

BATCH = 100
AGAIN_AFTER_ERROR = timedelta(minutes=1)
log = structlog.get_logger()


def work_off(conn: Connection, now: datetime, programmes: Programmes) -> int:
    """Do one batch in the caller's transaction and return how much it was; 0 when nothing is due."""
    try:
        quiet = programmes.current(conn).quiet
    except LookupError:
        return 0  # nothing was loaded yet, so nobody is asked anything
    done = follow_members(conn, now, quiet)
    due = store.claim(conn, now, BATCH)
    for prompt_id in due:
        try:
            with conn.begin_nested():
                go_on(conn, prompt_id, now, quiet)
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - one that breaks must not keep the next from being told
            log.error("an invitation could not go on", prompt_id=prompt_id, error=type(error).__name__)  # noqa: TRY400
            store.put_off(conn, prompt_id, now + AGAIN_AFTER_ERROR)
    return done + len(due)
