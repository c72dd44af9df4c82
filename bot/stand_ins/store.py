"""The table of who stands in for whom, and its queries. `people.stand_in_id` says the same of this moment."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, ForeignKey, Index, Row, String, Table, bindparam, func, or_, select

from bot.listed import listed, listed_as
from bot.schema import Id, UtcDateTime, id_column, metadata
from bot.stand_ins.model import How, StandIn

stand_ins = Table(
    "stand_ins",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("from_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("to_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("by_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("until", Date, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("how", String(16)),
)
_live = stand_ins.c.ended_at.is_(None)
Index("uq_stand_ins_live", stand_ins.c.person_id, unique=True, sqlite_where=_live, postgresql_where=_live)
Index("ix_stand_ins_ends_at", stand_ins.c.ends_at, sqlite_where=_live, postgresql_where=_live)

_is_over = stand_ins.c.ends_at <= bindparam("now")
_DUE = (  # kept, because the bell needs it all the time, and building it costs many times what running it does
    select(stand_ins, _is_over.label("is_over"))
    .where(_live, or_(_is_over, ~listed_as(stand_ins.c.to_id, "present")))
    .order_by(stand_ins.c.id)
    .limit(bindparam("most"))
)


def add(conn: Connection, one: StandIn) -> int:
    """Store that somebody stands in from now on and return the id of the row; the one given is ignored."""
    values = {name: value for name, value in asdict(one).items() if name != "id"}
    return int(conn.execute(stand_ins.insert().values(**values).returning(stand_ins.c.id)).scalar_one())


def live_of(conn: Connection, person_id: int, *, lock: bool = False) -> StandIn | None:
    """Return who stands in for a student's counsellor now; `lock` makes a second end of it wait."""
    query = select(stand_ins).where(stand_ins.c.person_id == person_id, _live)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _from_row(row)


def end(conn: Connection, row_id: int, how: How, now: datetime) -> bool:
    """Mark one as over; False when it was already."""
    mine = stand_ins.update().where(stand_ins.c.id == row_id, _live).values(ended_at=now, how=how.value)
    return conn.execute(mine).rowcount == 1


def due(conn: Connection, now: datetime, present: Sequence[int], limit: int) -> list[tuple[StandIn, How]]:
    """Return what is over by `now` and why: its time has come, or whoever stands in is none of those `present`."""
    rows = conn.execute(_DUE, {"now": now, "present": present, "most": limit}).all()
    return [(_from_row(row), How.OVER if row.is_over else How.GONE) for row in rows]


def of_group(conn: Connection, from_id: int, to_id: int, until: date) -> list[StandIn]:
    """Return all of what one counsellor has passed on to one colleague until one day and is not over."""
    group = (stand_ins.c.from_id == from_id, stand_ins.c.to_id == to_id, stand_ins.c.until == until)
    query = select(stand_ins).where(*group, _live).order_by(stand_ins.c.id)
    return [_from_row(row) for row in conn.execute(query)]


def number_ended(conn: Connection, one: StandIn, how: How) -> int | None:
    """Return how many of the group of this one have ended so; None while any of it is not over."""
    group = (stand_ins.c.from_id == one.from_id, stand_ins.c.to_id == one.to_id, stand_ins.c.until == one.until)
    if conn.execute(select(stand_ins.c.id).where(*group, _live).limit(1)).first() is not None:
        return None
    ended = select(func.count()).select_from(stand_ins).where(*group, stand_ins.c.how == how.value)
    return int(conn.execute(ended).scalar_one())


def live_among(conn: Connection, person_ids: Sequence[int]) -> dict[int, StandIn]:
    """Return by student who stands in now for the counsellors of these students."""
    query = select(stand_ins).where(listed(stand_ins.c.person_id, person_ids), _live)
    return {row.person_id: _from_row(row) for row in conn.execute(query)} if person_ids else {}


def _from_row(row: Row[Any]) -> StandIn:
    values = {name: row._mapping[name] for name in stand_ins.c.keys()}  # noqa: SLF001, SIM118 - a row's columns by name
    return StandIn(**values)
