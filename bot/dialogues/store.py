"""What a person is in the middle of saying: one step at a time, the same on whichever channel she goes on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, String, Table, bindparam, select

from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

dialogues = Table(
    "dialogues",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True),
    # The step that waits for her words, say "zone.city" or "note".
    Column("step", String(48), nullable=False),
    Column("data", Sealed()),
    Column("updated_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class Dialogue:
    """The step that a person's next words belong to, with what it needs to know."""

    step: str
    data: dict[str, Any]
    updated_at: datetime


# Kept, because every message needs it: building a statement costs twice as much as running it.
_OF_PERSON = select(dialogues).where(dialogues.c.person_id == bindparam("person_id"))


def get(conn: Connection, person_id: int) -> Dialogue | None:
    """Return what a person is in the middle of, if anything."""
    row = conn.execute(_OF_PERSON, {"person_id": person_id}).one_or_none()
    return None if row is None else Dialogue(row.step, row.data or {}, row.updated_at)


def put(conn: Connection, person_id: int, step: str, now: datetime, data: dict[str, Any] | None = None) -> None:
    """Begin or replace the step that waits for a person's words."""
    clear(conn, person_id)
    conn.execute(dialogues.insert().values(person_id=person_id, step=step, data=data, updated_at=now))


def clear(conn: Connection, person_id: int) -> None:
    """End whatever waits for a person's words."""
    conn.execute(dialogues.delete().where(dialogues.c.person_id == person_id))
