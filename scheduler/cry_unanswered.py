"""Three minutes have passed since somebody was asked whether she needs urgent help, without a reply: that is an SOS."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.dialogues import store as dialogues
from bot.dialogues.rules import CRY_ASKED, CRY_WAIT, cry_is_due
from bot.engine.casework import raise_sos
from bot.engine.telling import tell
from bot.journal import store as journal
from bot.outbox.model import Kind, Priority
from bot.prompts.notes import add_words


def sweep(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Raise an SOS for up to `limit` unanswered questions in the caller's transaction; return how many.

    She is told, and her words, those that led to it and those that follow, are for whoever helps her.
    """
    table = dialogues.dialogues
    query = (
        select(table)
        .where(table.c.step == CRY_ASKED, table.c.updated_at <= now - CRY_WAIT)
        .order_by(table.c.updated_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    raised = 0
    for row in conn.execute(query).all():
        if not cry_is_due(row.updated_at, now):
            continue
        raised += 1
        data = row.data or {}
        case = raise_sos(conn, row.person_id, None, now)
        if data.get("words"):
            add_words(conn, row.person_id, data["words"], now, case_id=case.id)
        dialogues.clear(conn, row.person_id)
        journal.write(conn, [journal.line(now, "cry.unanswered", person_id=row.person_id, case_id=case.id)])
        tell(
            conn,
            row.person_id,
            Kind.REPLY,
            "sos/raised",
            key=f"cry:{row.person_id}:{int(row.updated_at.timestamp())}",
            priority=Priority.ALARM,
            now=now,
            data={"unanswered": True},
        )
    return raised
