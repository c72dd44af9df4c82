"""Prompts whose time has come: opened, reminded, given up. Called by the bell every second."""

from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.engine.bisect import bisect
from bot.engine.opening import work_off_batch
from bot.journal import store as journal
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.store import Claimed

log = structlog.get_logger()
BATCH = 200


def work_off(conn: Connection, now: datetime, programmes: Programmes, limit: int = BATCH) -> int:
    """Work off up to `limit` due prompts in the caller's transaction; return how many were claimed (0: nothing due)."""
    due = prompts_store.claim(conn, now, limit)

    def set_aside(prompt: Claimed, error: Exception) -> None:
        prompts_store.update(conn, prompt.id, error=type(error).__name__)
        line = journal.line(now, "prompt.set_aside", person_id=prompt.person_id, prompt_id=prompt.id)
        journal.write(conn, [line])
        log.error("prompt set aside", prompt_id=prompt.id, error=type(error).__name__)

    bisect(conn, due, lambda rows: work_off_batch(conn, rows, now, programmes), set_aside)
    return len(due)
