"""The journal: append-only, ids and plain codes only; who did what to whom, when and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, ForeignKey, Row, String, Table, select

from bot.schema import Id, UtcDateTime, id_column, metadata

journal = Table(
    "journal",
    metadata,
    id_column(),
    Column("at", UtcDateTime, nullable=False, index=True),
    # None: the service itself.
    Column("actor_id", Id, ForeignKey("people.id")),
    Column("person_id", Id, ForeignKey("people.id"), index=True),
    Column("action", String(48), nullable=False),
    Column("prompt_id", Id),
    Column("case_id", Id),
    Column("outbox_id", Id),
    # Plain codes and numbers that say why; never words of a person.
    Column("detail", JSON),
)


_INSERT = journal.insert()


def line(
    at: datetime,
    action: str,
    *,
    person_id: int | None,
    actor_id: int | None = None,
    prompt_id: int | None = None,
    case_id: int | None = None,
    outbox_id: int | None = None,
    **detail: str | float | bool | None,
) -> dict[str, Any]:
    """Return a journal line as a row, for writing in bulk."""
    return {
        "at": at,
        "action": action,
        "person_id": person_id,
        "actor_id": actor_id,
        "prompt_id": prompt_id,
        "case_id": case_id,
        "outbox_id": outbox_id,
        "detail": detail or None,
    }


def write(conn: Connection, lines: Sequence[dict[str, Any]]) -> None:
    """Append lines made by `line`."""
    if lines:
        conn.execute(_INSERT, list(lines))


def of_person(conn: Connection, person_id: int, limit: int = 200) -> Sequence[Row[Any]]:
    """Return the lines about a person, the newest first."""
    query = select(journal).where(journal.c.person_id == person_id).order_by(journal.c.id.desc()).limit(limit)
    return conn.execute(query).all()
