"""Cases that nobody has acknowledged: whoever must know is told again, until one does."""

from datetime import datetime

from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import CaseState
from bot.engine.case_rules import again_at
from bot.engine.casework import tell_helpers
from bot.engine.who_helps import load_helpers
from bot.people import store as people_store


def work_off(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Tell about up to `limit` due cases again in the caller's transaction; return how many."""
    due = cases_store.due(conn, now, limit, hard=False)
    if not due:
        return 0
    students = people_store.by_ids(conn, {case.person_id for case in due})
    helpers = load_helpers(conn, students.values())
    for case in due:
        if case.state is CaseState.OPEN:
            tell_helpers(conn, case, now, helpers)
            cases_store.update(conn, case.id, next_at=again_at(case.reason, now))
        else:
            cases_store.update(conn, case.id, next_at=None)
    return len(due)
