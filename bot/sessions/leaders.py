"""Who runs a session outside any branch, beside the office: one member of staff or several."""

from collections.abc import Collection

from sqlalchemy import Column, Connection, ForeignKey, Table, UniqueConstraint, exists, select

from bot.listed import listed
from bot.schema import Id, id_column, metadata

session_leaders = Table(
    "session_leaders",
    metadata,
    id_column(),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    UniqueConstraint("session_id", "person_id"),
)


def leaders_of(conn: Connection, session_id: int) -> list[int]:
    """Return who runs a session."""
    table = session_leaders
    query = select(table.c.person_id).where(table.c.session_id == session_id).order_by(table.c.person_id)
    return list(conn.execute(query).scalars())


def put(conn: Connection, session_id: int, person_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """Let these and no others run a session; return who did not before, and who does not any more."""
    table, before = session_leaders, set(leaders_of(conn, session_id))
    gone = before - set(person_ids)
    conn.execute(table.delete().where(table.c.session_id == session_id, listed(table.c.person_id, sorted(gone))))
    new = set(person_ids) - before
    if new:
        rows = [{"session_id": session_id, "person_id": one} for one in sorted(new)]
        conn.execute(table.insert(), rows)
    return new, gone


def led_by(conn: Connection, person_id: int) -> list[int]:
    """Return the sessions that somebody runs."""
    query = select(session_leaders.c.session_id).where(session_leaders.c.person_id == person_id)
    return list(conn.execute(query.order_by(session_leaders.c.session_id)).scalars())


def runs_any(conn: Connection, person_id: int) -> bool:
    """Tell whether somebody runs a session at all."""
    return bool(conn.execute(select(exists().where(session_leaders.c.person_id == person_id))).scalar())
