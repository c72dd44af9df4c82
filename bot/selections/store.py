"""The table of selections and its queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, ForeignKey, String, Table, select

from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata
from bot.selections.model import Deed, Selection

selections = Table(
    "selections",
    metadata,
    id_column(),
    Column("author_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("deed", String(16), nullable=False),
    Column("member_ids", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("done_at", UtcDateTime),
    Column("counts", JSON),
    Column("wish", Sealed()),
)


def add(conn: Connection, author_id: int, deed: Deed, member_ids: Sequence[int], now: datetime, item: str = "") -> int:
    """Keep a selection that nothing was done with yet and return its id."""
    values: dict[str, Any] = {"author_id": author_id, "deed": deed.value, "member_ids": list(member_ids)}
    values |= {"created_at": now, "wish": {"item": item} if item else None}
    return int(conn.execute(selections.insert().values(**values).returning(selections.c.id)).scalar_one())


def of_author(conn: Connection, selection_id: int, author_id: int, *, lock: bool = False) -> Selection | None:
    """Return a selection of somebody's own; another's is not there for her. `lock` keeps a second press waiting."""
    query = select(selections).where(selections.c.id == selection_id, selections.c.author_id == author_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    members = tuple(row.member_ids)
    return Selection(
        row.id, row.author_id, Deed(row.deed), members, row.created_at, row.done_at, row.counts or {}, row.wish or {}
    )


def wish(conn: Connection, selection_id: int, wanted: Mapping[str, Any]) -> None:
    """Keep what its deed needs; nothing changes once it has begun."""
    not_begun = (selections.c.id == selection_id, selections.c.counts.is_(None))
    conn.execute(selections.update().where(*not_begun).values(wish=dict(wanted) or None))


def came(conn: Connection, selection_id: int, counts: dict[str, int], done_at: datetime | None) -> None:
    """Write down what came of it so far, and when it was done for everybody."""
    conn.execute(selections.update().where(selections.c.id == selection_id).values(counts=counts, done_at=done_at))
