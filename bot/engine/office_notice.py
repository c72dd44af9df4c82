"""A message from the office to one student, in the app where the service writes to her. Called for a selection."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.engine.telling import not_before_her_morning, tell
from bot.journal import store as journal
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store

TEMPLATE = "office/notice"
WORTH = timedelta(days=7)
"""How long a notice is still worth sending to whoever cannot be reached just now."""


@dataclass(frozen=True)
class Sender:
    """Who sends to which selection; what is urgent does not wait for her morning."""

    person_id: int
    selection_id: int
    urgent: bool


def send_notice(conn: Connection, person_id: int, text: str, sender: Sender, now: datetime) -> bool:
    """Queue a notice, once for a selection; False when no channel of hers works, and it is not sent then."""
    by = people_store.by_id(conn, sender.person_id)
    begins = now if sender.urgent else not_before_her_morning(conn, person_id, now)
    reached = tell(
        conn,
        person_id,
        Kind.NOTICE,
        TEMPLATE,
        key=f"notice:{sender.selection_id}:{person_id}",
        priority=Priority.PROMPT if sender.urgent else Priority.BULK,
        now=now,
        data={"text": text, "by": by.name if by else ""},
        not_before=begins,
        expires_at=begins + WORTH,
    )
    line = journal.line(
        now, "notice.sent", person_id=person_id, actor_id=sender.person_id, selection=sender.selection_id
    )
    journal.write(conn, [line])
    return reached
