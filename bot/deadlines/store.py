"""Tables and queries of deadlines, papers and reminders."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
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

from bot.deadlines.model import About, Deadline, DeadlineKind, Paper, Reminder, Standing
from bot.listed import listed
from bot.schema import Id, UtcDateTime, id_column, metadata

deadlines = Table(
    "deadlines",
    metadata,
    id_column(),
    Column("key", String(64), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("note", String(500), nullable=False),
    Column("link", String(500), nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), index=True),
    # Codes with commas; "" is everybody.
    Column("levels", String(64), nullable=False),
    Column("countries", String(900), nullable=False),
    Column("types", String(300), nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("next_at", UtcDateTime, index=True),
)

expiring_papers = papers = Table(
    "expiring_papers",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("about", String(16), nullable=False),
    Column("expires", Date, nullable=False),
    # Whether she gave it herself: the roster does not change it then.
    Column("is_own", Boolean, nullable=False),
    UniqueConstraint("person_id", "about"),
)

reminders = Table(
    "reminders",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("about", String(16), nullable=False),
    Column("deadline_id", Id, ForeignKey("deadlines.id", ondelete="CASCADE")),
    Column("paper_id", Id, ForeignKey("expiring_papers.id", ondelete="CASCADE"), unique=True),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("told", Integer, nullable=False),
    Column("told_due_at", UtcDateTime),
    Column("days", Integer),
    Column("next_at", UtcDateTime),
    # What a stay itself brings: which of it, and what is said of it.
    Column("trip_id", Id, ForeignKey("trips.id", ondelete="CASCADE")),
    Column("matter", String(48)),
    Column("title", String(200)),
    Column("link", String(500)),
    UniqueConstraint("deadline_id", "person_id"),
    UniqueConstraint("trip_id", "matter"),
)
_has_next = reminders.c.next_at.is_not(None)
Index("ix_reminders_next_at", reminders.c.next_at, sqlite_where=_has_next, postgresql_where=_has_next)

_EMPTY: dict[str, Any] = {"told": 0} | dict.fromkeys(("deadline_id", "paper_id", "trip_id", "matter", "title", "link"))

# Kept, because the bell needs them all the time: building a statement costs more than running it.
_MOST = bindparam("most", type_=Integer)
_TO_LOOK_AT = (
    select(deadlines)
    .where(deadlines.c.next_at <= bindparam("at"))
    .order_by(deadlines.c.next_at, deadlines.c.id)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)
_DUE = (
    select(reminders)
    .where(reminders.c.next_at <= bindparam("at"))
    .order_by(reminders.c.next_at, reminders.c.id)
    .limit(_MOST)
    .with_for_update(skip_locked=True)
)


def deadline(conn: Connection, deadline_id: int) -> Deadline | None:
    """Return one deadline."""
    row = conn.execute(select(deadlines).where(deadlines.c.id == deadline_id)).one_or_none()
    return None if row is None else _deadline(row)


def live(conn: Connection, now: datetime) -> list[Deadline]:
    """Return the deadlines that are not over and not taken back, the soonest first."""
    where = (deadlines.c.withdrawn_at.is_(None), deadlines.c.due_at > now)
    return [_deadline(row) for row in conn.execute(select(deadlines).where(*where).order_by(deadlines.c.due_at))]


def to_look_at(conn: Connection, now: datetime, limit: int) -> list[Deadline]:
    """Claim the deadlines whose audience is to be looked at by `now`."""
    return [_deadline(row) for row in conn.execute(_TO_LOOK_AT, {"at": now, "most": limit})]


def look_again(conn: Connection, now: datetime) -> None:
    """Let the audiences of all deadlines ahead be looked at: trips or people have changed."""
    ahead = (deadlines.c.withdrawn_at.is_(None), deadlines.c.due_at > now)
    conn.execute(deadlines.update().where(*ahead).values(next_at=now))


def set_deadline(conn: Connection, deadline_id: int, **values: Any) -> None:
    """Change columns of a deadline."""
    conn.execute(deadlines.update().where(deadlines.c.id == deadline_id).values(**values))


def papers_of(conn: Connection, person_id: int) -> dict[About, Paper]:
    """Return the papers of somebody whose last day is known."""
    rows = conn.execute(select(papers).where(papers.c.person_id == person_id)).all()
    return {About(row.about): _paper(row) for row in rows}


def papers_by_id(conn: Connection, ids: Sequence[int]) -> dict[int, Paper]:
    """Return papers by id."""
    return {row.id: _paper(row) for row in conn.execute(select(papers).where(listed(papers.c.id, ids)))}


def put_paper(conn: Connection, person_id: int, about: About, expires: date, *, is_own: bool) -> int:
    """Store the last day of a paper, in place of an earlier one; return its id."""
    known = papers_of(conn, person_id).get(about)
    values = {"expires": expires, "is_own": is_own}
    if known is not None:
        conn.execute(papers.update().where(papers.c.id == known.id).values(**values))
        return known.id
    row = papers.insert().values(person_id=person_id, about=about.value, **values)
    return int(conn.execute(row.returning(papers.c.id)).scalar_one())


def reminder(conn: Connection, reminder_id: int, *, lock: bool = False) -> Reminder | None:
    """Return one reminder; `lock` makes a second change of it wait."""
    query = select(reminders).where(reminders.c.id == reminder_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _reminder(row)


def reminder_of_paper(conn: Connection, paper_id: int) -> Reminder | None:
    """Return the reminder of a paper."""
    row = conn.execute(select(reminders).where(reminders.c.paper_id == paper_id)).one_or_none()
    return None if row is None else _reminder(row)


def reminders_of_deadline(conn: Connection, deadline_id: int) -> list[Reminder]:
    """Return everybody's reminders of one deadline."""
    query = select(reminders).where(reminders.c.deadline_id == deadline_id).order_by(reminders.c.id)
    return [_reminder(row) for row in conn.execute(query)]


def reminders_of(conn: Connection, person_id: int) -> list[Reminder]:
    """Return what somebody is reminded of, the soonest day first."""
    query = select(reminders).where(reminders.c.person_id == person_id)
    return [_reminder(row) for row in conn.execute(query.order_by(reminders.c.due_at, reminders.c.id))]


def reminders_of_trips(conn: Connection, trip_ids: Sequence[int]) -> dict[tuple[int, str], Reminder]:
    """Return what stays remind of, by stay and matter."""
    rows = conn.execute(select(reminders).where(listed(reminders.c.trip_id, trip_ids))).all()
    return {(row.trip_id, row.matter): _reminder(row) for row in rows}


def due(conn: Connection, now: datetime, limit: int) -> list[Reminder]:
    """Claim reminders whose next telling has come."""
    return [_reminder(row) for row in conn.execute(_DUE, {"at": now, "most": limit})]


def add(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new reminders: who, about what, by when, and the next telling."""
    if rows:
        conn.execute(reminders.insert(), [_EMPTY | row for row in rows])


def set_reminder(conn: Connection, reminder_id: int, **values: Any) -> None:
    """Change columns of a reminder; enums are stored by value."""
    conn.execute(reminders.update().where(reminders.c.id == reminder_id).values(**values))


def count_of(conn: Connection, person_id: int) -> int:
    """Return how many papers and reminders are held of somebody."""
    tables = (papers, reminders)
    counts = [select(func.count()).select_from(one).where(one.c.person_id == person_id) for one in tables]
    return sum(int(conn.execute(query).scalar_one()) for query in counts)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for code in text.split(",") if code)


def joined(codes: Iterable[str]) -> str:
    """Write codes as a column keeps them."""
    return ",".join(codes)


def _deadline(row: Row[Any]) -> Deadline:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    values |= {name: _codes(values[name]) for name in ("levels", "countries", "types")}
    return Deadline(**values | {"kind": DeadlineKind(row.kind)})


def _paper(row: Row[Any]) -> Paper:
    return Paper(row.id, row.person_id, About(row.about), row.expires, row.is_own)


def _reminder(row: Row[Any]) -> Reminder:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    words = {name: values[name] or "" for name in ("matter", "title", "link")}
    return Reminder(**values | words | {"about": About(row.about), "state": Standing(row.state)})
