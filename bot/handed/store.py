"""The table of rosters handed in and its queries. Their contents name party status: they are sealed as that is."""

import base64
import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, ForeignKey, Row, Table, select

from bot.handed.model import Handed
from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch

handed_rosters = Table(
    "handed_rosters",
    metadata,
    id_column(),
    Column("author_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("names", JSON, nullable=False),
    Column("prune", JSON, nullable=False),
    Column("files", sealed_for_branch()),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("done_at", UtcDateTime),
    Column("counts", JSON),
)
_ALL_BUT_FILES = tuple(column for column in handed_rosters.c if column.name != "files")


def add(
    conn: Connection, author_id: int, files: Sequence[tuple[str, bytes]], prune: Collection[str], now: datetime
) -> int:
    """Keep the files of a roster and return its id."""
    packed = [[name, base64.b64encode(zlib.compress(content)).decode()] for name, content in files]
    names = [name for name, _ in files]
    values = {"author_id": author_id, "names": names, "prune": sorted(prune), "files": packed, "created_at": now}
    return int(conn.execute(handed_rosters.insert().values(**values).returning(handed_rosters.c.id)).scalar_one())


def of_author(conn: Connection, roster_id: int, author_id: int, *, lock: bool = False) -> Handed | None:
    """Return a roster that somebody handed in herself; another's is not there for her. `lock` keeps a press waiting."""
    query = select(handed_rosters).where(handed_rosters.c.id == roster_id, handed_rosters.c.author_id == author_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _handed(row, row.files or ())


def waiting_of(conn: Connection, author_id: int, most: int) -> list[Handed]:
    """Return what somebody handed in and did not import, the newest first, without the contents."""
    query = select(*_ALL_BUT_FILES).where(handed_rosters.c.author_id == author_id, handed_rosters.c.done_at.is_(None))
    rows = conn.execute(query.order_by(handed_rosters.c.id.desc()).limit(most))
    return [_handed(row, ()) for row in rows]


def let_go(conn: Connection, roster_id: int, prune: Collection[str]) -> None:
    """Write down the sheets whose rows go when they are not listed any more."""
    conn.execute(handed_rosters.update().where(handed_rosters.c.id == roster_id).values(prune=sorted(prune)))


def imported(conn: Connection, roster_id: int, counts: Mapping[str, Mapping[str, int]], now: datetime) -> None:
    """Write down what came of it; the contents are not needed any more."""
    values = {"counts": counts, "done_at": now, "files": None}
    conn.execute(handed_rosters.update().where(handed_rosters.c.id == roster_id).values(**values))


def _handed(row: Row[Any], packed: Sequence[Sequence[str]]) -> Handed:
    files = tuple((name, zlib.decompress(base64.b64decode(content))) for name, content in packed)
    names, prune = tuple(row.names), frozenset(row.prune)
    return Handed(row.id, row.author_id, names, prune, row.created_at, files, row.done_at, row.counts or {})
