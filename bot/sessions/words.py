"""What members say in a round that nobody has to meet for: written, or spoken and kept as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, func, select

from bot.listed import listed
from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch

session_words = Table(
    "session_words",
    metadata,
    id_column(),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", sealed_for_branch()),
    # A voice note: the name of its bytes in the folder of files, what it is, and its size.
    Column("digest", String(64), index=True),
    Column("kind", String(8)),
    Column("size", Integer),
    Column("channel", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class Voice:
    """A voice note whose bytes are kept already."""

    digest: str
    kind: str
    size: int


@dataclass(frozen=True)
class Spoken:
    """One thing that somebody said; `voice` is None where she wrote it."""

    id: int
    person_id: int
    text: str
    voice: Voice | None
    at: datetime


def add(conn: Connection, session_id: int, person_id: int, said: str | Voice, channel: str, now: datetime) -> None:
    """Keep what somebody says."""
    values = {"session_id": session_id, "person_id": person_id, "channel": channel, "at": now}
    if isinstance(said, Voice):
        values |= {"digest": said.digest, "kind": said.kind, "size": said.size}
    else:
        values["text"] = said
    conn.execute(session_words.insert().values(values))


def take_back(conn: Connection, session_id: int, person_id: int) -> bool:
    """Forget the last thing that somebody said; False when she has said nothing."""
    table = session_words
    last = select(func.max(table.c.id)).where(table.c.session_id == session_id, table.c.person_id == person_id)
    return bool(conn.execute(table.delete().where(table.c.id == last.scalar_subquery())).rowcount)


def count_of(conn: Connection, session_id: int, person_id: int) -> int:
    """Return how often somebody has said something."""
    table = session_words
    query = select(func.count()).where(table.c.session_id == session_id, table.c.person_id == person_id)
    return int(conn.execute(query).scalar_one())


def of_session(conn: Connection, session_id: int, ids: Sequence[int] | None = None) -> list[Spoken]:
    """Return all that was said in a round, or what these people said, in its order."""
    table = session_words
    query = select(table).where(table.c.session_id == session_id).order_by(table.c.id)
    if ids is not None:
        query = query.where(listed(table.c.person_id, ids))
    return [
        Spoken(
            row.id,
            row.person_id,
            row.text or "",
            Voice(row.digest, row.kind, row.size) if row.digest else None,
            row.at,
        )
        for row in conn.execute(query)
    ]
