"""Cases that nobody has acknowledged: whoever must know is told again, until one does."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState
from bot.engine.bisect import bisect
from bot.engine.case_rules import again_at
from bot.engine.casework import tell_helpers
from bot.engine.who_helps import load_helpers
from bot.journal import store as journal
from bot.people import store as people_store

log = structlog.get_logger()


def work_off(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Tell about up to `limit` due cases again in the caller's transaction; return how many."""
    due = cases_store.due(conn, now, limit, hard=False)
    if not due:
        return 0
    students = people_store.by_ids(conn, {case.person_id for case in due})
    helpers = load_helpers(conn, students.values())

    def again(cases: Sequence[Case]) -> None:
        for case in cases:
            if case.state is CaseState.OPEN:
                tell_helpers(conn, case, now, helpers)
            is_open = case.state is CaseState.OPEN
            cases_store.update(conn, case.id, next_at=again_at(case.reason, now) if is_open else None)

    def put_off(case: Case, error: Exception) -> None:
        """One case that cannot be told must not hold up the others; it comes up again like any other."""
        cases_store.update(conn, case.id, next_at=again_at(case.reason, now))
        journal.write(conn, [journal.line(now, "case.not_told", person_id=case.person_id, case_id=case.id)])
        log.error("a case could not be told", case_id=case.id, error=type(error).__name__)

    bisect(conn, due, again, put_off)
    return len(due)
