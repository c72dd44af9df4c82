"""The story of a case: what was done, by whom and when; what somebody wrote is sealed. Append-only."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, String, Table, func, select

from bot.cases.model import Event
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

case_events = Table(
    "case_events",
    metadata,
    id_column(),
    Column("case_id", Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    # None: the service itself.
    Column("actor_id", Id, ForeignKey("people.id")),
    Column("deed", String(24), nullable=False),
    # A plain code that says more: an outcome, a buddy's word, how somebody tried.
    Column("word", String(32)),
    Column("note", Sealed()),
    Column("to_id", Id, ForeignKey("people.id")),
    Column("until", UtcDateTime),
)


def add(  # noqa: PLR0913 - what a line of the story has
    conn: Connection,
    case_id: int,
    deed: str,
    now: datetime,
    *,
    actor_id: int | None = None,
    word: str | None = None,
    note: str | None = None,
    to_id: int | None = None,
    until: datetime | None = None,
) -> int:
    """Append a line and return its number."""
    values = {"actor_id": actor_id, "word": word, "note": note, "to_id": to_id, "until": until}
    line = case_events.insert().values(case_id=case_id, deed=deed, at=now, **values)
    return int(conn.execute(line.returning(case_events.c.id)).scalar_one())


def of_case(conn: Connection, case_id: int) -> list[Event]:
    """Return the story of a case, the oldest line first; SealError when no key opens a note."""
    columns = ("at", "actor_id", "deed", "word", "note", "to_id", "until")
    query = select(*(case_events.c[name] for name in columns)).where(case_events.c.case_id == case_id)
    return [Event(*row) for row in conn.execute(query.order_by(case_events.c.id))]


def last_id(conn: Connection, case_id: int) -> int:
    """Return the number of the newest line of a case's story; 0 when it has none."""
    return conn.execute(select(func.max(case_events.c.id)).where(case_events.c.case_id == case_id)).scalar() or 0


def last_at(conn: Connection, case_id: int, deed: str) -> datetime | None:
    """Return when a deed of this name was done last."""
    query = select(func.max(case_events.c.at)).where(case_events.c.case_id == case_id, case_events.c.deed == deed)
    return conn.execute(query).scalar()


def last_words(conn: Connection, case_id: int, deed: str) -> dict[int, str]:
    """Return the last word of everybody who did a deed of this name, by person."""
    query = select(case_events.c.actor_id, case_events.c.word).where(
        case_events.c.case_id == case_id, case_events.c.deed == deed, case_events.c.actor_id.is_not(None)
    )
    return {row.actor_id: row.word or "" for row in conn.execute(query.order_by(case_events.c.id))}
