"""Tables and queries of the hours at which somebody cannot meet, by her own word: seen by her and by nobody else.

They hold on the wall of wherever she is, every week, until she takes them back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Table, select

from bot.listed import listed
from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch
from bot.sessions.hours_model import Busy

MOST = 20
"""How many somebody can state."""

busy_hours = Table(
    "busy_hours",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    # Weekdays from 0 for Monday, start and end on her wall.
    Column("hours", sealed_for_branch(), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class Stated:
    """One row, as she sees it."""

    id: int
    busy: Busy


def state(conn: Connection, person_id: int, busy: Busy, now: datetime) -> bool:
    """Keep hours at which she cannot meet; False when she has stated as many as there can be."""
    there = stated_by(conn, person_id)
    if any(one.busy == busy for one in there):
        return True
    if len(there) >= MOST:
        return False
    conn.execute(busy_hours.insert().values(person_id=person_id, hours=_plain(busy), at=now))
    return True


def take_back(conn: Connection, person_id: int, stated_id: int | None = None) -> int:
    """Forget one of her rows, or all of them; return how many that were."""
    gone = busy_hours.delete().where(busy_hours.c.person_id == person_id)
    if stated_id is not None:
        gone = gone.where(busy_hours.c.id == stated_id)
    return conn.execute(gone).rowcount


def stated_by(conn: Connection, person_id: int) -> list[Stated]:
    """Return what she has stated, the oldest first."""
    query = select(busy_hours).where(busy_hours.c.person_id == person_id).order_by(busy_hours.c.id)
    return [Stated(row.id, _read(row.hours)) for row in conn.execute(query)]


def of_people(conn: Connection, person_ids: Sequence[int]) -> dict[int, tuple[Busy, ...]]:
    """Return what each of these people has stated, for whoever weighs hours and shows none of it."""
    query = select(busy_hours.c.person_id, busy_hours.c.hours).where(listed(busy_hours.c.person_id, person_ids))
    found: dict[int, tuple[Busy, ...]] = {}
    for person_id, hours in conn.execute(query.order_by(busy_hours.c.id)):
        found[person_id] = (*found.get(person_id, ()), _read(hours))
    return found


def _plain(busy: Busy) -> dict[str, Any]:
    return {"days": sorted(busy.weekdays), "start": f"{busy.start:%H:%M}", "end": f"{busy.end:%H:%M}"}


def _read(hours: dict[str, Any]) -> Busy:
    start, end = time.fromisoformat(hours["start"]), time.fromisoformat(hours["end"])
    return Busy(frozenset(hours["days"]), start, end)
