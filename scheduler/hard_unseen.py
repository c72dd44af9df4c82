"""A hard week that nobody has looked at for a day: she is asked whether somebody else may know. It never escalates.

Whoever had taken it and did nothing is told once more first.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState
from bot.engine.bisect import bisect
from bot.engine.telling import not_before_her_morning, tell
from bot.outbox.model import Kind, Priority
from scheduler.cases_due import AGAIN_AFTER_ERROR, come_up

log = structlog.get_logger()


def work_off(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Ask about up to `limit` unseen hard weeks in the caller's transaction, each once; return how many."""
    due = cases_store.due(conn, now, limit, hard=True)

    def ask(cases: Sequence[Case]) -> None:
        for case in cases:
            _ask(conn, case, now)

    def put_off(case: Case, error: Exception) -> None:
        """One that cannot be asked about must not hold up the others; it comes up again soon."""
        cases_store.update(conn, case.id, next_at=now + AGAIN_AFTER_ERROR)
        log.error("a hard week could not be asked about", case_id=case.id, error=type(error).__name__)

    bisect(conn, due, ask, put_off)
    return len(due)


def _ask(conn: Connection, case: Case, now: datetime) -> None:
    if case.state is not CaseState.OPEN:
        come_up(conn, case, now)
        return
    cases_store.update(conn, case.id, next_at=None)
    tell(
        conn,
        case.person_id,
        Kind.NOTICE,
        "student/hard_unseen",
        key=f"hard:{case.id}:unseen:{case.round}",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=case.prompt_id,
        case_id=case.id,
        data={"share_with": case.share_with},
        not_before=not_before_her_morning(conn, case.person_id, now),
    )
