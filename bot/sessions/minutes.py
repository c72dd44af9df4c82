"""The minutes of a session: what whoever arranges it writes about it, every version with its author."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, select

from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch

LONGEST = 20_000

session_minutes = Table(
    "session_minutes",
    metadata,
    id_column(),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("author_id", Id, ForeignKey("people.id"), nullable=False),
    Column("text", sealed_for_branch(), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def write(conn: Connection, session_id: int, author_id: int, text: str, now: datetime) -> bool:
    """Append a version; False where it says what stands there already."""
    text = text.strip().replace("\r\n", "\n")[:LONGEST]
    if text == latest(conn, session_id):
        return False
    values = {"session_id": session_id, "author_id": author_id, "text": text, "at": now}
    conn.execute(session_minutes.insert().values(values))
    return True


def latest(conn: Connection, session_id: int) -> str:
    """Return the minutes as they stand; empty where nobody has written any."""
    table = session_minutes
    query = select(table.c.text).where(table.c.session_id == session_id).order_by(table.c.id.desc()).limit(1)
    return conn.execute(query).scalar() or ""
