"""What members owe their home branch, as time passes: once an hour it is put right, and who must be told is told.

Called by the bell; each call is one batch in one transaction.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from bot.engine.obligation_following import follow, is_time
from bot.engine.obligation_telling import go_on
from bot.obligations import store
from bot.obligations.parse import rules_in
from bot.programmes.versions import Programmes
from bot.settings_branches import BranchesSection

BATCH = 100
AGAIN_AFTER_ERROR = timedelta(minutes=10)
log = structlog.get_logger()


def work_off(conn: Connection, now: datetime, programmes: Programmes, settings: BranchesSection) -> int:
    """Do one batch in the caller's transaction and return how much it was; 0 when nothing is due."""
    try:
        quiet = programmes.current(conn).quiet
    except LookupError:
        return 0  # nothing was loaded yet, so nobody is asked anything
    rules = rules_in(settings.rules)
    done = _followed(conn, now, settings)
    named = {rule.key: rule for rule in rules}
    due = store.claim(conn, now, BATCH)
    for obligation_id in due:
        try:
            with conn.begin_nested():
                go_on(conn, obligation_id, named, settings.channels, quiet, now)
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - one that breaks must not keep the next from being told
            kind = type(error).__name__
            log.error("somebody could not be told what is due", obligation_id=obligation_id, error=kind)  # noqa: TRY400
            store.update(conn, obligation_id, next_at=now + AGAIN_AFTER_ERROR)
    return done + len(due)


def _followed(conn: Connection, now: datetime, settings: BranchesSection) -> int:
    """Put right what is owed, unless somebody has within the hour."""
    if not is_time(conn, now):
        return 0
    try:
        with conn.begin_nested():
            return follow(conn, now, rules_in(settings.rules), settings.off_in)
    except IntegrityError:
        return 0  # another process did the same at this moment
