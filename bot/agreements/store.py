"""The table of agreed actions and its queries; the words are sealed."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, delete, func, select

from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

agreements = Table(
    "agreements",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("author_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Sealed(), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
)
Index("ix_agreements_person_id_at", agreements.c.person_id, agreements.c.at)


def add(conn: Connection, person_id: int, author_id: int, text: str, now: datetime) -> int:
    """Write down what was agreed and return its id."""
    values = {"person_id": person_id, "author_id": author_id, "text": text, "at": now}
    return int(conn.execute(agreements.insert().values(**values).returning(agreements.c.id)).scalar_one())


def count_of(conn: Connection, person_id: int) -> int:
    """Count what is kept of a student."""
    query = select(func.count()).select_from(agreements).where(agreements.c.person_id == person_id)
    return int(conn.execute(query).scalar_one())


def done(conn: Connection, agreement_id: int, person_id: int, now: datetime) -> bool:
    """Say that something is done; False when it was already, or is not hers."""
    hers = (agreements.c.id == agreement_id, agreements.c.person_id == person_id, agreements.c.done_at.is_(None))
    return conn.execute(agreements.update().where(*hers).values(done_at=now)).rowcount == 1


def take_back(conn: Connection, agreement_id: int, person_id: int, author_id: int) -> bool:
    """Delete what somebody wrote herself; False when it is another's, or not there."""
    own = (agreements.c.id == agreement_id, agreements.c.person_id == person_id, agreements.c.author_id == author_id)
    return conn.execute(delete(agreements).where(*own)).rowcount == 1
