"""Tables and queries of attendance: every mark with how it is known and by whom, and what was written to make it up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, select, true

from bot.listed import listed
from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch
from bot.sessions.model import How, Mark
from bot.sessions.store import session_invitations

session_marks = Table(
    "session_marks",
    metadata,
    id_column(),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("mark", String(8), nullable=False),
    Column("how", String(8), nullable=False),
    # Who entered it, where that was somebody else.
    Column("author_id", Id, ForeignKey("people.id")),
    Column("channel", String(16)),
    Column("at", UtcDateTime, nullable=False),
)

session_makeups = Table(
    "session_makeups",
    metadata,
    id_column(),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    # Which of the questions, from 1.
    Column("number", Integer, nullable=False),
    Column("answer", sealed_for_branch(), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def put(
    conn: Connection,
    session_id: int,
    person_id: int,
    mark: Mark,
    how: How,
    now: datetime,
    *,
    author_id: int | None = None,
    channel: str | None = None,
) -> None:
    """Append a mark and let it count."""
    values = {"session_id": session_id, "person_id": person_id, "mark": mark.value, "how": how.value, "at": now}
    conn.execute(session_marks.insert().values(**values, author_id=author_id, channel=channel))
    table = session_invitations
    hers = (table.c.session_id == session_id, table.c.person_id == person_id)
    conn.execute(table.update().where(*hers).values(mark=mark.value, marked_at=now))


def add_answer(
    conn: Connection, session_id: int, person_id: int, number: int, answer: str, channel: str, now: datetime
) -> None:
    """Append what she wrote to one of the questions."""
    values = {"session_id": session_id, "person_id": person_id, "number": number, "answer": answer}
    conn.execute(session_makeups.insert().values(**values, channel=channel, at=now))


def answers_of(conn: Connection, session_id: int, ids: Sequence[int] | None = None) -> dict[int, dict[int, str]]:
    """Return what each person, or each of these, wrote to make a session up, by the number of the question."""
    table = session_makeups
    query = select(table.c.person_id, table.c.number, table.c.answer)
    query = query.where(table.c.session_id == session_id, true() if ids is None else listed(table.c.person_id, ids))
    found: dict[int, dict[int, str]] = {}
    for person_id, number, answer in conn.execute(query.order_by(table.c.id)):
        found.setdefault(person_id, {})[number] = answer
    return found


def answered_numbers(conn: Connection, session_id: int, person_id: int) -> frozenset[int]:
    """Return which of the questions somebody has answered; nothing sealed is opened."""
    table = session_makeups
    query = select(table.c.number).where(table.c.session_id == session_id, table.c.person_id == person_id)
    return frozenset(conn.execute(query).scalars())
