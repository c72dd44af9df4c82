"""What a secretary has said so far of a session that she arranges in chat: sealed as branch matters are."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Table, select

from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch

LASTS = timedelta(days=7)
"""How long what was said can be gone on with."""

session_drafts = Table(
    "session_drafts",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("data", sealed_for_branch(), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def get(conn: Connection, person_id: int, now: datetime) -> dict[str, Any]:
    """Return what somebody has said so far; empty where that is nothing, or too long ago."""
    query = select(session_drafts.c.data, session_drafts.c.at).where(session_drafts.c.person_id == person_id)
    row = conn.execute(query).one_or_none()
    return {} if row is None or now - row.at > LASTS else dict(row.data)


def put(conn: Connection, person_id: int, data: dict[str, Any], now: datetime) -> None:
    """Keep what somebody has said so far."""
    clear(conn, person_id)
    conn.execute(session_drafts.insert().values(person_id=person_id, data=data, at=now))


def clear(conn: Connection, person_id: int) -> None:
    """Forget it: the session was made, or it was dropped."""
    conn.execute(session_drafts.delete().where(session_drafts.c.person_id == person_id))
