"""Prompts whose time has come: opened, reminded, given up. Called by the bell every second."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.cases.model import Reason
from bot.engine.bisect import bisect
from bot.engine.casework import open_case
from bot.engine.opening import work_off_batch
from bot.engine.programme_replan import hurry
from bot.journal import store as journal
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.store import Claimed, prompts

log = structlog.get_logger()
BATCH = 1000
"""The most that a transaction works off, a twentieth of a second here; `portion` makes it less where that is longer. Of
400, the commit took a fifth of the time."""


def work_off(conn: Connection, now: datetime, programmes: Programmes, limit: int = BATCH) -> int:
    """Work off up to `limit` due prompts in the caller's transaction; return how many were claimed (0: nothing due)."""
    due = prompts_store.claim(conn, now, limit)

    def work(rows: Sequence[Claimed]) -> None:
        if hurry(conn, {one.person_id for one in rows}, programmes):
            rows = prompts_store.still_due(conn, rows, now)  # a new programme may ask at another hour
        work_off_batch(conn, rows, now, programmes)

    def set_aside(prompt: Claimed, error: Exception) -> None:
        prompts_store.update(conn, prompt.id, error=type(error).__name__)
        line = journal.line(now, "prompt.set_aside", person_id=prompt.person_id, prompt_id=prompt.id)
        journal.write(conn, [line])
        log.error("prompt set aside", prompt_id=prompt.id, error=type(error).__name__)
        _tell(conn, prompt, now)

    bisect(conn, due, work, set_aside)
    return len(due)


def try_again(conn: Connection, now: datetime) -> int:
    """Take back what was set aside, at a start and each night: a new program, or another programme, may have mended it.

    What fails still is set aside again. Return how many those were.
    """
    aside = prompts.c.error.is_not(None)
    return conn.execute(prompts.update().where(prompts.c.next_at <= now, aside).values(error=None)).rowcount


def _tell(conn: Connection, prompt: Claimed, now: datetime) -> None:
    """Let somebody look after her: by our failure nobody asks her, or nobody notices that she is silent."""
    try:
        with conn.begin_nested():
            open_case(conn, prompt.person_id, Reason.NOT_ASKED, prompt.id, now)
        return
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with her must not hold up the others
        kind = type(error).__name__
    log.error("nobody told of a prompt set aside", prompt_id=prompt.id, error=kind)
