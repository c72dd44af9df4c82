"""Tables and queries of checklists: marks of steps, and the files that prove them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, Row, String, Table, UniqueConstraint, func, select

from bot.checklists.model import Mark, StepFile
from bot.listed import listed
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

checklist_marks = marks = Table(
    "checklist_marks",
    metadata,
    id_column(),
    Column("trip_id", Id, ForeignKey("trips.id", ondelete="CASCADE"), nullable=False),
    Column("step", String(32), nullable=False),
    Column("said_at", UtcDateTime),
    # How many questions of the step she has answered rightly.
    Column("answered", Integer, nullable=False),
    Column("signed_at", UtcDateTime),
    Column("signed_by", Id, ForeignKey("people.id", ondelete="SET NULL")),
    # What the office asks for instead; {"text": ...}
    Column("returned", Sealed()),
    UniqueConstraint("trip_id", "step"),
)

checklist_files = files = Table(
    "checklist_files",
    metadata,
    id_column(),
    Column("trip_id", Id, ForeignKey("trips.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step", String(32), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("name", Sealed(), nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def marks_of(conn: Connection, trip_ids: Sequence[int]) -> dict[int, dict[str, Mark]]:
    """Return the marks of trips, by trip and step."""
    found: dict[int, dict[str, Mark]] = {}
    for row in conn.execute(select(marks).where(listed(marks.c.trip_id, trip_ids))):
        found.setdefault(row.trip_id, {})[row.step] = _mark(row)
    return found


def mark(conn: Connection, trip_id: int, step: str, **values: Any) -> None:
    """Keep something of one step; `returned` is given as words."""
    if "returned" in values:
        values["returned"] = {"text": values["returned"]} if values["returned"] else None
    where = (marks.c.trip_id == trip_id, marks.c.step == step)
    if conn.execute(marks.update().where(*where).values(**values)).rowcount == 0:
        conn.execute(marks.insert().values(trip_id=trip_id, step=step, **{"answered": 0} | values))


def files_of(conn: Connection, trip_id: int) -> list[StepFile]:
    """Return the files of a trip's steps in the order in which they came."""
    where = files.c.trip_id == trip_id
    return [_file(row) for row in conn.execute(select(files).where(where).order_by(files.c.id))]


def with_files(conn: Connection, trip_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Return which steps of which trips have a file."""
    rows = conn.execute(select(files.c.trip_id, files.c.step).where(listed(files.c.trip_id, trip_ids)))
    return {(row.trip_id, row.step) for row in rows}


def add_file(
    conn: Connection, trip_id: int, step: str, digest: str, kind: str, name: str, size: int, now: datetime
) -> int:
    """Store a file of a step and return its number; the same one again changes nothing."""
    same = next((one for one in files_of(conn, trip_id) if (one.digest, one.step) == (digest, step)), None)
    if same is not None:
        return same.id
    values = {"trip_id": trip_id, "step": step, "digest": digest, "kind": kind, "name": name, "size": size, "at": now}
    return int(conn.execute(files.insert().values(**values).returning(files.c.id)).scalar_one())


def remove_file(conn: Connection, trip_id: int, file_id: int) -> bool:
    """Take a file out, and its bytes with the next purge; False when there is none like that."""
    return conn.execute(files.delete().where(files.c.id == file_id, files.c.trip_id == trip_id)).rowcount == 1


def count_of(conn: Connection, trip_ids: Sequence[int]) -> int:
    """Return how many marks and files are held of trips."""
    tables = (marks, files)
    counts = [select(func.count()).select_from(one).where(listed(one.c.trip_id, trip_ids)) for one in tables]
    return sum(int(conn.execute(query).scalar_one()) for query in counts)


def _mark(row: Row[Any]) -> Mark:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    return Mark(**values | {"returned": (row.returned or {}).get("text", "")})


def _file(row: Row[Any]) -> StepFile:
    return StepFile(**row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
