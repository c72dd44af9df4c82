"""The table of what members owe their home branch; whoever is in it is a member, so it lies with branch matters."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, ForeignKey, Row, String, Table, UniqueConstraint, select

from bot.listed import listed
from bot.obligations.model import How, Kind, Obligation, Stage
from bot.schema import Id, UtcDateTime, id_column, metadata

obligations = Table(
    "obligations",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    # The home branch whose leaders look after it.
    Column("branch_id", Id, ForeignKey("branches.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("trip_id", Id, ForeignKey("trips.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("rule", String(24), nullable=False),
    Column("kind", String(12), nullable=False),
    # Which of its occasions it is: the day it is due by, the last contact before it, or the return.
    Column("period", String(24), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("stage", String(12), nullable=False, index=True),
    Column("told_at", UtcDateTime),
    Column("next_at", UtcDateTime, index=True),
    Column("done_at", UtcDateTime),
    Column("how", String(12)),
    UniqueConstraint("person_id", "trip_id", "rule", "period"),
)


def by_id(conn: Connection, obligation_id: int, *, locked: bool = False) -> Obligation | None:
    """Return one; `locked` until the end of the transaction."""
    query = select(obligations).where(obligations.c.id == obligation_id)
    row = conn.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else from_row(row)


def of_people(conn: Connection, person_ids: Iterable[int]) -> dict[int, list[Obligation]]:
    """Return everything of people, by person, what is due first standing first."""
    ids = sorted(set(person_ids))
    query = select(obligations).where(listed(obligations.c.person_id, ids))
    found: dict[int, list[Obligation]] = {person_id: [] for person_id in ids}
    for row in conn.execute(query.order_by(obligations.c.due_on, obligations.c.id)):
        found[row.person_id].append(from_row(row))
    return found


def open_of(conn: Connection, person_id: int) -> list[Obligation]:
    """Return what is open for one member, what is due first standing first."""
    return [one for one in of_people(conn, [person_id])[person_id] if one.stage is Stage.OPEN]


def add(conn: Connection, **values: Any) -> Obligation:
    """Store one that is open."""
    added = obligations.insert().values(stage=Stage.OPEN.value, **values).returning(*obligations.c)
    return from_row(conn.execute(added).one())


def update(conn: Connection, obligation_id: int, **values: Any) -> None:
    """Change columns of one; enums are stored by value."""
    conn.execute(obligations.update().where(obligations.c.id == obligation_id).values(**values))


def end(conn: Connection, one: Obligation, stage: Stage, now: datetime, how: How | None = None) -> bool:
    """End one that is open; False when it is not open any more."""
    same = (obligations.c.id == one.id, obligations.c.stage == Stage.OPEN.value)
    values = {"stage": stage.value, "next_at": None, "done_at": now, "how": None if how is None else how.value}
    return conn.execute(obligations.update().where(*same).values(**values)).rowcount == 1


def reopen(conn: Connection, obligation_id: int, due_on: date, next_at: datetime | None) -> None:
    """Let something be owed again, until a day."""
    values = {"stage": Stage.OPEN.value, "done_at": None, "how": None, "due_on": due_on, "next_at": next_at}
    update(conn, obligation_id, **values)


def claim(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Return up to `limit` of which somebody must be told now, the oldest first."""
    query = select(obligations.c.id).where(obligations.c.next_at <= now)
    return list(conn.execute(query.order_by(obligations.c.next_at, obligations.c.id).limit(limit)).scalars())


def from_row(row: Row[Any]) -> Obligation:
    """Turn a row into an obligation."""
    values = {column.name: row._mapping[column] for column in obligations.c}  # noqa: SLF001 - documented
    how = values["how"]
    enums = {
        "kind": Kind(values["kind"]),
        "stage": Stage(values["stage"]),
        "how": None if how is None else How(how),
    }
    return Obligation(**values | enums)
