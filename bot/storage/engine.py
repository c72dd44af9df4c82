"""Makes the SQLAlchemy engine: SQLite in WAL with foreign keys on, or PostgreSQL through psycopg 3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import UsageError
from bot.schema import hang_keyring
from bot.sealed import Keyring

_WRITES = "yanxin_writes"
"""What connections that write carry: on SQLite their transaction begins IMMEDIATE."""


def parse_url(text: str) -> URL:
    """Return the database URL with the driver that we ship; UsageError for anything else than the two engines."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise UsageError(f"[database] url is not a database URL; write sqlite:///var/yanxin.db, not {text!r}") from None
    if url.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        return url.set(drivername="sqlite")
    raise UsageError(f"[database] url names {url.drivername!r}; use sqlite:///FILE or postgresql://…")


def make_engine(url: URL, keyring: Keyring, *, pool_size: int = 8) -> Engine:
    """Make the engine and hang the keys on it; nothing is opened yet. Errors never show what a statement carried."""
    if url.drivername == "sqlite":
        engine = create_engine(
            url, pool_size=pool_size, hide_parameters=True, connect_args={"timeout": 30, "cached_statements": 512}
        )
        event.listen(engine, "connect", _set_up_sqlite)
        # Not by the event "begin": an engine with any listener dispatches three events for each statement.
        engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign]
    else:
        engine = create_engine(url, pool_size=pool_size, hide_parameters=True, pool_pre_ping=True)
        event.listen(engine, "connect", _set_up_postgresql)
    hang_keyring(engine.dialect, keyring)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy begins transactions itself (below); the driver's own habit of beginning late is switched off.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    # Compiling a query of the board would take longer than running it.
    connection.execute("SET jit = off")
    connection.commit()


def _begin_sqlite(dbapi_connection: PoolProxiedConnection) -> None:
    cursor = dbapi_connection.cursor()
    cursor.execute("BEGIN IMMEDIATE" if _WRITES in dbapi_connection.info else "BEGIN")
    cursor.close()


@contextmanager
def connected_to_write(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose transactions write."""
    with engine.connect() as conn:
        info = conn.info
        info[_WRITES] = True
        try:
            yield conn
        finally:
            del info[_WRITES]  # the next who has this connection may only read
