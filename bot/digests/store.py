"""Tables and queries of digests and of those who read them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.digests.model import Digest, DigestState, Every, Reader
from bot.listed import listed
from bot.schema import Id, UtcDateTime, id_column, metadata

digest_readers = Table(
    "digest_readers",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("every", String(8), nullable=False),
    # When that person last wrote to us, pressed something or opened a page; at first, when we began to count.
    Column("looked_at", UtcDateTime, nullable=False, index=True),
)

digests = Table(
    "digests",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("occasion", String(32), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    # Plain numbers for the comparison with the next one.
    Column("figures", JSON),
    # The error that kept it from being written, by its type only.
    Column("error", String(200)),
    UniqueConstraint("person_id", "occasion"),
)
Index(
    "ix_digests_next_at",
    digests.c.next_at,
    sqlite_where=digests.c.next_at.is_not(None),
    postgresql_where=digests.c.next_at.is_not(None),
)

LOOKS_APART = timedelta(hours=12)
"""Looks are noted twice a day at most: every page and every message is one."""
_CLAIM = select(digests).where(digests.c.next_at <= bindparam("at")).order_by(digests.c.next_at, digests.c.id)
_UPDATE = digests.update().where(digests.c.id == bindparam("row_id"))
_BEFORE = (
    select(digests.c.figures)
    .where(
        digests.c.person_id == bindparam("one"),
        digests.c.state == DigestState.SENT.value,
        digests.c.sent_at >= bindparam("earliest"),
        digests.c.sent_at <= bindparam("latest"),
    )
    .order_by(digests.c.sent_at.desc())
    .limit(1)
)
_READER = select(digest_readers).where(digest_readers.c.person_id == bindparam("one"))


def due(conn: Connection, now: datetime, limit: int) -> list[Digest]:
    """Claim the digests whose time has come, in their order."""
    query = _CLAIM.limit(limit).with_for_update(skip_locked=True)
    return [from_row(row) for row in conn.execute(query, {"at": now})]


def planned_of(conn: Connection, person_ids: Sequence[int]) -> dict[int, list[Digest]]:
    """Return what is planned for people, by person."""
    found: dict[int, list[Digest]] = {}
    query = select(digests).where(listed(digests.c.person_id, person_ids), digests.c.next_at.is_not(None))
    for row in conn.execute(query.order_by(digests.c.id)):
        found.setdefault(row.person_id, []).append(from_row(row))
    return found


def occasions_of(conn: Connection, person_ids: Sequence[int], since: datetime) -> set[tuple[int, str]]:
    """Return (person, occasion) of what has been dealt with and was due since an instant."""
    query = select(digests.c.person_id, digests.c.occasion).where(
        listed(digests.c.person_id, person_ids), digests.c.next_at.is_(None), digests.c.due_at >= since
    )
    return {(row.person_id, row.occasion) for row in conn.execute(query)}


def insert_many(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store planned digests: person_id, occasion, zone and due_at each."""
    if rows:
        planned = {"state": DigestState.PLANNED.value}
        made = [planned | row | {"next_at": row["due_at"]} for row in rows]
        conn.execute(_insert(conn)(digests).on_conflict_do_nothing(index_elements=["person_id", "occasion"]), made)


def delete_many(conn: Connection, ids: Sequence[int]) -> None:
    """Forget planned digests that will not come."""
    if ids:
        conn.execute(digests.delete().where(listed(digests.c.id, ids)))


def update(conn: Connection, digest_id: int, **values: Any) -> None:
    """Change columns of one digest."""
    conn.execute(_UPDATE, {"row_id": digest_id, **values})


def figures_before(conn: Connection, person_id: int, now: datetime) -> dict[str, int]:
    """Return what the digest of a week before counted; empty without one."""
    span = {"earliest": now - timedelta(days=9), "latest": now - timedelta(days=6)}
    found: dict[str, int] | None = conn.execute(_BEFORE, {"one": person_id, **span}).scalar()
    return found or {}


def readers_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, Reader]:
    """Return what is kept of people as readers, by person."""
    query = select(digest_readers).where(listed(digest_readers.c.person_id, sorted(set(person_ids))))
    return {row.person_id: Reader(row.person_id, Every(row.every), row.looked_at) for row in conn.execute(query)}


def every_of(conn: Connection, person_id: int) -> Every:
    """Return how often somebody reads a digest: weekly unless chosen otherwise."""
    row = conn.execute(_READER, {"one": person_id}).one_or_none()
    return Every.WEEKLY if row is None else Every(row.every)


def add_readers(conn: Connection, person_ids: Sequence[int], now: datetime) -> None:
    """Begin to keep new readers."""
    if person_ids:
        values = {"every": Every.WEEKLY.value, "looked_at": now}
        made = [values | {"person_id": one} for one in person_ids]
        conn.execute(_insert(conn)(digest_readers).on_conflict_do_nothing(index_elements=["person_id"]), made)


def choose(conn: Connection, person_id: int, every: Every, now: datetime) -> None:
    """Store how often somebody wants a digest."""
    one = digest_readers.c.person_id == person_id
    if conn.execute(digest_readers.update().where(one).values(every=every.value)).rowcount == 0:
        conn.execute(digest_readers.insert().values(person_id=person_id, every=every.value, looked_at=now))


def is_stale(conn: Connection, person_id: int, now: datetime) -> bool:
    """Tell whether a look of somebody is worth noting: a known reader whose last one is some hours old."""
    row = conn.execute(_READER, {"one": person_id}).one_or_none()
    return row is not None and row.looked_at < now - LOOKS_APART


def looked(conn: Connection, person_id: int, now: datetime) -> None:
    """Note that somebody looked."""
    one = digest_readers.c.person_id == person_id
    conn.execute(digest_readers.update().where(one, digest_readers.c.looked_at < now).values(looked_at=now))


def _insert(conn: Connection) -> Any:
    """Return the insert of this database that leaves alone what another process has just written."""
    return postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert


def from_row(row: Row[Any]) -> Digest:
    """Turn a row of `digests` into a digest."""
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    values["state"] = DigestState(row.state)
    values["figures"] = row.figures or {}
    return Digest(**values)
