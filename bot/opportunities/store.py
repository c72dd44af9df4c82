"""Tables and queries of opportunities, and of what students have heard of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    select,
)

from bot.listed import listed
from bot.opportunities.model import Heard, Opportunity, Standing
from bot.schema import Id, UtcDateTime, id_column, metadata

opportunities = Table(
    "opportunities",
    metadata,
    id_column(),
    Column("key", String(64), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("title_en", String(200), nullable=False),
    Column("host", String(300), nullable=False),
    Column("tag", String(60), nullable=False),
    Column("country", String(2), nullable=False),
    Column("type", String(32), nullable=False),
    Column("funding", String(200), nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("unit_id", Id, ForeignKey("units.id"), index=True),
    # Codes with commas; "" is everybody.
    Column("levels", String(64), nullable=False),
    Column("text", String(1000), nullable=False),
    Column("text_en", String(1000), nullable=False),
    Column("link", String(500), nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("next_at", UtcDateTime, index=True),
)

opportunities_heard = heard = Table(
    "opportunities_heard",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("opportunity_id", Id, ForeignKey("opportunities.id", ondelete="CASCADE"), nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("is_new", Boolean, nullable=False),
    Column("is_own", Boolean, nullable=False),
    Column("told_at", UtcDateTime),
    Column("told_due_at", UtcDateTime),
    Column("days", Integer),
    Column("next_at", UtcDateTime),
    UniqueConstraint("opportunity_id", "person_id"),
)
_has_next = heard.c.next_at.is_not(None)
Index("ix_opportunities_heard_next_at", heard.c.next_at, sqlite_where=_has_next, postgresql_where=_has_next)

# Kept, because the bell needs them all the time: building a statement costs more than running it.
_MOST = bindparam("most", type_=Integer)
_TO_LOOK_AT = (
    select(opportunities)
    .where(opportunities.c.next_at <= bindparam("at"))
    .order_by(opportunities.c.next_at, opportunities.c.id)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)
_DUE = (
    select(heard)
    .where(heard.c.next_at <= bindparam("at"))
    .order_by(heard.c.next_at, heard.c.id)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)


def opportunity(conn: Connection, opportunity_id: int) -> Opportunity | None:
    """Return one opportunity."""
    row = conn.execute(select(opportunities).where(opportunities.c.id == opportunity_id)).one_or_none()
    return None if row is None else from_row(row)


def by_ids(conn: Connection, ids: Iterable[int]) -> dict[int, Opportunity]:
    """Return opportunities by id."""
    rows = conn.execute(select(opportunities).where(listed(opportunities.c.id, sorted(set(ids)))))
    return {row.id: from_row(row) for row in rows}


def live(conn: Connection, now: datetime) -> list[Opportunity]:
    """Return what one can apply for, the nearest last day first."""
    where = (opportunities.c.withdrawn_at.is_(None), opportunities.c.due_at > now)
    query = select(opportunities).where(*where).order_by(opportunities.c.due_at, opportunities.c.id)
    return [from_row(row) for row in conn.execute(query)]


def to_look_at(conn: Connection, now: datetime, limit: int) -> list[Opportunity]:
    """Claim the opportunities whose followers are to be looked at by `now`."""
    return [from_row(row) for row in conn.execute(_TO_LOOK_AT, {"at": now, "most": limit})]


def look_again(conn: Connection, now: datetime) -> None:
    """Let the followers of everything that is open be looked at: people have changed."""
    ahead = (opportunities.c.withdrawn_at.is_(None), opportunities.c.due_at > now)
    conn.execute(opportunities.update().where(*ahead).values(next_at=now))


def set_opportunity(conn: Connection, opportunity_id: int, **values: Any) -> None:
    """Change columns of an opportunity."""
    conn.execute(opportunities.update().where(opportunities.c.id == opportunity_id).values(**values))


def is_host(conn: Connection, name: str) -> bool:
    """Tell whether anything is or was offered at a host of this name."""
    return conn.execute(select(opportunities.c.id).where(opportunities.c.host == name).limit(1)).first() is not None


def heard_one(conn: Connection, opportunity_id: int, person_id: int, *, lock: bool = False) -> Heard | None:
    """Return what one student has heard of one opportunity; `lock` makes a second change of it wait."""
    query = select(heard).where(heard.c.opportunity_id == opportunity_id, heard.c.person_id == person_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _heard(row)


def heard_of(conn: Connection, opportunity_id: int) -> list[Heard]:
    """Return what everybody has heard of one opportunity."""
    query = select(heard).where(heard.c.opportunity_id == opportunity_id).order_by(heard.c.id)
    return [_heard(row) for row in conn.execute(query)]


def heard_by(conn: Connection, person_id: int) -> list[Heard]:
    """Return what one student has heard of, the soonest last day first."""
    query = select(heard).where(heard.c.person_id == person_id).order_by(heard.c.due_at, heard.c.id)
    return [_heard(row) for row in conn.execute(query)]


def due(conn: Connection, now: datetime, limit: int) -> list[Heard]:
    """Claim those who are to be reminded of something by `now`."""
    return [_heard(row) for row in conn.execute(_DUE, {"at": now, "most": limit})]


def add(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store that students are to hear of something: who, of what, by when."""
    if rows:
        empty = {"is_new": False, "is_own": False, "told_at": None, "told_due_at": None, "days": None, "next_at": None}
        conn.execute(heard.insert(), [empty | row for row in rows])


def set_heard(conn: Connection, heard_id: int, **values: Any) -> None:
    """Change columns of what somebody has heard; enums are stored by value."""
    conn.execute(heard.update().where(heard.c.id == heard_id).values(**values))


def new_again(conn: Connection, person_id: int, opportunity_ids: Sequence[int]) -> None:
    """Let somebody hear once more of what she was to hear of and has not."""
    hers = (heard.c.person_id == person_id, listed(heard.c.opportunity_id, opportunity_ids))
    waiting = heard.c.state == Standing.WAITING.value
    conn.execute(heard.update().where(*hers, waiting).values(is_new=True, told_at=None, told_due_at=None))


def followers(conn: Connection) -> dict[int, int]:
    """Return for how many students each opportunity is kept in mind, by its id: a number, and nobody's name."""
    held = heard.c.state.in_([Standing.WAITING.value, Standing.DONE.value, Standing.OVER.value])
    query = select(heard.c.opportunity_id, func.count().label("of_them")).where(held).group_by(heard.c.opportunity_id)
    return {row.opportunity_id: row.of_them for row in conn.execute(query)}


def joined(codes: Iterable[str]) -> str:
    """Write codes as a column keeps them."""
    return ",".join(codes)


def from_row(row: Row[Any]) -> Opportunity:
    """Return an opportunity from a row of its table."""
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    return Opportunity(**values | {"levels": tuple(code for code in row.levels.split(",") if code)})


def _heard(row: Row[Any]) -> Heard:
    values = dict(row._mapping)  # noqa: SLF001 - same
    return Heard(**values | {"state": Standing(row.state)})
