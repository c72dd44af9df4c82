"""Table and queries of files that are still to be fetched. A row is there until something came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, Row, String, Table, exists, select

from bot.fetches.model import Fetch, For
from bot.fetches.rules import LEASE
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

fetches = Table(
    "fetches",
    metadata,
    id_column(),
    # Says which file of which message this is.
    Column("key", String(64), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    # Where she sent it, and hears what came of it.
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("wanted_for", String(16), nullable=False),
    Column("of_id", Id, nullable=False),
    Column("place", String(32), nullable=False),
    # What the platform gives it out for, and what the file and its place are called: "ref", "name", "title".
    Column("file", Sealed(), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False, index=True),
)


def add(
    conn: Connection, fetch_key: str, now: datetime, *, wanted_for: For, ref: str, name: str, title: str, **columns: Any
) -> None:
    """Have a file fetched; `columns` are person_id, address_id, channel, account, of_id and place."""
    file = {"ref": ref, "name": name, "title": title}
    times = {"tries": 0, "created_at": now, "next_at": now}
    conn.execute(fetches.insert().values(key=fetch_key, wanted_for=wanted_for.value, file=file, **times, **columns))


def has_due(conn: Connection, now: datetime) -> bool:
    """Tell whether anything is to be fetched."""
    return bool(conn.execute(select(exists().where(fetches.c.next_at <= now))).scalar_one())


def claim(conn: Connection, now: datetime, limit: int) -> list[Fetch]:
    """Take files that are due, the oldest first; nobody else gets them for as long as fetching may take."""
    query = select(fetches).where(fetches.c.next_at <= now).order_by(fetches.c.id).limit(limit)
    rows = conn.execute(query.with_for_update(skip_locked=True)).all()
    taken = [row.id for row in rows]
    values = {"tries": fetches.c.tries + 1, "next_at": now + LEASE}
    conn.execute(fetches.update().where(fetches.c.id.in_(taken)).values(**values))
    return [_fetch(row, row.tries + 1) for row in rows]


def finish(conn: Connection, fetch: Fetch) -> bool:
    """End a file that was claimed; False when somebody else has taken it meanwhile."""
    return conn.execute(fetches.delete().where(*_claimed(fetch))).rowcount == 1


def later(conn: Connection, fetch: Fetch, at: datetime) -> None:
    """Have a file that was claimed asked for again."""
    conn.execute(fetches.update().where(*_claimed(fetch)).values(next_at=at))


def _claimed(fetch: Fetch) -> tuple[Any, ...]:
    return (fetches.c.id == fetch.id, fetches.c.tries == fetch.tries)


def _fetch(row: Row[Any], tries: int) -> Fetch:
    return Fetch(
        row.id,
        row.key,
        row.person_id,
        row.address_id,
        row.channel,
        row.account,
        For(row.wanted_for),
        row.of_id,
        row.place,
        row.file["ref"],
        row.file["name"],
        row.file["title"],
        tries,
        row.created_at,
    )
