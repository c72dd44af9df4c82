"""Three minutes have passed since somebody was asked whether she needs urgent help, without a reply: that is an SOS."""

from datetime import datetime

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.dialogues import store as dialogues
from bot.dialogues.rules import CRY_ASKED, CRY_WAIT, cry_is_due
from bot.engine.casework import raise_sos
from bot.engine.where_cried import tell_there_too
from bot.journal import store as journal
from bot.outbox.model import Priority
from bot.prompts.notes import add_words

log = structlog.get_logger()


def sweep(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Raise an SOS for up to `limit` unanswered questions in the caller's transaction; return how many.

    She is told, and her words, those that led to it and those that follow, are for whoever helps her.
    """
    table = dialogues.dialogues
    # Without their words: a seal that no key opens must not hold up an SOS.
    query = (
        select(table.c.person_id, table.c.updated_at)
        .where(table.c.step == CRY_ASKED, table.c.updated_at <= now - CRY_WAIT)
        .order_by(table.c.updated_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = [row for row in conn.execute(query).all() if cry_is_due(row.updated_at, now)]
    for row in due:
        try:
            with conn.begin_nested():
                _raise(conn, row.person_id, row.updated_at, now, _words(conn, row.person_id))
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - one cry that breaks must not silence the next, nor be silent itself
            log.error("cry.words_lost", person_id=row.person_id, error=type(error).__name__)  # noqa: TRY400
            _raise(conn, row.person_id, row.updated_at, now, "")
    return len(due)


def _words(conn: Connection, person_id: int) -> str:
    dialogue = dialogues.get(conn, person_id)
    return str(dialogue.data.get("words") or "") if dialogue is not None else ""


def _raise(conn: Connection, person_id: int, asked_at: datetime, now: datetime, words: str) -> None:
    case = raise_sos(conn, person_id, None, now)
    if words:
        add_words(conn, person_id, words, now, case_id=case.id)
    dialogues.clear(conn, person_id)
    journal.write(conn, [journal.line(now, "cry.unanswered", person_id=person_id, case_id=case.id)])
    tell_there_too(
        conn,
        person_id,
        "sos/raised",
        key=f"cry:{person_id}:{int(asked_at.timestamp())}",
        priority=Priority.ALARM,
        now=now,
        since=asked_at,
        data={"unanswered": True},
    )
