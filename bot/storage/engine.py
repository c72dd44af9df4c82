"""Makes the SQLAlchemy engine: SQLite in WAL with foreign keys on, or PostgreSQL through psycopg 3."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import UsageError
from bot.schema import hang_keyring
from bot.sealed import Keyring

WRITES = "yanxin_writes"
"""Execution option of connections that write: on SQLite their transaction begins IMMEDIATE."""


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
        engine = create_engine(url, pool_size=pool_size, hide_parameters=True, connect_args={"timeout": 30})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
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


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
