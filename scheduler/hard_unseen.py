"""A hard week that nobody has looked at for a day: she is asked whether somebody else may know. It never escalates."""

from datetime import datetime

from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import CaseState
from bot.engine.telling import tell
from bot.outbox.model import Kind, Priority


def work_off(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Ask about up to `limit` unseen hard weeks in the caller's transaction, each once; return how many."""
    due = cases_store.due(conn, now, limit, hard=True)
    for case in due:
        cases_store.update(conn, case.id, next_at=None)
        if case.state is CaseState.OPEN:
            tell(
                conn,
                case.person_id,
                Kind.NOTICE,
                "student/hard_unseen",
                key=f"hard:{case.id}:unseen",
                priority=Priority.PROMPT,
                now=now,
                prompt_id=case.prompt_id,
                case_id=case.id,
                data={"share_with": case.share_with},
            )
    return len(due)
