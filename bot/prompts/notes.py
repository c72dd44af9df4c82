"""What may follow an answer or a cry: a few words of hers, or one position. Sealed; chat handlers write them here."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from bot.prompts.store import notes

LONGEST = 4000
"""Characters that are kept of one note."""


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
) -> None:
    """Keep a few words as {"text": …}; longer ones are cut."""
    _add(conn, NoteKind.NOTE, {"text": text[:LONGEST]}, person_id, now, prompt_id, case_id)


def add_position(
    conn: Connection,
    person_id: int,
    latitude: float,
    longitude: float,
    now: datetime,
    *,
    prompt_id: int | None = None,
    case_id: int | None = None,
) -> None:
    """Keep a position in degrees as {"latitude": …, "longitude": …}."""
    body = {"latitude": latitude, "longitude": longitude}
    _add(conn, NoteKind.POSITION, body, person_id, now, prompt_id, case_id)


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
) -> None:
    conn.execute(
        notes.insert().values(
            person_id=person_id, prompt_id=prompt_id, case_id=case_id, kind=kind.value, body=body, at=now
        )
    )
