"""What may follow an answer or a cry: a few words of hers, or one position. Sealed; chat handlers write them here."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from bot.prompts.store import notes

LONGEST = 4096
"""Characters that are kept of one note: what Telegram, which takes most, lets somebody write at once."""


class NoteKind(StrEnum):
    """What a note holds."""

    NOTE = "note"
    POSITION = "position"


def add_words(
    conn: Connection,
    person_id: int,
    text: str,
    now: datetime,
    *,
    prompt_id: int | None = None,
    case_id: int | None = None,
) -> int:
    """Keep a few words as {"text": …}, longer ones cut; return the number of the note."""
    return _add(conn, NoteKind.NOTE, {"text": text[:LONGEST]}, person_id, now, prompt_id, case_id)


def add_position(
    conn: Connection,
    person_id: int,
    latitude: float,
    longitude: float,
    now: datetime,
    *,
    prompt_id: int | None = None,
    case_id: int | None = None,
) -> int:
    """Keep a position in degrees as {"latitude": …, "longitude": …}; return the number of the note."""
    body = {"latitude": latitude, "longitude": longitude}
    return _add(conn, NoteKind.POSITION, body, person_id, now, prompt_id, case_id)


def of_case(conn: Connection, case_id: int) -> list[tuple[datetime, NoteKind, str]]:
    """Return what she has written or sent for a case, the oldest first: when, what it is, her words.

    SealError when no key opens one.
    """
    query = select(notes.c.at, notes.c.kind, notes.c.body).where(notes.c.case_id == case_id).order_by(notes.c.id)
    return [(row.at, NoteKind(row.kind), str(row.body.get("text", ""))) for row in conn.execute(query)]


def last_at(conn: Connection, case_id: int) -> datetime | None:
    """Return when she last wrote or sent something for a case."""
    return conn.execute(select(func.max(notes.c.at)).where(notes.c.case_id == case_id)).scalar()


def attach_positions(conn: Connection, person_id: int, case_id: int, since: datetime) -> None:
    """Give a case the positions that she sent since an instant and that belong to no case yet."""
    conn.execute(
        notes.update()
        .where(
            notes.c.person_id == person_id,
            notes.c.kind == NoteKind.POSITION.value,
            notes.c.case_id.is_(None),
            notes.c.at >= since,
        )
        .values(case_id=case_id)
    )


def _add(
    conn: Connection,
    kind: NoteKind,
    body: dict[str, Any],
    person_id: int,
    now: datetime,
    prompt_id: int | None,
    case_id: int | None,
) -> int:
    added = conn.execute(
        notes.insert()
        .values(person_id=person_id, prompt_id=prompt_id, case_id=case_id, kind=kind.value, body=body, at=now)
        .returning(notes.c.id)
    )
    return int(added.scalar_one())
