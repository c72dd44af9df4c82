"""Small facts of the service itself (key and value), and the leases that say which process does a thing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, Text, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.schema import UtcDateTime, metadata

PORT = "service.port"
"""The key of the port on which the service has listened last."""

service_state = Table(
    "service_state",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(96), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)


# Kept, because whoever sends needs them for each claim and each result: building one costs more than running it.
_EPOCH = select(leases.c.epoch).where(leases.c.name == bindparam("of"))
_LEASE = select(leases).where(leases.c.name == bindparam("of")).with_for_update()
_RENEW = leases.update().where(leases.c.name == bindparam("of"))
_STARTS = 7926016
"""The lock that PostgreSQL keeps for us while a process writes what each start writes; the number means nothing."""


def _keep(insert: Any) -> Any:
    return insert.on_conflict_do_update(index_elements=["key"], set_={"value": insert.excluded.value})


# Not an update and then an insert: another process may store the same fact for the first time in between.
_KEEP = {"postgresql": _keep(postgresql.insert(service_state)), "sqlite": _keep(sqlite.insert(service_state))}
_FIRST = {
    name: dialect.insert(leases).on_conflict_do_nothing().returning(leases.c.epoch)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


def one_start_at_a_time(conn: Connection) -> None:
    """Wait until no other process is in the middle of its start; held until the transaction ends."""
    if conn.dialect.name == "postgresql":  # a file of SQLite belongs to one process
        conn.execute(select(func.pg_advisory_xact_lock(_STARTS)))


def read(conn: Connection, key: str, *, lock: bool = False) -> str | None:
    """Return a fact, or None when it was never stored; `lock` keeps others from changing it until the end."""
    query = select(service_state.c.value).where(service_state.c.key == key)
    return conn.execute(query.with_for_update() if lock else query).scalar()


def write(conn: Connection, key: str, value: str) -> None:
    """Store a fact."""
    conn.execute(_KEEP[conn.dialect.name], {"key": key, "value": value})


def take_lease(conn: Connection, name: str, holder: str, real_now: datetime, for_: timedelta) -> int | None:
    """Take or renew a lease and return its epoch; None while another process holds it.

    The epoch grows each time the holder changes, so that a late result of an earlier holder is known as such.
    """
    row = conn.execute(_LEASE, {"of": name}).one_or_none()
    if row is None:
        values = {"name": name, "holder": holder, "epoch": 1, "until": real_now + for_}
        if conn.execute(_FIRST[conn.dialect.name], values).first() is not None:
            return 1
        row = conn.execute(_LEASE, {"of": name}).one()  # another process was the first, just now
    if row.holder != holder and row.until > real_now:
        return None
    epoch = row.epoch if row.holder == holder else row.epoch + 1
    conn.execute(_RENEW, {"of": name, "holder": holder, "epoch": epoch, "until": real_now + for_})
    return int(epoch)


def epoch_of(conn: Connection, name: str) -> int | None:
    """Return the current epoch of a lease."""
    return conn.execute(_EPOCH, {"of": name}).scalar()


def release_lease(conn: Connection, name: str, holder: str, real_now: datetime) -> None:
    """Give a lease back, so that another process need not wait for its end."""
    conn.execute(leases.update().where(leases.c.name == name, leases.c.holder == holder).values(until=real_now))


def free_leases(conn: Connection, real_now: datetime, holder: str | None = None) -> None:
    """End every lease, for a process that knows that it is the only one, or those of a holder that is gone for sure."""
    theirs = [] if holder is None else [leases.c.holder == holder]
    conn.execute(leases.update().where(leases.c.until > real_now, *theirs).values(until=real_now))
