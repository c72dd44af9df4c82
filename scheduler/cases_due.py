"""Cases whose time has come: the next step is told, an acknowledgement that nobody followed up is taken back, and
whoever put a case off is reminded.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState
from bot.engine.bisect import bisect
from bot.engine.casework import to_helper
from bot.engine.escalating import go_on, policy_of, resume
from bot.engine.who_helps import Helpers, load_helpers
from bot.journal import store as journal
from bot.outbox.model import Kind
from bot.people import store as people_store
from bot.policies.rules import holds_for
from bot.rollcalls import store as rollcalls

log = structlog.get_logger()
AGAIN_AFTER_ERROR = timedelta(minutes=5)


def work_off(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Work off up to `limit` due cases in the caller's transaction; return how many."""
    due = cases_store.due(conn, now, limit, hard=False)
    if not due:
        return 0
    students = people_store.by_ids(conn, {case.person_id for case in due})
    helpers = load_helpers(conn, students.values())

    def again(cases: Sequence[Case]) -> None:
        for case in cases:
            come_up(conn, case, now, helpers)

    def put_off(case: Case, error: Exception) -> None:
        """One case that cannot be told must not hold up the others; it comes up again soon."""
        cases_store.update(conn, case.id, next_at=now + AGAIN_AFTER_ERROR)
        journal.write(conn, [journal.line(now, "case.not_told", person_id=case.person_id, case_id=case.id)])
        log.error("a case could not be told", case_id=case.id, error=type(error).__name__)

    bisect(conn, due, again, put_off)
    return len(due)


def come_up(conn: Connection, case: Case, now: datetime, helpers: Helpers | None = None) -> None:
    """Do with one case what its state asks for."""
    if case.state is CaseState.OPEN:
        go_on(conn, case, now, helpers)
    elif case.state is CaseState.ACKNOWLEDGED:
        resume(conn, case, now, helpers)
        if case.rollcall_id is not None:
            rollcalls.give_back(conn, case.rollcall_id, case.person_id)
    elif case.state is CaseState.SNOOZED and case.acknowledged_by is not None:
        next_at = now + holds_for(policy_of(conn, case), acted=False)
        cases_store.update(conn, case.id, state=CaseState.ACKNOWLEDGED.value, next_at=next_at)
        to_helper(conn, case, case.acknowledged_by, "staff/case_wakes", now, kind=Kind.NOTICE)
    else:
        cases_store.update(conn, case.id, next_at=None)
